/**
 * Sequence numbers of each durable FIX session, and which request went out under which number, so that a peer's
 * "I have nothing from N on" names the orders that never reached it.
 */
export const migration = {
  id: 60,
  name: 'exchange',
  sql: `
    CREATE TABLE fix_sessions (
      venue TEXT NOT NULL,
      session TEXT NOT NULL,
      next_in INTEGER NOT NULL,
      next_out INTEGER NOT NULL,
      stopped TEXT,
      reset_pending INTEGER NOT NULL,
      PRIMARY KEY (venue, session)
    ) WITHOUT ROWID;
    CREATE TABLE fix_requests (
      venue TEXT NOT NULL,
      session TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      request_id TEXT NOT NULL,
      PRIMARY KEY (venue, session, sequence)
    ) WITHOUT ROWID;
  `,
};
