import type { JSX } from 'preact';
import { BudgetChip } from './budget-chip.tsx';
import { PolicyChip, ReadinessChip, TokenChip, UpstreamChip } from './chips.tsx';
import { useInspector } from '../inspector.ts';

const STATES = {
  connecting: 'connecting',
  live: 'live',
  lost: 'proxy gone, reconnecting',
  refused: 'refused, trying again',
  locked: 'locked',
};

export function Header(): JSX.Element {
  const { connection, theme, dialog } = useInspector();
  const state = connection.state.value;
  return (
    <header class="top">
      <h1>
        mkio-proxy
        <span class={`state ${state}`} role="status">
          {STATES[state]}
        </span>
      </h1>
      <ul class="chips" aria-label="State of the proxy">
        <ReadinessChip />
        <TokenChip />
        <UpstreamChip />
        <PolicyChip />
        <BudgetChip />
      </ul>
      <div class="tools">
        <button type="button" class="plain" onClick={theme.next} aria-label={`Theme: ${theme.current.value}`}>
          {{ system: '◐', light: '☀', dark: '☾' }[theme.current.value]}
        </button>
        <button type="button" class="plain" aria-label="Keys and filters" onClick={() => (dialog.value = 'help')}>
          ?
        </button>
      </div>
    </header>
  );
}
