import type { BookRow } from '#drill/main-server/book-rows.ts';
import type { Database, SqlRow } from '#drill/main-server/database.ts';
import { netsOf, OwnTrade, TRADE_KINDS } from '#drill/main-server/nets.ts';
import { storeOfFacts } from '#drill/main-server/store-facts.ts';
import { z } from 'zod';
import type { FactOf, HeadOf, MainPosition, MainStore } from './handback.ts';

/** Main's tables, as they lie there; main has stopped. */
export async function readMainStore(database: Database): Promise<MainStore> {
  const facts = await database.rows(
    'SELECT desk, epoch, seq, at_ms, kind, version, body, hash FROM facts ORDER BY desk, epoch, seq',
  );
  const heads = await database.rows('SELECT desk, epoch, seq, hash, signature, public_key FROM heads');
  const certificates = await database.rows('SELECT id, body FROM certificates WHERE verified = 1');
  return {
    facts: byDesk(facts, factOf),
    heads: byDesk(heads, headOf),
    positions: await positionsOf(database),
    certificates: certificates.map((row) => ({
      id: String(row['id']),
      ...CertificateBody.parse(JSON.parse(String(row['body']))).totals,
    })),
  };
}

const CertificateBody = z.object({
  totals: z.object({ trades: z.int(), boughtUnits: z.int(), soldUnits: z.int() }),
});

const BookNote = z.object({ tradingDate: z.string(), cuts: z.array(z.string()) });

/** Main's own sum, over its book and the facts that it has received. */
async function positionsOf(database: Database): Promise<readonly MainPosition[]> {
  const partOf = async (part: string): Promise<readonly BookRow[]> => {
    const rows = await database.rows('SELECT body FROM book_rows WHERE part = $1', part);
    return rows.map((row) => JSON.parse(String(row['body'])) as BookRow);
  };
  const [note] = await database.rows("SELECT body FROM notes WHERE name = 'book'");
  const own = await database.rows('SELECT body FROM own_trades');
  return netsOf({
    positions: await partOf('positions'),
    instruments: await partOf('instruments'),
    pending: await partOf('pending'),
    facts: await storeOfFacts(database).factsOfKinds(TRADE_KINDS),
    own: own.map((row) => OwnTrade.parse(JSON.parse(String(row['body'])))),
    ...BookNote.parse(JSON.parse(String(note?.['body']))),
  });
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
