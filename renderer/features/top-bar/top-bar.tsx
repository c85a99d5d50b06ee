import type { Countdown, DeskStatus } from '#core/desk/contract.ts';
import type { LinkShown } from '#core/exchange/contract.ts';
import { istTime } from '#core/model/market-clock.ts';
import { connection, cover, status, who } from '#renderer/api/desk.ts';
import { useCoversIn } from '#renderer/api/presence.ts';
import { useStore } from '#renderer/api/store.ts';
import { useMode } from '#renderer/api/sync.ts';
import { countdown, duration, words } from '#renderer/look/format.ts';
import { useKeymap } from '#renderer/look/keys.ts';
import { scopeWords } from '#renderer/look/scope-words.ts';
import { useNow } from '#renderer/look/ticking.ts';
import { MainLink } from './main-link.tsx';

interface ModeSaid {
  readonly sign: string;
  readonly tells: string;
  /** Only an emergency has a scope, and its handback. */
  readonly covers: boolean;
}

const MODES: Readonly<Record<DeskStatus['mode'], ModeSaid>> = {
  STANDBY: { sign: '●', tells: 'Main is up. This desk watches and does not trade.', covers: false },
  SUSPECT: { sign: '?', tells: 'Main may be lost. Declare it lost to trade.', covers: false },
  EMERGENCY: { sign: '!', tells: 'Main is lost. This desk trades to close.', covers: true },
  HANDBACK: { sign: '⇄', tells: 'Main is back. Handing over; no new runs.', covers: true },
};

/** Below this the countdown shouts. */
const URGENT_MS = 5 * 60_000;

/** What a dealer must know at every moment, whatever the screen below shows. */
export function TopBar(props: {
  readonly onMode: () => void;
  readonly onLinks: () => void;
  readonly onAccount: () => void;
}) {
  const seen = useStore(status);
  const wire = useStore(connection);
  const now = useNow();
  const keys = useKeymap();
  const modeSeen = useMode();
  const deaf = wire.state !== 'up';
  if (seen === null)
    return <header className="top-bar">⋯ Connecting to the desk. Nothing is known yet.</header>;
  const mode = MODES[seen.mode];
  const scope = 'value' in modeSeen ? scopeWords(modeSeen.value.scope) : seen.scope;
  return (
    <header className={`top-bar mode-${seen.mode.toLowerCase()}${deaf ? ' deaf' : ''}`}>
      {deaf ? (
        <p className="deaf-banner" role="alert">
          ✖ THIS SCREEN HAS LOST THE DESK{wire.state === 'down' ? ` ${duration(now - wire.sinceMs)} ago` : ''}
          . All below is old. What was sent goes on. Do not punch orders elsewhere.
        </p>
      ) : null}
      <button
        type="button"
        className="mode"
        onClick={props.onMode}
        title={`${mode.tells} ${seen.modeWhy}.${mode.covers ? ` Covers ${scope}.` : ''}`}
      >
        <span className="mode-name">
          <span aria-hidden="true">{mode.sign} </span>
          {seen.mode}
        </span>
        <span className="mode-scope">
          <kbd>{keys['main-lost']}</kbd> {mode.covers ? `covers ${scope}` : 'does not trade'}
        </span>
        <span className="mode-scope">since {istTime(seen.modeSinceMs)}</span>
      </button>
      <button type="button" className="links" onClick={props.onLinks} title={`Links (${keys.sessions})`}>
        {venuesOf(seen.links).map(([venue, links]) => (
          <VenueLinks key={venue} venue={venue} links={links} />
        ))}
        {seen.links.length === 0 ? <span className="link bad">✖ no exchange configured</span> : null}
      </button>
      <MainLink seen={seen} now={now} />
      <div className="countdowns">
        {seen.countdowns.map((one) => (
          <Until key={`${one.exchange} ${one.segment} ${one.label}`} one={one} now={now} />
        ))}
      </div>
      <Who desk={seen.desk} now={now} onAccount={props.onAccount} />
    </header>
  );
}

function Who(props: { readonly desk: string; readonly now: number; readonly onAccount: () => void }) {
  const me = useStore(who);
  const keys = useKeymap();
  const coversIn = useCoversIn();
  return (
    <div className="who">
      <span className="clock mono">{istTime(props.now)}</span>
      <button
        type="button"
        className="quiet me"
        onClick={props.onAccount}
        title={`Your account, ${props.desk}`}
      >
        <strong>{me?.by ?? 'unknown'}</strong> {me?.role ?? ''} <kbd>{keys.account}</kbd>
      </button>
      <button
        type="button"
        className={`quiet${coversIn === null ? '' : ' warn'}`}
        onClick={cover}
        title="Lock this screen"
      >
        {coversIn === null ? `${props.desk} · Lock` : `⚠ locks in ${coversIn}s`} <kbd>{keys.lock}</kbd>
      </button>
    </div>
  );
}

const LINK_SIGNS: Readonly<Record<LinkShown['state'], string>> = {
  up: '●',
  connecting: '◌',
  recovering: '◐',
  down: '✖',
  stopped: '■',
};
const ROLES: Readonly<Record<LinkShown['session'], string>> = {
  orders: 'orders',
  'drop-copy': 'drop',
  'market-data': 'data',
};

function VenueLinks({ venue, links }: { readonly venue: string; readonly links: readonly LinkShown[] }) {
  return (
    <span className="venue">
      <span className="venue-name">{venue}</span>
      {links.map((link) => (
        <span
          key={link.session}
          className={`link ${link.state === 'up' ? 'good' : link.state === 'connecting' || link.state === 'recovering' ? 'warn' : 'bad'}`}
          title={`${link.session}: ${link.state} ${link.why}`}
        >
          {LINK_SIGNS[link.state]} {ROLES[link.session]}{' '}
          {link.state === 'up' ? 'up' : link.state.toUpperCase()}
        </span>
      ))}
    </span>
  );
}

function Until({ one, now }: { readonly one: Countdown; readonly now: number }) {
  const left = one.nextAtMs - now;
  const counting = one.nextAtMs > 0 && left > 0;
  const stopped = one.status === 'closed' || one.status === 'halted';
  const tone = stopped ? 'bad' : counting && left < URGENT_MS ? 'warn urgent' : '';
  return (
    <span className={`until ${tone}`} title={`${one.label}: ${one.status}`}>
      <span className="until-name">
        {one.exchange} {one.label}
      </span>
      <span className="until-left mono">{counting ? countdown(left) : '--:--'}</span>
      <span className="until-next">
        {one.status === 'open' ? '' : `${words(one.status).toUpperCase()} `}
        {counting ? one.next : ''}
      </span>
    </span>
  );
}

function venuesOf(links: readonly LinkShown[]): readonly (readonly [string, readonly LinkShown[]])[] {
  return [...Map.groupBy(links, (link) => link.venue)];
}
