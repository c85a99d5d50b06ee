import { openSqlite } from '#core/journal/sqlite.ts';
import {
  LAST_COMMIT,
  SCHEMA,
  type Database,
  type DatabaseOptions,
  type FactBatch,
  type SqlValue,
  type Statement,
} from './database.ts';

const INSERT_FACT = `INSERT INTO facts (desk, epoch, seq, at_ms, kind, version, body, hash, commit_no)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const INSERT_HEAD = `INSERT INTO heads (desk, epoch, seq, hash, signature, public_key, commit_no)
  VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;

/** Main's memory in a file: WAL, synchronous FULL, so that what is committed survives a power cut. */
export function openSqliteDatabase(path: string, options: DatabaseOptions): Database {
  const sqlite = openSqlite(path);
  for (const sql of SCHEMA) sqlite.exec(sql);
  let commits = Number(sqlite.get(LAST_COMMIT)?.['n']);
  const insert = ({ desk, rows, heads }: FactBatch, commit: number): void => {
    for (const { epoch, seq, atMs, kind, version, body, hash } of rows) {
      sqlite.run(INSERT_FACT, desk, epoch, seq, atMs, kind, version, body, hash, commit);
    }
    for (const { epoch, seq, hash, signature, publicKey } of heads) {
      sqlite.run(INSERT_HEAD, desk, epoch, seq, hash, signature, publicKey, commit);
    }
  };
  return {
    kind: 'sqlite',
    rows: (sql, ...values) => {
      const { text, bound } = positional({ sql, values });
      return Promise.resolve(sqlite.all(text, ...bound));
    },
    commit: (statements) => {
      sqlite.transaction(() => {
        for (const statement of statements) {
          const { text, bound } = positional(statement);
          sqlite.run(text, ...bound);
        }
      });
      return Promise.resolve();
    },
    commitFacts: (batch) => {
      commits += 1;
      sqlite.transaction(() => {
        insert(batch, commits);
        options.reached('before-commit');
      });
      options.reached('after-commit-before-ack');
      return Promise.resolve();
    },
    close: () => {
      sqlite.close();
      return Promise.resolve();
    },
  };
}

/** `$2` of the common SQL as the `?` of this driver. */
function positional({ sql, values }: Statement): {
  readonly text: string;
  readonly bound: readonly SqlValue[];
} {
  const bound: SqlValue[] = [];
  const text = sql.replaceAll(/\$(\d+)/g, (_, place: string) => {
    bound.push(values[Number(place) - 1] ?? null);
    return '?';
  });
  return { text, bound };
}
