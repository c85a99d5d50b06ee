import type { Entry } from '#core/events.ts';
import { istTime } from '#core/model/market-clock.ts';
import { recentFacts } from '#renderer/api/desk.ts';
import { useStore } from '#renderer/api/store.ts';
import { words } from '#renderer/look/format.ts';

const SHOWN_MAX = 300;
const LOUD: ReadonlySet<string> = new Set([
  'order-rejected',
  'order-in-doubt',
  'fill-conflicted',
  'fill-busted',
  'link-down',
  'session-stopped',
  'row-left-over',
  'bound-reached',
  'mode-changed',
  'approval-refused',
  'break-glass-sealed',
  'break-glass-used',
  'locked-out',
  'users-revoked',
]);

/** What happened since this screen was opened, newest first: the journal's own words. */
export function Messages() {
  const facts = useStore(recentFacts);
  const shown = facts.slice(-SHOWN_MAX).reverse();
  return (
    <section className="view" aria-label="Messages">
      <div className="view-bar">
        <span className="dim">the last {shown.length} facts since this screen was opened, newest first</span>
      </div>
      <div className="list" tabIndex={0}>
        {shown.map((entry) => (
          <div key={entry.seq} className="facts-line">
            <span className="mono dim">
              {istTime(entry.atMs)} #{entry.seq}
            </span>
            <span />
            <span className={LOUD.has(entry.fact.kind) ? 'warn' : ''}>
              <strong>
                {LOUD.has(entry.fact.kind) ? '⚠ ' : ''}
                {words(entry.fact.kind)}
              </strong>{' '}
              {detailsOf(entry)}
            </span>
          </div>
        ))}
        {shown.length === 0 ? <p className="dim">Nothing happened since.</p> : null}
      </div>
    </section>
  );
}

/** The plain fields of a fact, in its own order; nested ones are for the log reader. */
function detailsOf(entry: Entry): string {
  return Object.entries(entry.fact)
    .filter(
      ([name, value]) =>
        name !== 'kind' && name !== 'v' && (typeof value === 'string' || typeof value === 'number'),
    )
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(' · ');
}
