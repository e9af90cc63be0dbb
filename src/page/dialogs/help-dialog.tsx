import type { JSX } from 'preact';
import { FILTER_KEYS } from '../../traffic/filter-keys.ts';
import { Dialog } from './dialog.tsx';
import { useInspector } from '../inspector.ts';
import { renderKey, SHORTCUTS } from '../shortcuts.ts';

export function HelpDialog(): JSX.Element {
  const { dialog } = useInspector();
  return (
    <Dialog title="Keys and filters" onClose={() => (dialog.value = undefined)}>
      <div class="help scrolls" tabIndex={0} role="region" aria-label="Keys and filters">
        <h3>Keys</h3>
        <dl>
          {Object.values(SHORTCUTS).map(({ keys, what }) => (
            <div key={what}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{renderKey(key)}</kbd>
                ))}
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <h3>Filters</h3>
        <p>
          Terms with spaces between them all have to hold. <code>-</code> before a term means all but that, commas mean
          one of several, and quotes hold spaces and colons.
        </p>
        <dl>
          {Object.entries(FILTER_KEYS).map(([name, { expects }]) => (
            <div key={name}>
              <dt>
                <code>{name}:</code>
              </dt>
              <dd>{expects}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Dialog>
  );
}
