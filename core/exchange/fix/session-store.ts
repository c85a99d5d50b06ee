import type { SessionRole } from '#core/exchange/events.ts';
import type { Journal, Tx } from '#core/journal/port.ts';
import type { VenueId } from '#core/model/ids.ts';
import type { SavedSession } from './machine-types.ts';
import { NEW_SESSION } from './machine.ts';
import type { Outbound } from './session-port.ts';

/** The rows of a session in the journal's file: its numbers, and which request went under which. */
interface Named {
  readonly venue: VenueId;
  readonly role: SessionRole;
}

/** The stored numbers; those of a new session when there are none. */
export function load(journal: Journal, { venue, role }: Named): SavedSession {
  const row = journal.reader.get('SELECT * FROM fix_sessions WHERE venue = ? AND session = ?', venue, role);
  if (row === undefined) return NEW_SESSION;
  return {
    nextIn: Number(row['next_in']),
    nextOut: Number(row['next_out']),
    stopped: row['stopped'] === null ? undefined : String(row['stopped']),
    resetPending: row['reset_pending'] === 1,
  };
}

function save(tx: Tx, { venue, role }: Named, next: SavedSession): void {
  tx.run(
    `INSERT INTO fix_sessions (venue, session, next_in, next_out, stopped, reset_pending) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (venue, session) DO UPDATE SET next_in = excluded.next_in, next_out = excluded.next_out,
       stopped = excluded.stopped, reset_pending = excluded.reset_pending`,
    venue,
    role,
    next.nextIn,
    next.nextOut,
    next.stopped ?? null,
    next.resetPending ? 1 : 0,
  );
  // A number used again after a reset names another request.
  if (next.resetPending) tx.run('DELETE FROM fix_requests WHERE venue = ? AND session = ?', venue, role);
}

export function sameNumbers(one: SavedSession, other: SavedSession): boolean {
  return (
    one.nextIn === other.nextIn &&
    one.nextOut === other.nextOut &&
    one.stopped === other.stopped &&
    one.resetPending === other.resetPending
  );
}

/** The numbers after a step, and the requests that it gave numbers to. */
export function store(tx: Tx, named: Named, next: SavedSession, outbound: readonly Outbound[]): void {
  save(tx, named, next);
  for (const { seq, ref, resend } of outbound) {
    if (ref === undefined || resend) continue;
    tx.run(
      'INSERT OR REPLACE INTO fix_requests (venue, session, sequence, request_id) VALUES (?, ?, ?, ?)',
      named.venue,
      named.role,
      seq,
      ref,
    );
  }
}

/** Our requests that went under these numbers. */
export function requestsOf(
  { journal, venue, role }: Named & { readonly journal: Journal },
  from: number,
  to: number,
): readonly string[] {
  return journal.reader
    .all(
      'SELECT request_id FROM fix_requests WHERE venue = ? AND session = ? AND sequence BETWEEN ? AND ? ORDER BY sequence',
      venue,
      role,
      from,
      to,
    )
    .map((row) => String(row['request_id']));
}
