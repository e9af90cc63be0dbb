import type { JSX } from 'preact';

export const TABS = ['Overview', 'Request', 'Response', 'Timing'] as const;
export type Tab = (typeof TABS)[number];

interface TabBarProps {
  readonly current: Tab;
  readonly onChoose: (tab: Tab) => void;
}

/** Tabs of the ARIA pattern: arrows go from one to the next. */
export function TabBar({ current, onChoose }: TabBarProps): JSX.Element {
  const step = (by: number): void => {
    const next = TABS[(TABS.indexOf(current) + by + TABS.length) % TABS.length] ?? current;
    onChoose(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div
      class="tabs"
      role="tablist"
      aria-label="Parts of the exchange"
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight') step(1);
        else if (event.key === 'ArrowLeft') step(-1);
      }}
    >
      {TABS.map((tab) => (
        <button
          key={tab}
          id={`tab-${tab}`}
          type="button"
          role="tab"
          aria-selected={tab === current}
          aria-controls="panel"
          tabIndex={tab === current ? 0 : -1}
          onClick={() => onChoose(tab)}
        >
          {tab}
        </button>
      ))}
    </div>
  );
}
