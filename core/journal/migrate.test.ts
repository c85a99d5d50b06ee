import { describe, expect, it } from 'vitest';
import { scratchFolder } from './stage-folder.ts';
import { scratchOptions } from './stage.ts';
import { migrate } from './migrate.ts';
import type { Migration } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { openJournal } from './open.ts';
import { openSqlite } from './sqlite.ts';

const step = (id: number, name = `step${id}`): Migration => ({ id, name, sql: `CREATE TABLE ${name} (n)` });

describe('the steps of the schema', () => {
  it('are applied once each, also one that was put between', () => {
    const folder = scratchFolder();
    const sqlite = openSqlite(`${folder.path}/x.db`);
    for (const steps of [
      [step(10), step(30)],
      [step(10), step(30)],
      [step(10), step(11), step(30)],
    ]) {
      expect(migrate(sqlite, steps)).toEqual({ ok: true, value: null });
    }
    expect(sqlite.rows('SELECT id, name FROM schema_steps ORDER BY id')).toEqual([
      [10, 'step10'],
      [11, 'step11'],
      [30, 'step30'],
    ]);
    sqlite.close();
  });

  it('rise', () => {
    const folder = scratchFolder();
    const sqlite = openSqlite(`${folder.path}/x.db`);
    expect(() => migrate(sqlite, [step(20), step(10)])).toThrow(/migration 10/);
    expect(() => migrate(sqlite, [step(10), step(10, 'again')])).toThrow(/migration 10/);
    sqlite.close();
  });

  it('leave nothing when one of them fails', () => {
    const folder = scratchFolder();
    const sqlite = openSqlite(`${folder.path}/x.db`);
    expect(() => migrate(sqlite, [step(10), { id: 20, name: 'bad', sql: 'CREATE NONSENSE' }])).toThrow(
      /syntax/,
    );
    expect(sqlite.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")).toEqual([]);
    sqlite.close();
  });

  it('of a newer version refuse the file', () => {
    const folder = scratchFolder();
    const options = scratchOptions(folder.path);
    const newer = openJournal({ ...options, migrations: [...migrations, step(990)] });
    if (newer.ok) newer.value.close();
    expect(openJournal(options)).toMatchObject({ ok: false, refusal: { reason: 'newer-version' } });
  });
});

describe('each step of the journal', () => {
  it.each([
    ['log', 'seq epoch at_ms kind version body hash'],
    ['heads', 'seq epoch hash signature public_key'],
    ['desk', 'desk table_commits'],
    ['import_rows', 'sha256 n body'],
  ])('makes %s', (table, columns) => {
    const folder = scratchFolder();
    const sqlite = openSqlite(`${folder.path}/x.db`);
    migrate(sqlite, migrations);
    expect(sqlite.rows('SELECT name FROM pragma_table_info(?)', table).flat().join(' ')).toBe(columns);
    sqlite.close();
  });

  it('gives the log whole numbers only', () => {
    const folder = scratchFolder();
    const sqlite = openSqlite(`${folder.path}/x.db`);
    migrate(sqlite, migrations);
    const insert = "INSERT INTO log VALUES (1, 1, 1.5, 'k', 1, '{}', x'00')";
    expect(() => sqlite.exec(insert)).toThrow(/REAL value in INTEGER column/);
    sqlite.close();
  });
});
