import type { ComponentChildren, JSX } from 'preact';
import { open } from '../actions.ts';
import { ErrorPanel } from './error-panel.tsx';
import type { WholeExchange } from '../state/exchange.ts';
import { renderDuration, renderSize, renderTime } from '../../text/figures.ts';
import { useInspector } from '../inspector.ts';
import { Text } from '../text.tsx';
import { renderAnswerer } from '../verdict.ts';
import { Waterfall } from './waterfall.tsx';

export function Overview({ whole }: { readonly whole: WholeExchange }): JSX.Element {
  const inspector = useInspector();
  const { facts, responseText } = whole;
  const { replayOf } = facts;
  return (
    <>
      <ErrorPanel facts={facts} text={responseText} />
      <Waterfall facts={facts} />
      <dl class="facts">
        <Fact name="Answered by">{renderAnswerer(facts)}</Fact>
        <Fact name="Operation">{facts.operation && <Text of={facts.operation} />}</Fact>
        <Fact name="Project">{facts.project && <Text of={facts.project} />}</Fact>
        <Fact name="Code">
          {(facts.code ?? facts.upstreamCode) && <Text of={facts.code ?? facts.upstreamCode ?? ''} />}
        </Fact>
        <Fact name="Ended">{facts.ending}</Fact>
        <Fact name="Time">{`${renderTime(facts.receivedAtMs)}, took ${renderDuration(facts.ms)}`}</Fact>
        <Fact name="Sent">{facts.requestBytes && renderSize(facts.requestBytes)}</Fact>
        <Fact name="Answered">{renderSize(facts.bytes)}</Fact>
        <Fact name="Caller">
          {facts.caller && <Text of={[facts.callerName, facts.caller].filter(Boolean).join(' at ')} />}
        </Fact>
        <Fact name="Sent again">{facts.retries && `${facts.retries} ×`}</Fact>
        <Fact name="Replay of">
          {replayOf && (
            <button type="button" class="link" onClick={() => open(inspector, replayOf)}>
              <Text of={replayOf} />
            </button>
          )}
        </Fact>
        <Fact name="Id">
          <Text of={facts.id} />
        </Fact>
      </dl>
    </>
  );
}

/** Hidden without a value. */
function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element | null {
  if (children === undefined || children === '' || children === 0) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
