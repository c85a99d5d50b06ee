/**
 * Main's book as this desk follows it. Rows are written before the fact that puts them in force: in force are those of
 * the generation of `followed` up to its version, of each key the latest. `gone` rows are what main had and has no more.
 */
export const migration = {
  id: 91,
  name: 'follow',
  sql: `
    CREATE TABLE followed (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      generation INTEGER NOT NULL,
      book TEXT NOT NULL,
      version INTEGER NOT NULL,
      as_of_ms INTEGER NOT NULL,
      trading_date TEXT NOT NULL,
      cuts TEXT NOT NULL
    ) STRICT;
    CREATE TABLE followed_parts (
      part TEXT PRIMARY KEY,
      version INTEGER NOT NULL,
      rows INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      imported_version INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE followed_rows (
      generation INTEGER NOT NULL,
      part TEXT NOT NULL,
      key TEXT NOT NULL,
      version INTEGER NOT NULL,
      gone INTEGER NOT NULL,
      body ANY NOT NULL,
      PRIMARY KEY (generation, part, key, version)
    ) STRICT, WITHOUT ROWID;
  `,
};
