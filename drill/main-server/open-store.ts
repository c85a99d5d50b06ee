import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseOptions } from './database.ts';
import { openPostgres } from './database-postgres.ts';
import { openSqliteDatabase } from './database-sqlite.ts';
import { createStore, type Store } from './store.ts';

/** The variable that names a PostgreSQL; without it main keeps a file. */
export const DATABASE_URL = 'LIFEBOAT_MAIN_DATABASE_URL';

export interface StoreOptions extends DatabaseOptions {
  /** `postgres://user:password@host:port/database`; empty or absent: SQLite in `folder`. */
  readonly databaseUrl: string | undefined;
  readonly folder: string;
}

/** Main's memory: in PostgreSQL when there is an address, else in `main.db` of the folder. */
export async function openMainStore({ databaseUrl, folder, reached }: StoreOptions): Promise<Store> {
  if (databaseUrl !== undefined && databaseUrl !== '') {
    return createStore(await openPostgres(databaseUrl, { reached }));
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return createStore(openSqliteDatabase(join(folder, 'main.db'), { reached }));
}
