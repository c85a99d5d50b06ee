import { useEffect, useState } from 'react';
import type { PositionShown } from '#core/positions/contract.ts';
import { useQuery } from './api/query.ts';
import { KeysDialog } from './features/keys/keys-dialog.tsx';
import { LinksDialog } from './features/links/links-dialog.tsx';
import { Messages } from './features/messages/messages.tsx';
import { ModeDialog } from './features/mode/mode-dialog.tsx';
import { NetPosition } from './features/net-position/net-position.tsx';
import { TopBar } from './features/top-bar/top-bar.tsx';
import { actionOf, type Action } from './look/keys.ts';
import { KeyBar, Tabs, type Tab } from './look/tabs.tsx';

type View = 'positions' | 'messages';
type Asked = 'main-lost' | 'sessions' | 'keys';

const TABS: readonly Tab<View>[] = [
  { view: 'positions', label: 'Net position' },
  { view: 'messages', label: 'Messages' },
];

/** The one screen: what must always be seen, the view in hand, and the dialog that is asked for. */
export function Screen() {
  const [view, setView] = useState<View>('positions');
  const [asked, setAsked] = useState<Asked | null>(null);
  const [selection, setSelection] = useState<Record<string, true>>({});
  const [, setRows] = useState<readonly PositionShown[]>([]);
  const [, setActive] = useState<PositionShown | null>(null);
  const who = useQuery('who', { ask: (calls) => calls.sessions.who(), changedBy: new Set() });

  const act = (action: Action): void => {
    switch (action) {
      case 'positions':
      case 'messages':
        return setView(action);
      case 'main-lost':
      case 'sessions':
      case 'keys':
        return setAsked(action);
      case 'filter':
        return document.querySelector<HTMLInputElement>('[data-filter]')?.focus();
      default:
        return;
    }
  };
  useKeys(act);

  return (
    <div className="screen">
      <TopBar
        by={'value' in who ? who.value.by : 'unknown'}
        onMode={() => setAsked('main-lost')}
        onLinks={() => setAsked('sessions')}
      />
      <div />
      <Tabs tabs={TABS} now={view} onView={setView} />
      <main>
        {view === 'positions' ? (
          <NetPosition
            selection={selection}
            onSelection={setSelection}
            onRows={setRows}
            onActive={setActive}
            onOpen={() => undefined}
          />
        ) : null}
        {view === 'messages' ? <Messages /> : null}
      </main>
      <KeyBar onAction={act} onTabs={TABS.map((tab) => tab.view)} />
      {asked === 'main-lost' ? <ModeDialog onClose={() => setAsked(null)} /> : null}
      {asked === 'sessions' ? <LinksDialog onClose={() => setAsked(null)} /> : null}
      {asked === 'keys' ? <KeysDialog onClose={() => setAsked(null)} /> : null}
    </div>
  );
}

/** Keys work on every screen, but not through an open dialog. The browser's own meaning of ours is taken away. */
function useKeys(act: (action: Action) => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const action = actionOf(event);
      if (action === null) return;
      event.preventDefault();
      if (document.querySelector('dialog[open]') === null) act(action);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
}
