import type { JSX } from 'preact';
import type { Exchange } from '../state/exchange.ts';
import { memo } from '../memo.ts';
import { renderDuration, renderSize, renderTime } from '../../text/figures.ts';
import { Text } from '../text.tsx';
import { renderAnswerer, toneOf } from '../verdict.ts';

export const ROW_COLUMNS = [
  { name: 'time', title: 'Time' },
  { name: 'method', title: 'Method' },
  { name: 'subject', title: 'Operation or path' },
  { name: 'status', title: 'Status' },
  { name: 'answerer', title: 'Answered by' },
  { name: 'duration', title: 'Duration' },
  { name: 'size', title: 'Size' },
] as const;

interface RowProps {
  readonly id: string;
  readonly exchange: Exchange;
  readonly rowIndex: number;
  /** undefined: in normal flow. */
  readonly topPx?: number;
  readonly heightPx?: number;
  readonly longestMs: number;
  readonly isSelected: boolean;
  readonly isPinned: boolean;
  readonly onOpen: (id: string) => void;
}

/** Renders again only if it changes: most rows stay while others arrive. */
export const ExchangeRow = memo(({ id, exchange, rowIndex, topPx, heightPx, ...rest }: RowProps): JSX.Element => {
  const { longestMs, isSelected, isPinned, onOpen } = rest;
  const { receivedAtMs, method, status, ms, bytes, ending } = exchange;
  const tone = toneOf(exchange);
  const style = topPx === undefined ? {} : { transform: `translateY(${topPx}px)`, height: `${heightPx ?? 0}px` };
  return (
    <div
      id={id}
      class={`row ${tone}${isSelected ? ' selected' : ''}`}
      role="row"
      aria-rowindex={rowIndex}
      aria-selected={isSelected}
      style={style}
      onClick={() => onOpen(exchange.id)}
    >
      <span class="time" role="gridcell">
        {renderTime(receivedAtMs)}
      </span>
      <span class="method" role="gridcell">
        <Text of={method} />
      </span>
      <span class="subject" role="gridcell" title={exchange.target}>
        {isPinned && <span class="mark">pinned</span>}
        {exchange.replayOf !== undefined && <span class="mark">replay</span>}
        <Subject exchange={exchange} />
      </span>
      <span class="status" role="gridcell">
        {status ?? '–'}
        {ending !== 'complete' && <span class="ending">{ending === 'truncated' ? 'cut' : 'left'}</span>}
      </span>
      <span class="answerer" role="gridcell">
        {renderAnswerer(exchange)}
      </span>
      <span class="duration" role="gridcell">
        <span class="figure">{renderDuration(ms)}</span>
        <span class="bar" style={{ inlineSize: `${(Math.sqrt(ms / longestMs) * 100).toFixed(1)}%` }} />
      </span>
      <span class="size" role="gridcell">
        {renderSize(bytes)}
      </span>
    </div>
  );
});

function Subject({ exchange: { operationName, target, code, upstreamCode } }: { exchange: Exchange }): JSX.Element {
  const error = code ?? upstreamCode;
  return (
    <>
      {operationName !== undefined && <span class="operation">{operationName}</span>}
      {error !== undefined && (
        <span class="code">
          <Text of={error} />
        </span>
      )}
      <span class="target">
        <Text of={operationName === undefined ? target : shorten(target)} />
      </span>
    </>
  );
}

/** Without the prefix of all MK.IO paths; the operation is shown beside it. */
const shorten = (target: string): string => target.replace(/^\/api\/v1\/(?:projects\/(?=.))?/, '');
