import type { Entry, Fact } from '#core/events.ts';
import type { Tx } from '#core/journal/port.ts';
import { isOrderFact } from './apply.ts';
import type {
  FillConflicted,
  FillCorrected,
  ForeignFillSeen,
  ForeignOrderSeen,
  OrderDecidedByPersons,
  OrderFact,
  OrderFilled,
  OrderPlanned,
} from './events.ts';
import { fillKeyText } from './records.ts';

type Handlers = {
  readonly [Kind in OrderFact['kind']]?: (
    tx: Tx,
    fact: Extract<OrderFact, { kind: Kind }>,
    entry: Entry,
  ) => void;
};

/** What each fact changes in the tables of history; facts that change nothing there are absent. */
const HANDLERS: Handlers = {
  'order-planned': (tx, fact, entry) => {
    insertOrder(tx, fact, entry.atMs);
  },
  'order-released': (tx, fact, entry) => {
    const { type, priceE4, timeInForce, orderId } = fact;
    const sql =
      'UPDATE orders SET sent_at_ms = ?, order_type = ?, price_e4 = ?, time_in_force = ? WHERE order_id = ?';
    tx.run(sql, entry.atMs, type, priceE4, timeInForce, orderId);
  },
  'order-acknowledged': (tx, fact) => {
    tx.run(NUMBER, fact.exchangeOrderId, fact.orderId);
  },
  'order-confirmed': (tx, fact) => {
    tx.run(NUMBER, fact.exchangeOrderId, fact.orderId);
  },
  'order-replaced': (tx, fact) => {
    const { quantity, priceE4, exchangeOrderId, orderId } = fact;
    const sql = 'UPDATE orders SET quantity = ?, price_e4 = ?, exchange_order_id = ? WHERE order_id = ?';
    tx.run(sql, quantity, priceE4, exchangeOrderId, orderId);
  },
  'order-filled': (tx, fact, entry) => {
    insertFill(tx, fact, entry.seq);
  },
  'foreign-fill-seen': (tx, fact, entry) => {
    insertForeign(tx, fact, entry.seq);
  },
  'fill-busted': (tx, fact) => {
    mark(tx, fact, 'busted');
  },
  'foreign-fill-busted': (tx, fact) => {
    mark(tx, fact, 'busted');
  },
  'fill-conflicted': (tx, fact) => {
    mark(tx, fact, 'conflicted');
  },
  'fill-corrected': correctFill,
  'foreign-order-seen': attribute,
  'order-withdrawn': (tx, fact, { atMs }) => {
    end(tx, fact.orderId, 'WITHDRAWN', atMs, fact.reason);
  },
  'order-canceled': (tx, fact, { atMs }) => {
    end(tx, fact.orderId, 'CANCELED', atMs, `${fact.cause}: ${fact.text}`);
  },
  'order-rejected': (tx, fact, { atMs }) => {
    end(tx, fact.orderId, 'REJECTED', atMs, fact.text);
  },
  'order-expired': (tx, fact, { atMs }) => {
    end(tx, fact.orderId, 'EXPIRED', atMs, '');
  },
  'order-done-for-day': (tx, fact, { atMs }) => {
    end(tx, fact.orderId, 'DONE_FOR_DAY', atMs, '');
  },
  'order-unresolved-yesterday': (tx, fact, { atMs }) => {
    end(tx, fact.orderId, 'UNRESOLVED_YESTERDAY', atMs, '');
  },
  'order-decided-by-persons': (tx, fact, { atMs }) => {
    end(tx, fact.orderId, DECIDED[fact.outcome], atMs, `${fact.by.join(' and ')}: ${fact.reason}`);
  },
  'order-in-doubt': (tx, fact) => {
    tx.run('UPDATE orders SET ended_status = NULL, ended_at_ms = NULL WHERE order_id = ?', fact.orderId);
  },
  'day-rolled': (tx, fact, { atMs }) => {
    tx.run(ROLL, atMs, fact.from);
  },
};

const NUMBER = 'UPDATE orders SET exchange_order_id = ? WHERE order_id = ?';
const DECIDED: Readonly<Record<OrderDecidedByPersons['outcome'], string>> = {
  'never-reached': 'REJECTED',
  canceled: 'CANCELED',
  filled: 'FILLED',
};
const ROLL = `
  UPDATE orders SET ended_status = CASE WHEN sent_at_ms IS NULL THEN 'WITHDRAWN' ELSE 'EXPIRED' END,
    ended_at_ms = ?, ended_text = 'the trading day ended'
  WHERE trading_date <= ? AND ended_status IS NULL
    AND quantity > (SELECT coalesce(sum(f.quantity), 0) FROM fills f
                    WHERE f.order_id = orders.order_id AND f.state <> 'busted')`;

/** Keeps the tables of history, in the transaction of the fact: memory and log decide, these only remember. */
export function project(tx: Tx, entry: Entry): void {
  handle(tx, entry.fact, entry);
}

function handle<Kind extends OrderFact['kind']>(tx: Tx, fact: Fact, entry: Entry): void {
  if (!isOrderFact(fact)) return;
  if ('orderId' in fact) {
    tx.run('INSERT INTO order_facts (order_id, seq) VALUES (?, ?)', fact.orderId, entry.seq);
  }
  const handler: Handlers[Kind] = HANDLERS[fact.kind as Kind];
  handler?.(tx, fact as Extract<OrderFact, { kind: Kind }>, entry);
}

function mark(tx: Tx, fact: Pick<FillConflicted, 'key'>, state: 'busted' | 'conflicted'): void {
  tx.run('UPDATE fills SET state = ? WHERE fill_key = ?', state, fillKeyText(fact.key));
}

/** Main's list tells the product of trades that came before it. */
function attribute(tx: Tx, fact: ForeignOrderSeen): void {
  if (fact.product === null) return;
  tx.run(
    `UPDATE fills SET product = ?
     WHERE venue = ? AND exchange_order_id = ? AND order_id IS NULL AND product IS NULL`,
    fact.product,
    fact.venue,
    fact.exchangeOrderId,
  );
}

function insertOrder(tx: Tx, fact: OrderPlanned, atMs: number): void {
  const { account, instrumentId, product, side, quantity, type, priceE4, timeInForce } = fact.terms;
  tx.run(
    `INSERT INTO orders (order_id, trading_date, venue, account, instrument_id, product, side, quantity,
       order_type, price_e4, time_in_force, run_id, evidence, planned_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    fact.orderId,
    fact.tradingDate,
    fact.venue,
    account,
    instrumentId,
    product,
    side,
    quantity,
    type,
    priceE4,
    timeInForce,
    fact.runId,
    JSON.stringify(fact.evidence),
    atMs,
  );
}

function end(tx: Tx, orderId: string, status: string, atMs: number, text: string): void {
  tx.run(
    'UPDATE orders SET ended_status = ?, ended_at_ms = ?, ended_text = ? WHERE order_id = ?',
    status,
    atMs,
    text,
    orderId,
  );
}

/** A trade that was seen as somebody's keeps its row and gets our order. */
function insertFill(tx: Tx, fact: OrderFilled, seq: number): void {
  const { key } = fact;
  tx.run(
    `INSERT INTO fills (fill_key, order_id, venue, trading_date, account, instrument_id, product, side,
       exchange_order_id, trade_id, quantity, price_e4, traded_at_ms, via, state, seq)
     SELECT ?, order_id, venue, ?, account, instrument_id, product, side, ?, ?, ?, ?, ?, ?, 'counted', ?
     FROM orders WHERE order_id = ?
     ON CONFLICT (fill_key) DO UPDATE SET order_id = excluded.order_id, account = excluded.account,
       instrument_id = excluded.instrument_id, product = excluded.product, seq = excluded.seq`,
    fillKeyText(key),
    key.tradingDate,
    key.exchangeOrderId,
    key.tradeId,
    fact.quantity,
    fact.priceE4,
    fact.tradedAtMs,
    fact.via,
    seq,
    fact.orderId,
  );
}

function insertForeign(tx: Tx, fact: ForeignFillSeen, seq: number): void {
  const { key, account, instrumentId, product } = fact;
  tx.run(
    `INSERT INTO fills (fill_key, order_id, venue, trading_date, account, instrument_id, product, side,
       exchange_order_id, trade_id, quantity, price_e4, traded_at_ms, via, state, seq)
     VALUES (?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'counted', ?)`,
    fillKeyText(key),
    key.venue,
    key.tradingDate,
    account,
    instrumentId,
    product,
    key.side,
    key.exchangeOrderId,
    key.tradeId,
    fact.quantity,
    fact.priceE4,
    fact.tradedAtMs,
    fact.via,
    seq,
  );
}

function correctFill(tx: Tx, fact: FillCorrected): void {
  tx.run(
    `UPDATE fills SET quantity = ?, price_e4 = ?, state = 'counted' WHERE fill_key = ?`,
    fact.quantity,
    fact.priceE4,
    fillKeyText(fact.key),
  );
}
