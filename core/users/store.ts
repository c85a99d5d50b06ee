import type { Reader, Tx } from '#core/journal/port.ts';

/** A person of a user set, and the SHA-256 (hex) of the code with which they may choose a password. */
export interface OfferedCode {
  readonly user: string;
  readonly codeHash: string;
}

/** A newer code takes the place of the one before. A code that is dead stays so, though an issue names it again. */
export function offerCodes(tx: Tx, codes: readonly OfferedCode[]): void {
  for (const { user, codeHash } of codes) {
    tx.run("UPDATE user_enrolments SET state = 'dead' WHERE user = ? AND code_hash <> ?", user, codeHash);
    tx.run(
      "INSERT OR IGNORE INTO user_enrolments (user, code_hash, state) VALUES (?, ?, 'open')",
      user,
      codeHash,
    );
  }
}

/** Hash of the person's open code, or null. */
export function openCode(reader: Reader, user: string): string | null {
  const row = reader.get("SELECT code_hash FROM user_enrolments WHERE user = ? AND state = 'open'", user);
  return row === undefined ? null : String(row['code_hash']);
}

export function spendCode(tx: Tx, user: string): void {
  tx.run("UPDATE user_enrolments SET state = 'dead' WHERE user = ?", user);
}
