import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { closeDetail, findSelected } from '../actions.ts';
import { DetailActions } from './detail-actions.tsx';
import type { WholeExchange } from '../state/exchange.ts';
import { useInspector } from '../inspector.ts';
import { MessageView } from './message-view.tsx';
import { renderProblem } from '../state/notices.ts';
import { Overview } from './overview.tsx';
import { useResource } from '../state/resource.ts';
import type { Tab } from './tabs.tsx';
import { TabBar } from './tabs.tsx';
import { Text } from '../text.tsx';
import { Timing } from './timing.tsx';
import { REASONS, toneOf } from '../verdict.ts';

/** The selected exchange. */
export function DetailPane(): JSX.Element {
  const inspector = useInspector();
  const { focus } = inspector;
  const [tab, setTab] = useState<Tab>('Overview');
  const id = inspector.selected.value ?? '';
  const whole = useWhole(id);
  const exchange = findSelected(inspector) ?? (whole.state === 'there' ? whole.value.facts : undefined);
  // On a narrow page the pane replaces the list and takes its focus.
  useEffect(() => {
    if (!focus.isVisible('list')) focus.moveTo('tab');
  }, []);
  return (
    <aside class="detail" aria-label="Exchange">
      <header class="detail-head">
        <div class="title">
          <button
            type="button"
            class="plain back"
            aria-label="Close the exchange"
            onClick={() => closeDetail(inspector)}
          >
            ✕
          </button>
          {exchange && (
            <h2>
              <span class={`badge ${toneOf(exchange)}`}>
                {exchange.status === undefined ? 'no answer' : `${exchange.status} ${REASONS[exchange.status] ?? ''}`}
              </span>
              <Text of={exchange.operationName ?? exchange.method} />
            </h2>
          )}
        </div>
        {exchange && (
          <p class="target">
            <b>
              <Text of={exchange.method} />
            </b>{' '}
            <Text of={exchange.target} />
          </p>
        )}
        {exchange && <DetailActions exchange={exchange} />}
        <TabBar current={tab} onChoose={setTab} />
      </header>
      <div
        class="detail-body scrolls"
        role="tabpanel"
        id="panel"
        aria-labelledby={`tab-${tab}`}
        tabIndex={0}
        key={id + tab}
      >
        {whole.state === 'loading' && <p class="quiet">Reading …</p>}
        {whole.state === 'failed' && <p class="quiet">{renderProblem(whole.error)}</p>}
        {whole.state === 'there' && <Panel tab={tab} whole={whole.value} />}
      </div>
    </aside>
  );
}

/** A pinned exchange is already loaded. */
function useWhole(id: string): ReturnType<typeof useResource<WholeExchange>> {
  const { pins, load } = useInspector();
  const loaded = useResource(id, () => load(id));
  const pinned = pins.find(id)?.whole;
  return pinned === undefined ? loaded : { state: 'there', value: pinned };
}

function Panel({ tab, whole }: { readonly tab: Tab; readonly whole: WholeExchange }): JSX.Element {
  const { facts, requestText, responseText } = whole;
  if (tab === 'Overview') return <Overview whole={whole} />;
  if (tab === 'Request') return <MessageView name="request" message={facts.request} text={requestText} />;
  if (tab === 'Response') return <MessageView name="response" message={facts.response} text={responseText} />;
  return <Timing facts={facts} />;
}
