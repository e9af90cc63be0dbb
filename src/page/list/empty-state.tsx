import type { JSX } from 'preact';
import { copy } from '../actions.ts';
import { useInspector } from '../inspector.ts';

/** First steps while the list is empty. */
export function EmptyState(): JSX.Element {
  const inspector = useInspector();
  const { store, status, connection } = inspector;
  const isFiltered = store.known.value.length > 0;
  if (isFiltered) {
    return (
      <div class="empty">
        <h2>No exchange is like that</h2>
        <p>
          None of the {store.known.value.length} that are kept passes <code>{store.filterInForce.value}</code>.
        </p>
        <p>
          <button type="button" onClick={() => (store.filter.value = '')}>
            Show all
          </button>
        </p>
      </div>
    );
  }
  if (connection.state.value !== 'live') {
    return (
      <div class="empty">
        <h2>{connection.state.value === 'locked' ? 'Locked' : 'Waiting for the proxy'}</h2>
        <p>The page goes on by itself as soon as the proxy answers.</p>
      </div>
    );
  }
  if (status.hello.value?.capture === 'off') {
    return (
      <div class="empty">
        <h2>Nothing is captured</h2>
        <p>
          Start the proxy with <code>MKIO_PROXY_CAPTURE=bodies</code> (or <code>headers</code>) to see its traffic here.
        </p>
      </div>
    );
  }
  const command = renderCommand(status.view.value?.listeners.proxy ?? status.hello.value?.proxy ?? '');
  return (
    <div class="empty">
      <h2>Ready, and nothing has come yet</h2>
      <p>Send a request through the proxy, and it shows up here as it ends. No token is needed.</p>
      <div class="command">
        <code>{command}</code>
        <button type="button" onClick={() => void copy(inspector, command, 'the command')}>
          Copy
        </button>
      </div>
      <p class="quiet">
        <kbd>/</kbd> filters, <kbd>?</kbd> shows all keys.
      </p>
    </div>
  );
}

/** @param address of the proxy for callers: an origin, or `unix:` and a path */
const renderCommand = (address: string): string =>
  address.startsWith('unix:')
    ? `curl --unix-socket ${address.slice('unix:'.length)} http://localhost${PATH}`
    : `curl ${address}${PATH}`;

const PATH = '/api/v1/user/profile';
