import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';
import { openPostgres } from '#drill/main-server/database-postgres.ts';
import { openSqliteDatabase } from '#drill/main-server/database-sqlite.ts';
import type { Database } from '#drill/main-server/database.ts';
import { DATABASE_URL } from '#drill/main-server/open-store.ts';

/** Where one drill's main keeps its memory. */
export interface MainDatabase {
  /** For main's process: names the database, or is empty. */
  readonly env: Readonly<Record<string, string>>;
  /** Opened by who judges, when main has stopped. */
  open(): Promise<Database>;
  /** The drill is over, and nobody will look at it again. */
  drop(): Promise<void>;
}

const NAME_BYTES = 6;
const nobody = { reached: (): void => undefined };

/**
 * On the server that LIFEBOAT_MAIN_DATABASE_URL names, a database of this drill alone; without it, a file in the
 * folder, which goes with the folder.
 */
export async function mainDatabase(folder: string): Promise<MainDatabase> {
  const server = process.env[DATABASE_URL] ?? '';
  if (server === '') {
    return {
      env: {},
      open: () => Promise.resolve(openSqliteDatabase(join(folder, 'main.db'), nobody)),
      drop: () => Promise.resolve(),
    };
  }
  const name = `lifeboat_drill_${randomBytes(NAME_BYTES).toString('hex')}`;
  await command(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    env: { [DATABASE_URL]: url.href },
    open: () => openPostgres(url.href, nobody),
    drop: () => command(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function command(server: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
