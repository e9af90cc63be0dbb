import type { JSX } from 'preact';
import { clear, downloadHar } from '../actions.ts';
import { renderCount } from '../../text/figures.ts';
import { FilterBox } from './filter-box.tsx';
import { useInspector } from '../inspector.ts';

export function Toolbar(): JSX.Element {
  const inspector = useInspector();
  const { store } = inspector;
  const [shown, known] = [store.shown.value.length, store.known.value.length];
  const isPaused = store.isPaused.value;
  return (
    <div class="toolbar" role="toolbar" aria-label="Traffic">
      <FilterBox />
      <output class="count">
        {shown === known ? renderCount(known) : `${renderCount(shown)} of ${renderCount(known)}`}
      </output>
      <button type="button" aria-pressed={isPaused} onClick={store.togglePause}>
        {isPaused ? `Go on (${renderCount(store.heldCount.value)} new)` : 'Pause'}
      </button>
      <button type="button" title="The proxy forgets what it keeps" onClick={() => void clear(inspector)}>
        Clear
      </button>
      <button type="button" title="Download what the filter means" onClick={() => void downloadHar(inspector)}>
        HAR
      </button>
    </div>
  );
}
