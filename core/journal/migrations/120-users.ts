/**
 * SHA-256 of the codes with which persons of a signed user set choose their password. In a table and not in a fact:
 * the log is handed on whole. Dead ones stay, so that an old issue wakes none.
 */
export const migration = {
  id: 120,
  name: 'users',
  sql: `
    CREATE TABLE user_enrolments (
      user TEXT NOT NULL,
      code_hash TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('open', 'dead')),
      PRIMARY KEY (user, code_hash)
    ) WITHOUT ROWID;
  `,
};
