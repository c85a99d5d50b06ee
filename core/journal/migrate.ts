import { assert } from '#core/lib/assert.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { openSqlite } from './sqlite.ts';
import type { Sqlite } from './sqlite.ts';

/** One step of the schema. It is never edited once it shipped; a change is a new step. */
export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}

export interface NewerVersion {
  readonly reason: 'newer-version';
  readonly text: string;
}

/**
 * Applies what the file lacks, in one transaction. A file that holds a step this build does not know was
 * written by a newer version and is refused: an older build would write rows that the newer one misreads.
 */
export function migrate(sqlite: Sqlite, migrations: readonly Migration[]): Result<null, NewerVersion> {
  assertRising(migrations);
  const applied = appliedMigrations(sqlite);
  const known = new Map(migrations.map(({ id, name }) => [id, name]));
  const stranger = [...applied].find(([id, name]) => known.get(id) !== name);
  if (stranger !== undefined) {
    const text = `the file has the schema step ${stranger[0]} "${stranger[1]}", which this build does not know`;
    return refuse({ reason: 'newer-version', text });
  }
  const missing = migrations.filter(({ id }) => !applied.has(id));
  if (missing.length === 0) return ok(null);
  sqlite.transaction((tx) => {
    sqlite.exec(
      'CREATE TABLE IF NOT EXISTS schema_steps (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT',
    );
    for (const { id, name, sql } of missing) {
      sqlite.exec(sql);
      tx.run('INSERT INTO schema_steps (id, name) VALUES (?, ?)', id, name);
    }
  });
  return ok(null);
}

/** Ids and names of the steps that the file already has. */
export function appliedMigrations(sqlite: Sqlite): ReadonlyMap<number, string> {
  const there = sqlite.get("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_steps'");
  if (there === undefined) return new Map();
  const rows = sqlite.all('SELECT id, name FROM schema_steps ORDER BY id');
  return new Map(rows.map((row) => [Number(row['id']), String(row['name'])]));
}

/**
 * The first table or index of the file that is not as its own steps made it, by name; null when all are. A damaged
 * schema reads rows by other names, so a check of rows alone would not see it.
 */
export function strangeSchema(sqlite: Sqlite, migrations: readonly Migration[]): string | null {
  const applied = appliedMigrations(sqlite);
  const fresh = openSqlite(':memory:', { synchronous: 'OFF' });
  try {
    migrate(
      fresh,
      migrations.filter(({ id, name }) => applied.get(id) === name),
    );
    const made = new Map(schemaOf(fresh));
    for (const [name, sql] of schemaOf(sqlite)) {
      if (made.get(name) !== sql) return name;
      made.delete(name);
    }
    return [...made.keys()][0] ?? null;
  } finally {
    fresh.close();
  }
}

function schemaOf(sqlite: Sqlite): readonly [string, string][] {
  const rows = sqlite.rows('SELECT type, name, tbl_name, sql FROM sqlite_schema');
  return rows.map(([type, name, table, sql]) => [
    `${String(type)} ${String(name)}`,
    `${String(table)} ${String(sql)}`,
  ]);
}

function assertRising(migrations: readonly Migration[]): void {
  let last = 0;
  for (const { id, name } of migrations) {
    assert(Number.isSafeInteger(id) && id > last, `migration ${id} "${name}" comes after ${last}`);
    last = id;
  }
}
