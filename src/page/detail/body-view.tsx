import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { BodyView as Body } from '../../admin/exchange-view.ts';
import { copy } from '../actions.ts';
import { renderSize } from '../../text/figures.ts';
import { useInspector } from '../inspector.ts';
import { completeJson } from './cut-json.ts';
import { parseJsonTree } from './json-lines.ts';
import { JsonTree } from './json-tree.tsx';
import { Text } from '../text.tsx';

interface BodyProps {
  readonly name: 'request' | 'response';
  readonly body: Body | undefined;
  readonly text: string | undefined;
}

/** A body as text, and as a tree if it is JSON. */
export function BodyView({ name, body, text }: BodyProps): JSX.Element {
  const inspector = useInspector();
  const [isRawWanted, setIsRawWanted] = useState(false);
  const tree = useMemo(() => readTree(text, body?.cut === true), [text, body]);
  const capture = inspector.status.hello.value?.capture;
  if (body === undefined) {
    const isUncaptured = capture !== 'bodies';
    return (
      <section class="part">
        <h3>Body</h3>
        <p class="quiet">
          {isUncaptured ? 'Bodies are kept with MKIO_PROXY_CAPTURE=bodies.' : `The ${name} had no body.`}
        </p>
      </section>
    );
  }
  const isRaw = isRawWanted || tree === undefined;
  return (
    <section class="part" aria-label={`Body of the ${name}`}>
      <h3>
        Body <span class="quiet">{describe(body)}</span>
      </h3>
      {text === undefined ? (
        <p class="quiet">It is no text, so its hash stands for it: sha256 {body.sha256 ?? 'unknown'}</p>
      ) : (
        <>
          <div class="modes">
            {tree !== undefined && (
              <span role="group" aria-label="View">
                <button type="button" aria-pressed={!isRaw} onClick={() => setIsRawWanted(false)}>
                  Tree
                </button>
                <button type="button" aria-pressed={isRaw} onClick={() => setIsRawWanted(true)}>
                  Raw
                </button>
              </span>
            )}
            <button type="button" onClick={() => void copy(inspector, text, 'the body')}>
              Copy body
            </button>
          </div>
          {isRaw ? (
            <pre class="raw scrolls" tabIndex={0} role="region" aria-label="Raw body">
              <Text of={text} keepsLines />
            </pre>
          ) : (
            <JsonTree root={tree} />
          )}
        </>
      )}
    </section>
  );
}

const readTree = (text: string | undefined, isCut: boolean): object | undefined =>
  text === undefined ? undefined : parseJsonTree(isCut ? completeJson(text) : text);

function describe({ bytes, type, cut, redacted }: Body): string {
  const words = [renderSize(bytes), type, cut && 'only the beginning is kept', redacted && 'secrets are masked'];
  return words.filter((word) => typeof word === 'string').join(' · ');
}
