import { setTimeout as wait } from 'node:timers/promises';
import { DatabaseError, Pool, type PoolClient } from 'pg';
import { backoffMs } from '#core/lib/backoff.ts';
import {
  DatabaseAway,
  LAST_COMMIT,
  SCHEMA,
  type Database,
  type DatabaseOptions,
  type FactBatch,
  type SqlRow,
  type SqlValue,
} from './database.ts';

const CONNECTIONS_MAX = 8;
const CONNECT_TIMEOUT_MS = 5_000;
const BACKOFF = { firstMs: 50, maxMs: 1_000 };
/** About half a minute: longer than any restart of a database. */
const TRIES_MAX = 35;

/** One value for all rows: the driver quotes it once and the server parses it in C, twice as fast as an array a column. */
const INSERT_FACTS = `INSERT INTO facts (desk, epoch, seq, at_ms, kind, version, body, hash, commit_no)
  SELECT $1, t.epoch, t.seq, t."atMs", t.kind, t.version, t.body, t.hash, $2 FROM json_to_recordset($3::json)
  AS t(epoch int, seq bigint, "atMs" float8, kind text, version int, body text, hash text)`;
const INSERT_HEADS = `INSERT INTO heads (desk, epoch, seq, hash, signature, public_key, commit_no)
  SELECT $1, t.epoch, t.seq, t.hash, t.signature, t."publicKey", $2 FROM json_to_recordset($3::json)
  AS t(epoch int, seq bigint, hash text, signature text, "publicKey" text) ON CONFLICT DO NOTHING`;

/** Main's memory in PostgreSQL. It may restart at any moment: what reads is asked again, what writes says so. */
export async function openPostgres(url: string, options: DatabaseOptions): Promise<Database> {
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // Said here, so that no setting of the server can make an acknowledgement lie.
    options: '-c synchronous_commit=on',
  });
  // A connection that breaks while nobody uses it: the pool makes another one.
  pool.on('error', () => undefined);
  const rows = (sql: string, ...values: SqlValue[]): Promise<readonly SqlRow[]> =>
    patiently(async () => (await pool.query<SqlRow>(sql, values)).rows);
  for (const sql of SCHEMA) await rows(sql);
  let commits = Number((await rows(LAST_COMMIT))[0]?.['n']);
  return {
    kind: 'postgres',
    rows,
    commit: (statements) =>
      transaction(pool, async (client) => {
        for (const { sql, values } of statements) await client.query(sql, [...values]);
      }),
    async commitFacts(batch) {
      commits += 1;
      const number = commits;
      await transaction(
        pool,
        (client) => insert(client, batch, number),
        () => options.reached('before-commit'),
      );
      options.reached('after-commit-before-ack');
    },
    close: () => pool.end(),
  };
}

async function insert(client: PoolClient, { desk, rows, heads }: FactBatch, commit: number): Promise<void> {
  if (rows.length > 0) {
    const values = [desk, commit, JSON.stringify(rows)];
    await client.query({ name: 'insert-facts', text: INSERT_FACTS, values });
  }
  if (heads.length > 0) {
    const values = [desk, commit, JSON.stringify(heads)];
    await client.query({ name: 'insert-heads', text: INSERT_HEADS, values });
  }
}

async function transaction(
  pool: Pool,
  body: (client: PoolClient) => Promise<void>,
  beforeCommit: () => void = () => undefined,
): Promise<void> {
  const client = await patiently(() => pool.connect());
  // What the socket says on its own; the query in hand fails as well and is the one that tells.
  client.on('error', ignore);
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    await body(client);
    beforeCommit();
    await client.query('COMMIT');
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    throw isAway(error) ? new DatabaseAway(broken.message, { cause: error }) : broken;
  } finally {
    client.off('error', ignore);
    // One that failed is not used again: whatever was open on it is rolled back with it.
    client.release(broken);
  }
}

function ignore(): void {
  // Nothing to add.
}

async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isAway(error)) throw error;
      const text = error instanceof Error ? error.message : String(error);
      if (tries === TRIES_MAX) throw new DatabaseAway(text, { cause: error });
      await wait(backoffMs(BACKOFF, tries, Math.random()));
    }
  }
}

/** Connection lost, refused or full; starting, stopping or recovering. What else a server says is a bug of ours. */
const AWAY = /^(08|53|57P)/;

function isAway(error: unknown): boolean {
  if (error instanceof DatabaseError) return AWAY.test(error.code ?? '');
  return error instanceof Error && !(error instanceof TypeError);
}
