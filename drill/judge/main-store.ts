import type { Database, SqlRow } from '#drill/main-server/database.ts';
import type { FactOf, HeadOf, MainPosition, MainStore } from './handback.ts';

/** Main's tables, as they lie there; main has stopped. The nets are main's own sum over its book and those facts. */
export async function readMainStore(
  database: Database,
  positions: readonly MainPosition[],
): Promise<MainStore> {
  const facts = await database.rows(
    'SELECT desk, epoch, seq, at_ms, kind, version, body, hash FROM facts ORDER BY desk, epoch, seq',
  );
  const heads = await database.rows('SELECT desk, epoch, seq, hash, signature, public_key FROM heads');
  const certificates = await database.rows('SELECT id FROM certificates WHERE verified = 1');
  return {
    facts: byDesk(facts, factOf),
    heads: byDesk(heads, headOf),
    positions,
    certificates: certificates.map((row) => String(row['id'])),
  };
}

function byDesk<Item>(
  rows: readonly SqlRow[],
  of: (row: SqlRow) => Item,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const row of rows) {
    const desk = String(row['desk']);
    const group = groups.get(desk);
    if (group === undefined) groups.set(desk, [of(row)]);
    else group.push(of(row));
  }
  return groups;
}

function factOf(row: SqlRow): FactOf {
  return {
    epoch: Number(row['epoch']),
    seq: Number(row['seq']),
    atMs: Number(row['at_ms']),
    kind: String(row['kind']),
    version: Number(row['version']),
    body: String(row['body']),
    hash: String(row['hash']),
  };
}

function headOf(row: SqlRow): HeadOf {
  return {
    epoch: Number(row['epoch']),
    seq: Number(row['seq']),
    hash: String(row['hash']),
    signature: Buffer.from(String(row['signature']), 'hex'),
    publicKey: Buffer.from(String(row['public_key']), 'hex'),
  };
}
