/** Reference rows beside the log: an import is one fact that carries the hash, its rows lie here under it. */
export const migration = {
  id: 15,
  name: 'imports',
  sql: `
    CREATE TABLE import_rows (
      sha256 TEXT NOT NULL,
      n INTEGER NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (sha256, n)
    ) STRICT, WITHOUT ROWID;
  `,
};
