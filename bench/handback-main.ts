import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { z } from 'zod';
import { DATABASE_URL, openMainStore } from '#drill/main-server/open-store.ts';
import type { Store } from '#drill/main-server/store.ts';
import { COMMIT_ROWS_MAX } from '#drill/main-server/take-run.ts';
import { startChild } from '#drill/world/child.ts';
import type { MainAt } from './handback-desk.ts';
import type { LogRows } from './handback-log.ts';

const MAIN = join(import.meta.dirname, '..', 'drill', 'main-server', 'main.ts');
const Ready = z.object({ url: z.string() });

/** Milliseconds in which the stand-in's store takes the rows: no desk, no check, nothing but durable inserts. */
export function insertAlone(server: string, folder: string, { desk, rows, heads }: LogRows): Promise<number> {
  return withDatabase(server, async (databaseUrl) => {
    const store = await openStore(databaseUrl, folder);
    try {
      const startMs = performance.now();
      for (let from = 0; from < rows.length; from += COMMIT_ROWS_MAX) {
        const some = rows.slice(from, from + COMMIT_ROWS_MAX);
        const [first = 0, last = 0] = [some[0]?.seq, some.at(-1)?.seq];
        const theirs = heads.filter(({ seq }) => seq >= first && seq <= last);
        await store.commitFacts({ desk, rows: some, heads: theirs });
      }
      const ms = performance.now() - startMs;
      await assertAll(store, rows.length);
      return ms;
    } finally {
      await store.close();
    }
  });
}

/** The stand-in as a process of its own on an empty database, while `work` runs; after it every row must be there. */
export function withMain<Answer>(
  server: string,
  folder: string,
  { rows }: LogRows,
  work: (main: MainAt) => Promise<Answer>,
): Promise<Answer> {
  return withDatabase(server, async (databaseUrl) => {
    const token = randomBytes(12).toString('hex');
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, token);
    const args = [`--folder=${join(folder, 'main')}`, `--token-file=${tokenFile}`];
    const child = await startChild(MAIN, args, { [DATABASE_URL]: databaseUrl });
    let answer: Answer;
    try {
      answer = await work({ url: Ready.parse(child.ready).url, token });
    } finally {
      await child.stop();
    }
    const store = await openStore(databaseUrl, folder);
    try {
      await assertAll(store, rows.length);
      return answer;
    } finally {
      await store.close();
    }
  });
}

function openStore(databaseUrl: string, folder: string): Promise<Store> {
  return openMainStore({ databaseUrl, folder, reached: () => undefined });
}

/** Else something faster was measured than what is said. */
async function assertAll(store: Store, expected: number): Promise<void> {
  const stored = (await store.counts()).reduce((sum, { rows }) => sum + rows, 0);
  if (stored < expected) throw new Error(`${stored} of ${expected} rows are stored`);
}

/** An empty database on that server, dropped afterwards. */
async function withDatabase<Answer>(server: string, work: (url: string) => Promise<Answer>): Promise<Answer> {
  const name = `handback_${randomBytes(6).toString('hex')}`;
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    return await work(url.href);
  } finally {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.end();
  }
}
