import type { JSX } from 'preact';
import { open } from '../actions.ts';
import { ExchangeRow } from './exchange-row.tsx';
import { useInspector } from '../inspector.ts';

export function PinnedList(): JSX.Element | null {
  const inspector = useInspector();
  const pins = inspector.pins.all.value;
  if (pins.length === 0) return null;
  const selectedId = inspector.selected.value;
  const isSelectedPinned = pins.some(({ exchange }) => exchange.id === selectedId);
  const longestMs = pins.reduce((most, { exchange }) => Math.max(most, exchange.ms), 1);
  return (
    <div
      ref={inspector.focus.ref('pinned')}
      id="pinned"
      class="grid pinned"
      role="grid"
      tabIndex={0}
      aria-label="Pinned exchanges"
      aria-rowcount={pins.length}
      {...(isSelectedPinned && { 'aria-activedescendant': `pin-${selectedId}` })}
    >
      {pins.map(({ exchange }, index) => (
        <ExchangeRow
          key={exchange.id}
          id={`pin-${exchange.id}`}
          exchange={exchange}
          rowIndex={index + 1}
          longestMs={longestMs}
          isSelected={exchange.id === selectedId}
          isPinned
          onOpen={(id) => open(inspector, id)}
        />
      ))}
    </div>
  );
}
