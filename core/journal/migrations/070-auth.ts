/**
 * What persons prove themselves by. Nothing here opens anything by itself: passwords are argon2id (PHC text with its
 * parameters), TOTP secrets are sealed, recovery codes and the break-glass credential are keyed hashes, API keys SHA-256.
 */
export const migration = {
  id: 70,
  name: 'auth',
  sql: `
    CREATE TABLE auth_passwords (
      user TEXT PRIMARY KEY,
      hash TEXT NOT NULL,
      must_change INTEGER NOT NULL,
      expires_at_ms INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE auth_totp (
      user TEXT PRIMARY KEY,
      sealed BLOB NOT NULL,
      last_step INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE auth_recovery (
      user TEXT NOT NULL,
      hash BLOB NOT NULL,
      PRIMARY KEY (user, hash)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE auth_break_glass (
      id TEXT PRIMARY KEY,
      hash BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE auth_keys (
      id TEXT PRIMARY KEY,
      hash BLOB NOT NULL,
      used_at_ms INTEGER
    ) STRICT, WITHOUT ROWID;
  `,
};
