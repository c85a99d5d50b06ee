import type { Entry } from '#core/events.ts';
import type { Reader, Tx } from '#core/journal/port.ts';

type SecretKind = 'session' | 'refresh';

interface SecretRow {
  readonly session: string;
  readonly usedAtMs: number | null;
}

/** Used refresh tokens remembered per session; a client that refreshes on time needs 144 in the longest life. */
export const USED_KEPT_MAX = 200;

/** Whose secret it is, by its hash; null when nobody's. */
export function secretOf(reader: Reader, hash: string, kind: SecretKind): SecretRow | null {
  const sql = 'SELECT session, used_at_ms FROM session_secrets WHERE hash = ? AND kind = ?';
  const row = reader.get(sql, hash, kind);
  if (row === undefined) return null;
  const used = row['used_at_ms'] ?? null;
  return { session: String(row['session']), usedAtMs: used === null ? null : Number(used) };
}

export function insertSecret(tx: Tx, session: string, kind: SecretKind, hash: string, nowMs: number): void {
  const sql =
    'INSERT INTO session_secrets (hash, session, kind, made_at_ms, used_at_ms) VALUES (?, ?, ?, ?, NULL)';
  tx.run(sql, hash, session, kind, nowMs);
}

/** The old token is used, the new one is there, and of the used ones the newest are kept. */
export function rotate(tx: Tx, session: string, oldHash: string, newHash: string, nowMs: number): void {
  tx.run('UPDATE session_secrets SET used_at_ms = ? WHERE hash = ?', nowMs, oldHash);
  insertSecret(tx, session, 'refresh', newHash, nowMs);
  tx.run(
    `DELETE FROM session_secrets WHERE hash IN (
       SELECT hash FROM session_secrets WHERE session = ? AND used_at_ms IS NOT NULL
       ORDER BY used_at_ms DESC, made_at_ms DESC LIMIT -1 OFFSET ?)`,
    session,
    USED_KEPT_MAX,
  );
}

/** How many used refresh tokens the session has. */
export function usedCount(reader: Reader, session: string): number {
  const sql = 'SELECT count(*) AS n FROM session_secrets WHERE session = ? AND used_at_ms IS NOT NULL';
  return Number(reader.get(sql, session)?.['n'] ?? 0);
}

/** A session's secrets go in the transaction that ends it; a new epoch knows none. */
export function forgetEnded(tx: Tx, { fact }: Entry): void {
  if (fact.kind === 'session-ended') tx.run('DELETE FROM session_secrets WHERE session = ?', fact.session);
  else if (fact.kind === 'epoch-opened') tx.run('DELETE FROM session_secrets');
}
