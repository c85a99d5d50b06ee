import { useEffect, useState } from 'react';
import type { PositionShown } from '#core/positions/contract.ts';
import { useQuery } from './api/query.ts';
import { DryRun } from './features/dry-run/dry-run.tsx';
import { InDoubt } from './features/in-doubt/in-doubt.tsx';
import { KeysDialog } from './features/keys/keys-dialog.tsx';
import { Leftovers } from './features/leftovers/leftovers.tsx';
import { LinksDialog } from './features/links/links-dialog.tsx';
import { MarketWatch } from './features/market-watch/market-watch.tsx';
import { Messages } from './features/messages/messages.tsx';
import { ModeDialog } from './features/mode/mode-dialog.tsx';
import { NetPosition, rowIdOf } from './features/net-position/net-position.tsx';
import { Orders } from './features/orders/orders.tsx';
import { pauseLiveRun } from './features/run/pause.ts';
import { RunStrip } from './features/run/run-strip.tsx';
import { RunView } from './features/run/run-view.tsx';
import { Ticket } from './features/ticket/ticket.tsx';
import { TopBar } from './features/top-bar/top-bar.tsx';
import { Trades } from './features/trades/trades.tsx';
import type { Selection } from './look/data-grid.tsx';
import { actionOf, type Action } from './look/keys.ts';
import { NoticeLine } from './look/notice.tsx';
import { KeyBar, Tabs, type Tab } from './look/tabs.tsx';
import { useWaiting } from './waiting.ts';

type View =
  'positions' | 'run' | 'in-doubt' | 'leftovers' | 'orders' | 'trades' | 'market-watch' | 'messages';
type Asked = 'main-lost' | 'sessions' | 'keys' | 'buy' | 'sell' | 'exit-selected' | 'exit-all';

const VIEWS: readonly View[] = [
  'positions',
  'run',
  'in-doubt',
  'leftovers',
  'orders',
  'trades',
  'market-watch',
  'messages',
];
const NO_ROWS: readonly PositionShown[] = [];
const NO_FACTS = new Set<never>();

/** The one screen: what must always be seen, the view in hand, and the dialog that is asked for. */
export function Screen() {
  const [view, setView] = useState<View>('positions');
  const [asked, setAsked] = useState<Asked | null>(null);
  const [selection, setSelection] = useState<Selection>({});
  const [rows, setRows] = useState(NO_ROWS);
  const [active, setActive] = useState<PositionShown | null>(null);
  const [runId, setRunId] = useState<string | null>(null);
  const waiting = useWaiting();
  const who = useQuery('who', { ask: (calls) => calls.sessions.who(), changedBy: NO_FACTS });
  const close = (): void => setAsked(null);

  const act = (action: Action): void => {
    if (action === 'filter') document.querySelector<HTMLInputElement>('[data-filter]')?.focus();
    else if (action === 'pause') void pauseLiveRun();
    else if (isView(action)) setView(action);
    else if (action !== 'exit-selected' || chosenOf(rows, selection, active).length > 0) setAsked(action);
  };
  useKeys(act);

  return (
    <div className="screen">
      <TopBar
        by={'value' in who ? who.value.by : 'unknown'}
        onMode={() => setAsked('main-lost')}
        onLinks={() => setAsked('sessions')}
      />
      <RunStrip onOpen={() => setView('run')} />
      <Tabs tabs={tabsOf(waiting)} now={view} onView={setView} />
      <main>
        {view === 'positions' ? (
          <NetPosition
            selection={selection}
            onSelection={setSelection}
            onRows={setRows}
            onActive={setActive}
            onOpen={(row) => {
              setActive(row);
              setAsked(row.closingSide === 'buy' ? 'buy' : 'sell');
            }}
          />
        ) : null}
        {view === 'run' ? <RunView chosen={runId} /> : null}
        {view === 'in-doubt' ? <InDoubt /> : null}
        {view === 'leftovers' ? <Leftovers /> : null}
        {view === 'orders' ? <Orders /> : null}
        {view === 'trades' ? <Trades /> : null}
        {view === 'market-watch' ? <MarketWatch /> : null}
        {view === 'messages' ? <Messages /> : null}
      </main>
      <KeyBar onAction={act} onTabs={VIEWS} />
      <NoticeLine />
      {asked === 'main-lost' ? <ModeDialog onClose={close} /> : null}
      {asked === 'sessions' ? <LinksDialog onClose={close} /> : null}
      {asked === 'keys' ? <KeysDialog onClose={close} /> : null}
      {asked === 'buy' || asked === 'sell' ? <Ticket side={asked} row={active} onClose={close} /> : null}
      {asked === 'exit-selected' || asked === 'exit-all' ? (
        <DryRun
          rows={asked === 'exit-all' ? null : chosenOf(rows, selection, active)}
          onClose={close}
          onApproved={(approved) => {
            setSelection({});
            setRunId(approved);
            setView('run');
            close();
          }}
        />
      ) : null}
    </div>
  );
}

/** The selected rows; with none selected, the one under the cursor. */
function chosenOf(
  rows: readonly PositionShown[],
  selection: Selection,
  active: PositionShown | null,
): readonly PositionShown[] {
  const chosen = rows.filter((row) => selection[rowIdOf(row)] === true);
  return chosen.length > 0 || active === null ? chosen : [active];
}

function tabsOf(waiting: ReturnType<typeof useWaiting>): readonly Tab<View>[] {
  return [
    { view: 'positions', label: 'Net position' },
    { view: 'run', label: 'Live run', count: waiting.runs, tone: 'warn' },
    { view: 'in-doubt', label: 'In doubt', count: waiting.inDoubt, tone: 'bad' },
    { view: 'leftovers', label: 'Leftovers', count: waiting.leftovers, tone: 'warn' },
    { view: 'orders', label: 'Orders' },
    { view: 'trades', label: 'Trades' },
    { view: 'market-watch', label: 'Market' },
    { view: 'messages', label: 'Messages' },
  ];
}

function isView(action: Action): action is View {
  return (VIEWS as readonly Action[]).includes(action);
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
