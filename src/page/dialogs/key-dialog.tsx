import type { JSX } from 'preact';
import { Dialog } from './dialog.tsx';
import { useInspector } from '../inspector.ts';

export function KeyDialog({ problem }: { readonly problem: string }): JSX.Element {
  const { api } = useInspector();
  return (
    <Dialog title="Admin key">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const key = new FormData(event.currentTarget).get('key');
          if (typeof key === 'string' && key !== '') api.useKey(key);
        }}
      >
        <p>{problem}</p>
        <label>
          <span>
            <code>MKIO_PROXY_ADMIN_KEY</code>
          </span>
          <input name="key" type="password" autoComplete="current-password" required autoFocus />
        </label>
        <p class="quiet">The page keeps it in memory until it is closed or loaded again.</p>
        <footer>
          <button type="submit" class="primary">
            Unlock
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
