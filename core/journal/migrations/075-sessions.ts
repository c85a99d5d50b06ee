/**
 * What carries a session, by its SHA-256: the secret of a screen, or the refresh tokens of an API client with the used
 * ones, so that a second use shows. Rows go with their session.
 */
export const migration = {
  id: 75,
  name: 'sessions',
  sql: `
    CREATE TABLE session_secrets (
      hash TEXT PRIMARY KEY,
      session TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('session', 'refresh')),
      made_at_ms INTEGER NOT NULL,
      used_at_ms INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX session_secrets_by_session ON session_secrets (session, used_at_ms);
  `,
};
