import type { Reader, SqlValue } from '#core/journal/port.ts';
import type { AccountScope } from '#core/model/scope.ts';
import type { Side } from '#core/model/side.ts';
import { TRADES_MAX, type HistoryInput, type TradeShown, type TransactionShown } from './contract.ts';

type Row = Readonly<Record<string, SqlValue>>;

/** A message lies this near its facts: they are committed in one transaction with at most a burst between. */
const NEAR = 1024;
const MESSAGES_MAX = 500;

/** Trades of an account, or of all that the scope has, over trading dates, oldest first, a page at a time. */
export function tradesOf(
  reader: Reader,
  input: HistoryInput,
  scope: AccountScope,
): { trades: TradeShown[]; more: boolean } {
  const trades: TradeShown[] = [];
  let { afterSeq } = input;
  for (;;) {
    const page = pageOf(reader, { ...input, afterSeq });
    for (const trade of page) if (scope.has(trade.account)) trades.push(trade);
    const last = page.at(-1);
    if (trades.length > TRADES_MAX) return { trades: trades.slice(0, TRADES_MAX), more: true };
    if (last === undefined || page.length <= TRADES_MAX) return { trades, more: false };
    afterSeq = last.seq;
  }
}

function pageOf(reader: Reader, input: HistoryInput): readonly TradeShown[] {
  const page = [input.from, input.to, input.afterSeq, TRADES_MAX + 1];
  const within = 'trading_date BETWEEN ? AND ? AND seq > ? ORDER BY seq LIMIT ?';
  const rows =
    input.account === null
      ? reader.all(`SELECT * FROM fills WHERE ${within}`, ...page)
      : reader.all(`SELECT * FROM fills WHERE account = ? AND ${within}`, input.account, ...page);
  return rows.map(tradeShown);
}

export function tradesOfOrder(reader: Reader, orderId: string): TradeShown[] {
  return reader.all('SELECT * FROM fills WHERE order_id = ? ORDER BY seq', orderId).map(tradeShown);
}

/** The order as history has it; undefined when there is none of that name. */
export function storedOrder(reader: Reader, orderId: string): TransactionShown['stored'] | undefined {
  const row = reader.get('SELECT * FROM orders WHERE order_id = ?', orderId);
  if (row === undefined) return undefined;
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, shown(value)]));
}

export function factsOf(reader: Reader, orderId: string): TransactionShown['facts'] {
  return reader
    .all(
      `SELECT log.seq, log.at_ms, log.kind, log.body FROM order_facts JOIN log ON log.seq = order_facts.seq
       WHERE order_facts.order_id = ? ORDER BY log.seq`,
      orderId,
    )
    .map((row) => ({
      seq: number(row, 'seq'),
      atMs: number(row, 'at_ms'),
      kind: text(row, 'kind'),
      body: text(row, 'body'),
    }));
}

/** Messages near the order's facts that name one of its requests or its number at the exchange. */
export function messagesOf(
  reader: Reader,
  seqs: readonly number[],
  names: readonly string[],
): TransactionShown['messages'] {
  const found = new Map<number, TransactionShown['messages'][number]>();
  let searched = 0;
  for (const seq of seqs) {
    const from = Math.max(seq - NEAR, searched + 1);
    searched = seq + NEAR;
    for (const name of names) {
      const rows = reader.all(
        `SELECT seq, at_ms, kind, json_extract(body, '$.raw') AS raw FROM log
         WHERE seq BETWEEN ? AND ? AND kind IN ('message-sent', 'message-received') AND instr(body, ?) > 0
         LIMIT ?`,
        from,
        searched,
        `=${name}`,
        MESSAGES_MAX,
      );
      for (const row of rows) {
        const direction = row['kind'] === 'message-sent' ? 'sent' : 'received';
        found.set(number(row, 'seq'), {
          seq: number(row, 'seq'),
          atMs: number(row, 'at_ms'),
          direction,
          raw: text(row, 'raw'),
        });
      }
    }
  }
  return [...found.values()].toSorted((one, other) => one.seq - other.seq).slice(0, MESSAGES_MAX);
}

function tradeShown(row: Row): TradeShown {
  const state = text(row, 'state');
  return {
    seq: number(row, 'seq'),
    orderId: textOrNull(row, 'order_id'),
    venue: text(row, 'venue'),
    tradingDate: text(row, 'trading_date'),
    account: text(row, 'account'),
    instrumentId: text(row, 'instrument_id'),
    product: textOrNull(row, 'product'),
    side: text(row, 'side') as Side,
    exchangeOrderId: text(row, 'exchange_order_id'),
    tradeId: text(row, 'trade_id'),
    quantity: number(row, 'quantity'),
    priceE4: number(row, 'price_e4'),
    tradedAtMs: number(row, 'traded_at_ms'),
    via: text(row, 'via'),
    state: state === 'busted' || state === 'conflicted' ? state : 'counted',
  };
}

function number(row: Row, name: string): number {
  return Number(row[name] ?? 0);
}

function text(row: Row, name: string): string {
  return textOrNull(row, name) ?? '';
}

function textOrNull(row: Row, name: string): string | null {
  const value = row[name];
  return typeof value === 'string' ? value : null;
}

function shown(value: SqlValue): string | number | null {
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Uint8Array ? null : value;
}
