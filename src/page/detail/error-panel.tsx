import type { JSX } from 'preact';
import { copy } from '../actions.ts';
import type { WholeExchange } from '../state/exchange.ts';
import { explainError, readToldError } from './explain-error.ts';
import { useInspector } from '../inspector.ts';
import { Text } from '../text.tsx';
import { toneOf } from '../verdict.ts';

interface ErrorPanelProps {
  readonly facts: WholeExchange['facts'];
  /** The body of the answer. */
  readonly text: string | undefined;
}

/** The error, its origin and the next steps. */
export function ErrorPanel({ facts, text }: ErrorPanelProps): JSX.Element | null {
  const inspector = useInspector();
  const told = readToldError(text);
  const explained = explainError(facts, told);
  if (explained === undefined) return null;
  const isOwn = facts.code !== undefined && facts.answeredBy !== 'upstream';
  const ref = facts.ref ?? (isOwn ? facts.id : undefined);
  return (
    <section class={`error-panel ${toneOf(facts)}`} aria-label="What went wrong">
      <h3>
        {isOwn ? 'The proxy says' : 'MK.IO says'}
        {(facts.code ?? facts.upstreamCode) !== undefined && (
          <code>
            <Text of={facts.code ?? facts.upstreamCode ?? ''} />
          </code>
        )}
      </h3>
      {!isOwn && told.detail !== undefined && (
        <blockquote>
          <Text of={told.detail} />
        </blockquote>
      )}
      <p>
        <Text of={explained.what} />
      </p>
      {explained.rule !== undefined && (
        <p>
          Rule{' '}
          <code>
            <Text of={explained.rule} />
          </code>
        </p>
      )}
      {explained.setting !== undefined && (
        <p>
          Setting{' '}
          <code>
            <Text of={explained.setting} />
          </code>
        </p>
      )}
      <h4>What to check</h4>
      <ul>
        {explained.check.map((line) => (
          <li key={line}>
            <Text of={line} />
          </li>
        ))}
      </ul>
      {ref !== undefined && (
        <p class="ref">
          <span class="quiet">ref</span>{' '}
          <code>
            <Text of={ref} />
          </code>
          <button type="button" onClick={() => void copy(inspector, ref, 'the ref')}>
            Copy ref
          </button>
        </p>
      )}
    </section>
  );
}
