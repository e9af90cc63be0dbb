import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { DetailPane } from './detail/detail-pane.tsx';
import { EditDialog } from './dialogs/edit-dialog.tsx';
import { ExchangeList } from './list/exchange-list.tsx';
import { Header } from './header/header.tsx';
import { HelpDialog } from './dialogs/help-dialog.tsx';
import { useInspector } from './inspector.ts';
import { KeyDialog } from './dialogs/key-dialog.tsx';
import { listenToKeys } from './keyboard.ts';
import { NoticeBar } from './notice-bar.tsx';
import { PinnedList } from './list/pinned-list.tsx';
import { Toolbar } from './list/toolbar.tsx';

export function App(): JSX.Element {
  const inspector = useInspector();
  const isDetailOpen = inspector.isDetailOpen.value;
  useEffect(() => listenToKeys(inspector), [inspector]);
  return (
    <div class={isDetailOpen ? 'frame with-detail' : 'frame'}>
      <Header />
      <main>
        <Toolbar />
        <div class="traffic">
          <section class="lists" aria-label="Exchanges">
            <PinnedList />
            <ExchangeList />
          </section>
          {isDetailOpen && <DetailPane />}
        </div>
      </main>
      <NoticeBar />
      {inspector.dialog.value === 'help' && <HelpDialog />}
      {inspector.dialog.value === 'edit' && <EditDialog />}
      {inspector.api.keyProblem.value !== undefined && <KeyDialog problem={inspector.api.keyProblem.value} />}
    </div>
  );
}
