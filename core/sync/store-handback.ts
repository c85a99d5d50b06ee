import type { Reader, Tx } from '#core/journal/port.ts';
import { assert } from '#core/lib/assert.ts';
import type { OrderFilled, FillBusted, FillCorrected } from '#core/orders/events.ts';
import type { Totals } from './domain-certificate.ts';
import type { Run } from './domain-handback.ts';
import type { Place } from './messages.ts';

/** How far main has each epoch. */
export function storedAcked(reader: Reader): readonly Place[] {
  return reader
    .all('SELECT epoch, seq FROM sync_acked ORDER BY epoch')
    .map((row) => ({ epoch: Number(row['epoch']), seq: Number(row['seq']) }));
}

export function writeAcked(tx: Tx, places: readonly Place[]): void {
  tx.run('DELETE FROM sync_acked');
  for (const { epoch, seq } of places)
    tx.run('INSERT INTO sync_acked (epoch, seq) VALUES (?, ?)', epoch, seq);
}

export interface StoredCertificate {
  readonly id: string;
  readonly text: string;
  /** Hex, both. */
  readonly signature: string;
  readonly publicKey: string;
}

export function writeCertificate(tx: Tx, certificate: StoredCertificate, closingSeq: number): void {
  const { id, text, signature, publicKey } = certificate;
  tx.run(
    'INSERT INTO sync_certificates (id, seq, text, signature, public_key, kept) VALUES (?, ?, ?, ?, ?, 0)',
    id,
    closingSeq,
    text,
    signature,
    publicKey,
  );
}

export function keepCertificate(tx: Tx, id: string): void {
  tx.run('UPDATE sync_certificates SET kept = 1 WHERE id = ?', id);
}

/** Main lost what it had after this place: certificates that close later are sent again. */
export function forgetKept(tx: Tx, afterSeq: number): void {
  tx.run('UPDATE sync_certificates SET kept = 0 WHERE seq > ?', afterSeq);
}

const CERTIFICATE = 'SELECT id, text, signature, public_key FROM sync_certificates';

export function certificateOf(reader: Reader, id: string): StoredCertificate | null {
  const row = reader.get(`${CERTIFICATE} WHERE id = ?`, id);
  return row === undefined ? null : certificate(row);
}

/** The oldest one that main has not confirmed. */
export function unkeptCertificate(reader: Reader): StoredCertificate | null {
  const row = reader.get(`${CERTIFICATE} WHERE kept = 0 ORDER BY seq LIMIT 1`);
  return row === undefined ? null : certificate(row);
}

function certificate(row: Readonly<Record<string, unknown>>): StoredCertificate {
  return {
    id: String(row['id']),
    text: String(row['text']),
    signature: String(row['signature']),
    publicKey: String(row['public_key']),
  };
}

export interface StoredFile {
  readonly number: number;
  readonly name: string;
  readonly rows: number;
  readonly text: string;
}

export function writeFile(tx: Tx, { number, name, rows, text }: StoredFile): void {
  tx.run('INSERT INTO sync_files (number, name, rows, text) VALUES (?, ?, ?, ?)', number, name, rows, text);
}

/** A file as it was written, byte for byte. */
export function fileOf(reader: Reader, number: number): StoredFile {
  const row = reader.get('SELECT name, rows, text FROM sync_files WHERE number = ?', number);
  assert(row !== undefined, 'a written file lies in its table');
  return { number, name: String(row['name']), rows: Number(row['rows']), text: String(row['text']) };
}

/** A fact about a trade of ours, with what its order says beside it. */
export interface StoredTrade extends Place {
  readonly atMs: number;
  readonly fact: OrderFilled | FillBusted | FillCorrected;
  readonly account: string;
  readonly instrumentId: string;
  readonly product: string;
  readonly dealer: string;
  readonly authority: string;
}

/** Place of the newest fact about a trade of ours up to there; 0: there is none. */
export function lastTradeUpTo(reader: Reader, seq: number): number {
  const row = reader.get(
    `SELECT seq FROM log WHERE seq <= ? AND kind IN ('order-filled', 'fill-busted', 'fill-corrected')
     ORDER BY seq DESC LIMIT 1`,
    seq,
  );
  return Number(row?.['seq'] ?? 0);
}

const TRADES = `
  SELECT log.seq, log.epoch, log.at_ms, log.body, orders.account, orders.instrument_id, orders.product,
    json_extract(orders.evidence, '$.by') AS dealer, json_extract(orders.evidence, '$.authority') AS authority
  FROM log JOIN orders ON orders.order_id = json_extract(log.body, '$.orderId')
  WHERE log.seq > ? AND log.seq <= ? AND log.kind IN ('order-filled', 'fill-busted', 'fill-corrected')
  ORDER BY log.seq LIMIT ?`;

export function tradesBetween(
  reader: Reader,
  afterSeq: number,
  toSeq: number,
  limit: number,
): readonly StoredTrade[] {
  return reader.all(TRADES, afterSeq, toSeq, limit).map((row) => ({
    epoch: Number(row['epoch']),
    seq: Number(row['seq']),
    atMs: Number(row['at_ms']),
    fact: JSON.parse(String(row['body'])) as StoredTrade['fact'],
    account: String(row['account']),
    instrumentId: String(row['instrument_id']),
    product: String(row['product']),
    dealer: String(row['dealer'] ?? ''),
    authority: String(row['authority'] ?? ''),
  }));
}

const SUMS = `
  SELECT kind, CASE kind WHEN 'order-filled' THEN json_extract(body, '$.key.side') END AS side, count(*) AS facts,
    sum(CASE kind WHEN 'order-filled' THEN json_extract(body, '$.quantity') ELSE 0 END) AS units
  FROM log
  WHERE seq BETWEEN ? AND ?
    AND kind IN ('order-released', 'order-filled', 'fill-busted', 'fill-corrected', 'foreign-fill-seen')
  GROUP BY 1, 2`;

/** Read from the log when a certificate is signed: it counts what it closes, no row more. */
export function totalsOf(reader: Reader, runs: readonly Run[]): Totals {
  const sums = runs.flatMap(({ from, to }) =>
    reader.all(SUMS, from, to).map((row) => ({
      kind: String(row['kind']),
      side: row['side'],
      facts: Number(row['facts']),
      units: Number(row['units']),
    })),
  );
  const count = (kind: string): number =>
    sums.reduce((sum, row) => sum + (row.kind === kind ? row.facts : 0), 0);
  const units = (side: string): number =>
    sums.reduce((sum, row) => sum + (row.side === side ? row.units : 0), 0);
  return {
    ordersSent: count('order-released'),
    trades: count('order-filled'),
    busts: count('fill-busted'),
    corrections: count('fill-corrected'),
    boughtUnits: units('buy'),
    soldUnits: units('sell'),
    mainsTrades: count('foreign-fill-seen'),
  };
}

/** Facts about trades of ours, counted by their kind alone: what a broken row says is not read. */
export function countTrades(reader: Reader, { from, to }: Run): number {
  const row = reader.get(
    `SELECT count(*) AS trades FROM log
     WHERE seq BETWEEN ? AND ? AND kind IN ('order-filled', 'fill-busted', 'fill-corrected')`,
    from,
    to,
  );
  return Number(row?.['trades'] ?? 0);
}
