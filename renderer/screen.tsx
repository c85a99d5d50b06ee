import { useEffect, useState } from 'react';
import type { PositionShown } from '#core/positions/contract.ts';
import { cover, who } from './api/desk.ts';
import { createStore, useStore } from './api/store.ts';
import { AccountDialog } from './features/account/account-dialog.tsx';
import { Admin } from './features/admin/admin.tsx';
import { Alarm } from './features/alarm/alarm.tsx';
import { Approvals } from './features/approvals/approvals.tsx';
import { ToAgree } from './features/approvals/to-agree.tsx';
import { DryRun } from './features/dry-run/dry-run.tsx';
import { HandbackStrip } from './features/handback/handback-strip.tsx';
import { Handback } from './features/handback/handback.tsx';
import { InDoubt } from './features/in-doubt/in-doubt.tsx';
import { KeysDialog } from './features/keys/keys-dialog.tsx';
import { Leftovers } from './features/leftovers/leftovers.tsx';
import { LinksDialog } from './features/links/links-dialog.tsx';
import { MarketWatch } from './features/market-watch/market-watch.tsx';
import { Messages } from './features/messages/messages.tsx';
import { ModeDialog } from './features/mode/mode-dialog.tsx';
import { OutageClock } from './features/mode/outage-clock.tsx';
import { chosenOf, rowsOf, type BookShown, type Chosen } from './features/net-position/chosen.ts';
import { NetPosition } from './features/net-position/net-position.tsx';
import { Orders } from './features/orders/orders.tsx';
import { NotReady } from './features/readiness/not-ready.tsx';
import { pauseLiveRun } from './features/run/pause.ts';
import { RunStrip } from './features/run/run-strip.tsx';
import { RunView } from './features/run/run-view.tsx';
import { SecondPerson } from './features/second-person/second-person.tsx';
import { Ticket } from './features/ticket/ticket.tsx';
import { TopBar } from './features/top-bar/top-bar.tsx';
import { Trades } from './features/trades/trades.tsx';
import type { Selection } from './look/selection.ts';
import { actionOf, type Action } from './look/keys.ts';
import { notice, NoticeLine } from './look/notice.tsx';
import { KeyBar, Tabs, type Tab } from './look/tabs.tsx';
import { useWaiting } from './waiting.ts';

type View =
  | 'positions'
  | 'run'
  | 'in-doubt'
  | 'leftovers'
  | 'orders'
  | 'trades'
  | 'market-watch'
  | 'messages'
  | 'handback'
  | 'approvals'
  | 'admin';
type Asked = 'main-lost' | 'sessions' | 'keys' | 'account' | 'buy' | 'sell' | 'exit-selected' | 'exit-all';

const VIEWS: readonly View[] = [
  'positions',
  'run',
  'in-doubt',
  'leftovers',
  'orders',
  'trades',
  'market-watch',
  'messages',
  'handback',
  'approvals',
  'admin',
];
const NO_BOOK: BookShown = { all: [], shown: [] };
/** Kept while the screen is locked: who comes back sees what they left. */
const view = createStore<View>('positions');

/** The one screen: what must always be seen, the view in hand, and the dialog that is asked for. */
export function Screen() {
  const now = useStore(view);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [selection, setSelection] = useState<Selection>({});
  const [book, setBook] = useState(NO_BOOK);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [active, setActive] = useState<PositionShown | null>(null);
  const [runId, setRunId] = useState<string | null>(null);
  const waiting = useWaiting();
  const me = useStore(who);
  const close = (): void => setAsked(null);

  const act = (action: Action): void => {
    if (action === 'exit-selected') setChosen(chosenOf(book, selection, active));
    if (action === 'filter') document.querySelector<HTMLInputElement>('[data-filter]')?.focus();
    else if (action === 'pause') void pauseLiveRun();
    else if (action === 'lock') cover();
    else if (action === 'admin' && me?.role !== 'admin') notice('info', 'That is for an admin.');
    else if (isView(action)) setView(action);
    else setAsked(action);
  };
  useKeys(act);

  return (
    <div className="screen">
      <TopBar
        onMode={() => setAsked('main-lost')}
        onLinks={() => setAsked('sessions')}
        onAccount={() => setAsked('account')}
      />
      <div>
        {me?.role === 'admin' ? <Alarm /> : null}
        <OutageClock onAccept={() => setAsked('main-lost')} />
        {now === 'handback' ? null : <HandbackStrip onOpen={() => setView('handback')} />}
        <WaitingStrips />
      </div>
      <Tabs tabs={tabsOf(waiting, me?.role === 'admin')} now={now} onView={setView} />
      <main>
        {now === 'positions' ? (
          <NetPosition
            selection={selection}
            onSelection={setSelection}
            onBook={setBook}
            onActive={setActive}
            onOpen={(row) => {
              setActive(row);
              setAsked(row.closingSide === 'buy' ? 'buy' : 'sell');
            }}
          />
        ) : null}
        <OtherView now={now} runId={runId} admin={me?.role === 'admin'} />
      </main>
      <KeyBar onAction={act} onTabs={VIEWS} />
      <NoticeLine />
      <PlainDialog asked={asked} row={active} onClose={close} />
      <ExitDialog
        {...{ asked, book, chosen }}
        onClose={close}
        onApproved={(approved) => {
          setSelection({});
          setRunId(approved);
          setView('run');
          close();
        }}
      />
      <SecondPerson />
    </div>
  );
}

/** What waits for somebody, under the top bar of every view. */
function WaitingStrips() {
  return (
    <>
      <ToAgree onOpen={() => setView('approvals')} />
      <NotReady />
      <RunStrip onOpen={() => setView('run')} />
    </>
  );
}

/** The dialogs that need no more than a row. */
function PlainDialog(props: {
  readonly asked: Asked | null;
  readonly row: PositionShown | null;
  readonly onClose: () => void;
}) {
  const { asked, row, onClose } = props;
  return (
    <>
      {asked === 'main-lost' ? <ModeDialog onClose={onClose} /> : null}
      {asked === 'sessions' ? <LinksDialog onClose={onClose} /> : null}
      {asked === 'keys' ? <KeysDialog onClose={onClose} /> : null}
      {asked === 'account' ? <AccountDialog onClose={onClose} /> : null}
      {asked === 'buy' || asked === 'sell' ? <Ticket side={asked} row={row} onClose={onClose} /> : null}
    </>
  );
}

/** An exit of all, or of what was chosen when it was asked for. */
function ExitDialog(props: {
  readonly asked: Asked | null;
  readonly book: BookShown;
  readonly chosen: Chosen | null;
  readonly onClose: () => void;
  readonly onApproved: (runId: string) => void;
}) {
  const { asked, book, chosen, onClose, onApproved } = props;
  const ends = { onClose, onApproved };
  if (asked === 'exit-all') return <DryRun rows={null} isCursor={false} hidden={0} {...ends} />;
  if (asked !== 'exit-selected' || chosen === null) return null;
  const { rows, isCursor, hidden } = chosen;
  return <DryRun rows={rowsOf(book.all, rows)} isCursor={isCursor} hidden={hidden} {...ends} />;
}

/** Every view but the net position, whose selection the exits read. */
function OtherView(props: { readonly now: View; readonly runId: string | null; readonly admin: boolean }) {
  const { now } = props;
  return (
    <>
      {now === 'run' ? <RunView chosen={props.runId} /> : null}
      {now === 'in-doubt' ? <InDoubt /> : null}
      {now === 'leftovers' ? <Leftovers /> : null}
      {now === 'orders' ? <Orders /> : null}
      {now === 'trades' ? <Trades /> : null}
      {now === 'market-watch' ? <MarketWatch /> : null}
      {now === 'messages' ? <Messages /> : null}
      {now === 'handback' ? <Handback /> : null}
      {now === 'approvals' ? <Approvals /> : null}
      {now === 'admin' && props.admin ? <Admin /> : null}
    </>
  );
}

function setView(next: View): void {
  view.set(next);
}

function tabsOf(waiting: ReturnType<typeof useWaiting>, admin: boolean): readonly Tab<View>[] {
  const tabs: readonly Tab<View>[] = [
    { view: 'positions', label: 'Net position' },
    { view: 'run', label: 'Live run', count: waiting.runs, tone: 'warn' },
    { view: 'in-doubt', label: 'In doubt', count: waiting.inDoubt, tone: 'bad' },
    { view: 'leftovers', label: 'Leftovers', count: waiting.leftovers, tone: 'warn' },
    { view: 'orders', label: 'Orders' },
    { view: 'trades', label: 'Trades' },
    { view: 'market-watch', label: 'Market' },
    { view: 'messages', label: 'Messages' },
    { view: 'handback', label: 'Handback', count: waiting.handback, tone: 'bad' },
    { view: 'approvals', label: 'Approvals', count: waiting.approvals, tone: 'warn' },
  ];
  return admin ? [...tabs, { view: 'admin', label: 'Admin' }] : tabs;
}

function isView(action: Action): action is View {
  return (VIEWS as readonly Action[]).includes(action);
}

/** Keys work on every screen, but not through an open dialog, which only the lock does. The browser's own meaning of ours is taken away. */
function useKeys(act: (action: Action) => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const action = actionOf(event);
      if (action === null) return;
      event.preventDefault();
      if (action === 'lock' || document.querySelector('dialog[open]') === null) act(action);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
}
