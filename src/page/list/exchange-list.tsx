import type { JSX } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { open } from '../actions.ts';
import type { Exchange } from '../state/exchange.ts';
import { EmptyState } from './empty-state.tsx';
import { ExchangeRow, ROW_COLUMNS } from './exchange-row.tsx';
import { useInspector } from '../inspector.ts';
import { useMedia } from '../media.ts';
import { useVirtualRows } from '../virtual-rows.ts';

const ROW_PX = 30;
const HEAD_PX = 28;
/** Two lines, without a head row. */
const NARROW_ROW_PX = 48;
/** Distance from the end within which the list still follows the newest. */
const END_PX = 12;

/** The exchanges that match the filter, newest last. Follows the newest unless scrolled away. */
export function ExchangeList(): JSX.Element {
  const inspector = useInspector();
  const { store, selected, pins, focus } = inspector;
  const shown = store.shown.value;
  const scroller = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const before = useRef<readonly Exchange[]>([]);
  const isNarrow = useMedia('(max-width: 640px)');
  const [rowPx, headPx] = isNarrow ? [NARROW_ROW_PX, 0] : [ROW_PX, HEAD_PX];
  const rows = useVirtualRows({ count: shown.length, rowPx, headPx, scroller });
  const selectedId = selected.value;
  const selectedIndex = selectedId === undefined ? -1 : shown.findIndex(({ id }) => id === selectedId);
  const longestMs = findLongest(shown);

  // If old rows disappear, the rows in view keep their place.
  useLayoutEffect(() => {
    const list = scroller.current;
    if (list === null) return;
    if (follows.current) list.scrollTop = list.scrollHeight;
    else list.scrollTop -= countGone(before.current, shown) * rowPx;
    before.current = shown;
  }, [shown, rowPx]);
  useEffect(() => {
    if (selectedIndex >= 0) rows.scrollTo(selectedIndex);
  }, [selectedId]);

  const ref = useCallback(
    (element: HTMLDivElement | null) => {
      scroller.current = element;
      focus.ref('list')(element);
    },
    [focus],
  );
  const onOpen = useCallback((id: string) => open(inspector, id), [inspector]);
  const isDrawn = rows.items.some(({ index }) => index === selectedIndex);
  return (
    <div class="list">
      <div
        ref={ref}
        id="exchanges"
        class="grid"
        role="grid"
        tabIndex={0}
        aria-label="Exchanges, the newest last"
        aria-rowcount={shown.length + 1}
        aria-colcount={ROW_COLUMNS.length}
        {...(isDrawn && selectedId !== undefined && { 'aria-activedescendant': rowId(selectedId) })}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          follows.current = scrollHeight - clientHeight - scrollTop <= END_PX;
        }}
      >
        <div class="row head" role="row" aria-rowindex={1}>
          {ROW_COLUMNS.map(({ name, title }) => (
            <span key={name} class={name} role="columnheader">
              {title}
            </span>
          ))}
        </div>
        <div class="all-rows" role="rowgroup" style={{ height: `${rows.totalPx}px` }}>
          {rows.items.map(({ index, start }) => {
            const exchange = shown[index];
            return (
              exchange && (
                <ExchangeRow
                  key={exchange.id}
                  id={rowId(exchange.id)}
                  exchange={exchange}
                  rowIndex={index + 2}
                  topPx={start}
                  heightPx={rowPx}
                  longestMs={longestMs}
                  isSelected={exchange.id === selectedId}
                  isPinned={pins.find(exchange.id) !== undefined}
                  onOpen={onOpen}
                />
              )
            );
          })}
        </div>
      </div>
      {shown.length === 0 && <EmptyState />}
    </div>
  );
}

/** A power of two, so that bars rarely change. */
const findLongest = (shown: readonly Exchange[]): number =>
  2 ** Math.ceil(Math.log2(shown.reduce((most, { ms }) => Math.max(most, ms), 1)));

const rowId = (id: string): string => `row-${id}`;

/** Number of rows that disappeared from the front. */
function countGone(before: readonly Exchange[], now: readonly Exchange[]): number {
  const first = now[0]?.id;
  return first === before[0]?.id
    ? 0
    : Math.max(
        0,
        before.findIndex(({ id }) => id === first),
      );
}
