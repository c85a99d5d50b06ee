import { noteStatement, statement, type Database } from './database.ts';
import { storeOfFacts, storeOfLogs } from './store-facts.ts';

export interface StoredCertificate {
  readonly desk: string;
  readonly id: string;
  readonly text: string;
  readonly signature: string;
  /** Signed by the desk's key over the bytes of the text. */
  readonly verified: boolean;
}

export type Store = ReturnType<typeof createStore>;

/** What main knows, in the words of main; the same for both databases. */
export function createStore(database: Database) {
  const { kind, rows, commit } = database;
  return {
    kind,
    rows,
    commit,
    ...storeOfLogs(database),
    ...storeOfFacts(database),
    ...storeOfPapers(database),
    close: (): Promise<void> => database.close(),
  };
}

function storeOfPapers({ rows, commit }: Database) {
  return {
    /** Kept once under its id; another text under a known id is not taken. */
    async keepCertificate({ desk, id, text, signature, verified }: StoredCertificate, atMs: number) {
      const sql =
        'INSERT INTO certificates VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (desk, id) DO NOTHING';
      await commit([statement(sql, desk, id, text, signature, verified ? 1 : 0, atMs)]);
      const kept = await rows('SELECT body FROM certificates WHERE desk = $1 AND id = $2', desk, id);
      return kept[0]?.['body'] === text;
    },
    async certificates(): Promise<readonly StoredCertificate[]> {
      const found = await rows(
        'SELECT desk, id, body, signature, verified FROM certificates ORDER BY at_ms, id',
      );
      return found.map((row) => ({
        desk: String(row['desk']),
        id: String(row['id']),
        text: String(row['body']),
        signature: String(row['signature']),
        verified: Number(row['verified']) === 1,
      }));
    },

    async note(name: string): Promise<unknown> {
      const [row] = await rows('SELECT body FROM notes WHERE name = $1', name);
      return row === undefined ? null : (JSON.parse(String(row['body'])) as unknown);
    },
    putNote: (name: string, value: unknown): Promise<void> => commit([noteStatement(name, value)]),
  };
}
