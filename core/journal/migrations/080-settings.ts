/** What persons changed of the desk's configuration: the newest value of each part. */
export const migration = {
  id: 80,
  name: 'settings',
  sql: `
    CREATE TABLE settings (
      what TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
