import type { Reader, Tx } from '#core/journal/port.ts';

export interface PasswordRow {
  /** PHC text. */
  readonly hash: string;
  /** A one-time password: it lets nobody further than to a new one. */
  readonly mustChange: boolean;
  readonly expiresAtMs: number | null;
}

export function passwordOf(reader: Reader, user: string): PasswordRow | null {
  const row = reader.get('SELECT hash, must_change, expires_at_ms FROM auth_passwords WHERE user = ?', user);
  if (row === undefined) return null;
  const expires = row['expires_at_ms'];
  return {
    hash: String(row['hash']),
    mustChange: row['must_change'] === 1,
    expiresAtMs: typeof expires === 'number' ? expires : null,
  };
}

export function putPassword(tx: Tx, user: string, { hash, mustChange, expiresAtMs }: PasswordRow): void {
  tx.run(
    `INSERT INTO auth_passwords (user, hash, must_change, expires_at_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (user) DO UPDATE SET hash = excluded.hash, must_change = excluded.must_change,
       expires_at_ms = excluded.expires_at_ms`,
    user,
    hash,
    mustChange ? 1 : 0,
    expiresAtMs,
  );
}

export interface TotpRow {
  readonly sealed: Uint8Array;
  /** Time step of the newest code that was used. */
  readonly lastStep: number;
}

export function totpOf(reader: Reader, user: string): TotpRow | null {
  const row = reader.get('SELECT sealed, last_step FROM auth_totp WHERE user = ?', user);
  const sealed = row?.['sealed'];
  return sealed instanceof Uint8Array ? { sealed, lastStep: Number(row?.['last_step']) } : null;
}

export function putTotp(tx: Tx, user: string, { sealed, lastStep }: TotpRow): void {
  tx.run(
    `INSERT INTO auth_totp (user, sealed, last_step) VALUES (?, ?, ?)
     ON CONFLICT (user) DO UPDATE SET sealed = excluded.sealed, last_step = excluded.last_step`,
    user,
    sealed,
    lastStep,
  );
}

export function useStep(tx: Tx, user: string, step: number): void {
  tx.run('UPDATE auth_totp SET last_step = ? WHERE user = ?', step, user);
}

/** The person has no second factor any more: the next sign-in enrols a new one. */
export function dropSecondFactor(tx: Tx, user: string): void {
  tx.run('DELETE FROM auth_totp WHERE user = ?', user);
  tx.run('DELETE FROM auth_recovery WHERE user = ?', user);
}

export function recoveryOf(reader: Reader, user: string): readonly Uint8Array[] {
  const rows = reader.all('SELECT hash FROM auth_recovery WHERE user = ?', user);
  return rows.flatMap(({ hash }) => (hash instanceof Uint8Array ? [hash] : []));
}

/** The old ones are dead. */
export function putRecovery(tx: Tx, user: string, hashes: readonly Uint8Array[]): void {
  tx.run('DELETE FROM auth_recovery WHERE user = ?', user);
  for (const hash of hashes) tx.run('INSERT INTO auth_recovery (user, hash) VALUES (?, ?)', user, hash);
}

export function useRecovery(tx: Tx, user: string, hash: Uint8Array): void {
  tx.run('DELETE FROM auth_recovery WHERE user = ? AND hash = ?', user, hash);
}

export function breakGlassOf(reader: Reader, id: string): Uint8Array | null {
  return hashIn(reader.get('SELECT hash FROM auth_break_glass WHERE id = ?', id)?.['hash']);
}

/** One at a time: the one before is dead. */
export function putBreakGlass(tx: Tx, id: string, hash: Uint8Array): void {
  dropBreakGlass(tx);
  tx.run('INSERT INTO auth_break_glass (id, hash) VALUES (?, ?)', id, hash);
}

export function dropBreakGlass(tx: Tx): void {
  tx.run('DELETE FROM auth_break_glass');
}

export function keyHashOf(reader: Reader, id: string): Uint8Array | null {
  return hashIn(reader.get('SELECT hash FROM auth_keys WHERE id = ?', id)?.['hash']);
}

export function putKey(tx: Tx, id: string, hash: Uint8Array): void {
  tx.run('INSERT INTO auth_keys (id, hash, used_at_ms) VALUES (?, ?, NULL)', id, hash);
}

/** Its last use stays for the list. */
export function dropKeyHash(tx: Tx, id: string): void {
  tx.run(`UPDATE auth_keys SET hash = x'' WHERE id = ?`, id);
}

export function keyUses(reader: Reader): ReadonlyMap<string, number> {
  const rows = reader.all('SELECT id, used_at_ms FROM auth_keys WHERE used_at_ms IS NOT NULL');
  return new Map(rows.map((row) => [String(row['id']), Number(row['used_at_ms'])]));
}

export function putKeyUse(tx: Tx, id: string, usedAtMs: number): void {
  tx.run('UPDATE auth_keys SET used_at_ms = ? WHERE id = ?', usedAtMs, id);
}

function hashIn(value: unknown): Uint8Array | null {
  return value instanceof Uint8Array ? value : null;
}
