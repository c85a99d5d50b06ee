/**
 * What handing back keeps beside the log: how far main has it, the certificates with their texts, the numbered files
 * byte for byte, so that a lost one is written again as it was.
 */
export const migration = {
  id: 90,
  name: 'sync',
  sql: `
    CREATE TABLE sync_acked (
      epoch INTEGER PRIMARY KEY,
      seq INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE sync_certificates (
      id TEXT PRIMARY KEY,
      seq INTEGER NOT NULL,
      text TEXT NOT NULL,
      signature TEXT NOT NULL,
      public_key TEXT NOT NULL,
      kept INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sync_files (
      number INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      rows INTEGER NOT NULL,
      text TEXT NOT NULL
    ) STRICT;
  `,
};
