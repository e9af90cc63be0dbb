import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { FORWARDED_METHODS } from '../../http/methods.ts';
import { sendAgain } from '../actions.ts';
import { Dialog } from './dialog.tsx';
import { useInspector } from '../inspector.ts';
import { renderProblem } from '../state/notices.ts';
import type { Draft, Edited } from '../state/replay.ts';
import { changeOf, draftOf } from '../state/replay.ts';
import { useResource } from '../state/resource.ts';
import { Text } from '../text.tsx';

export function EditDialog(): JSX.Element {
  const { selected, pins, load, dialog } = useInspector();
  const id = selected.value ?? '';
  const pinned = pins.find(id)?.whole;
  const whole = useResource(id, () => (pinned === undefined ? load(id) : Promise.resolve(pinned)));
  const close = (): void => {
    dialog.value = undefined;
  };
  return (
    <Dialog title="Edit and send" onClose={close}>
      {whole.state === 'loading' && <p class="quiet">Reading …</p>}
      {whole.state === 'failed' && <p>{renderProblem(whole.error)}</p>}
      {whole.state === 'there' && <EditForm id={id} draft={draftOf(whole.value)} onSent={close} />}
    </Dialog>
  );
}

interface EditFormProps {
  readonly id: string;
  readonly draft: Draft;
  readonly onSent: () => void;
}

function EditForm({ id, draft, onSent }: EditFormProps): JSX.Element {
  const inspector = useInspector();
  const [problem, setProblem] = useState<string | undefined>();
  const send = async (form: FormData): Promise<void> => {
    const change = changeOf(draft, readFields(form));
    if (change === undefined) setProblem('Headers are `name: value`, one on a line.');
    else if (await sendAgain(inspector, id, change)) onSent();
    else setProblem(inspector.notices.current.value?.text);
  };
  return (
    <form
      class="edit"
      onSubmit={(event) => {
        event.preventDefault();
        void send(new FormData(event.currentTarget));
      }}
    >
      <div class="request-line">
        <label>
          <span>Method</span>
          <select name="method" defaultValue={draft.method}>
            {FORWARDED_METHODS.map((method) => (
              <option key={method} selected={method === draft.method}>
                {method}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Target</span>
          <input name="target" required autoFocus spellcheck={false} defaultValue={draft.target} />
        </label>
      </div>
      <label>
        <span>Headers</span>
        <textarea name="headers" rows={5} spellcheck={false} defaultValue={draft.headers} />
      </label>
      <label>
        <span>Body</span>
        <textarea name="body" rows={9} spellcheck={false} defaultValue={draft.body} />
      </label>
      {draft.bodyProblem !== undefined && <p class="quiet">{draft.bodyProblem}</p>}
      {draft.stranger !== undefined && (
        <p class="problem">
          <Text of={`Sending confirms it: ${draft.stranger}.`} />
        </p>
      )}
      <p class="quiet">It goes through the proxy as any request: its rules hold, and it adds the token.</p>
      {problem !== undefined && (
        <p class="problem" role="alert">
          <Text of={problem} />
        </p>
      )}
      <footer>
        <button type="submit" class="primary">
          Send
        </button>
      </footer>
    </form>
  );
}

const readFields = (form: FormData): Edited => {
  const read = (name: string): string => {
    const value = form.get(name);
    // Forms convert line ends to CRLF.
    return typeof value === 'string' ? value.replaceAll('\r\n', '\n') : '';
  };
  return { method: read('method'), target: read('target'), headers: read('headers'), body: read('body') };
};
