/**
 * The log and its signed heads. `seq` runs on through every epoch without a gap, so it alone is the key of a row
 * in this file; (desk, epoch, seq) is its key everywhere else.
 */
export const migration = {
  id: 10,
  name: 'journal',
  sql: `
    CREATE TABLE log (
      seq INTEGER PRIMARY KEY,
      epoch INTEGER NOT NULL,
      at_ms INTEGER NOT NULL,
      kind TEXT NOT NULL,
      version INTEGER NOT NULL,
      body TEXT NOT NULL,
      hash BLOB NOT NULL
    ) STRICT;
    CREATE TABLE heads (
      seq INTEGER PRIMARY KEY,
      epoch INTEGER NOT NULL,
      hash BLOB NOT NULL,
      signature BLOB NOT NULL,
      public_key BLOB NOT NULL
    ) STRICT;
    CREATE TABLE desk (
      desk TEXT NOT NULL PRIMARY KEY,
      table_commits INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
  `,
};
