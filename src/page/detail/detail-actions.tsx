import type { JSX } from 'preact';
import { copySnippet, sendAgain, SNIPPETS } from '../actions.ts';
import type { Exchange } from '../state/exchange.ts';
import { useInspector } from '../inspector.ts';

export function DetailActions({ exchange }: { readonly exchange: Exchange }): JSX.Element {
  const inspector = useInspector();
  const isPinned = inspector.pins.find(exchange.id) !== undefined;
  return (
    <div class="actions">
      <button type="button" onClick={() => void sendAgain(inspector, exchange.id)}>
        Replay
      </button>
      <button type="button" onClick={() => (inspector.dialog.value = 'edit')}>
        Edit and send
      </button>
      <button type="button" aria-pressed={isPinned} onClick={() => inspector.pins.toggle(exchange)}>
        {isPinned ? 'Pinned' : 'Pin'}
      </button>
      <span class="copies" role="group" aria-label="Copy the request">
        <span class="quiet">Copy as</span>
        {SNIPPETS.map((kind) => (
          <button key={kind} type="button" onClick={() => void copySnippet(inspector, exchange.id, kind)}>
            {kind}
          </button>
        ))}
      </span>
    </div>
  );
}
