import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useInspector } from '../inspector.ts';

export const TABS = ['Overview', 'Request', 'Response', 'Timing'] as const;
export type Tab = (typeof TABS)[number];

interface TabBarProps {
  readonly current: Tab;
  readonly onChoose: (tab: Tab) => void;
}

/** Tabs of the ARIA pattern: arrow keys select the next one and move the focus to it. */
export function TabBar({ current, onChoose }: TabBarProps): JSX.Element {
  const { focus } = useInspector();
  const follows = useRef(false);
  useLayoutEffect(() => {
    if (follows.current) focus.moveTo('tab');
    follows.current = false;
  }, [current]);
  const step = (by: number): void => {
    const next = TABS[(TABS.indexOf(current) + by + TABS.length) % TABS.length] ?? current;
    follows.current = true;
    onChoose(next);
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
          ref={tab === current ? focus.ref('tab') : null}
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
