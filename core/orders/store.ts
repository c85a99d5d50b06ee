import type { Entry } from '#core/events.ts';
import type { Tx } from '#core/journal/port.ts';
import { isOrderFact } from './apply.ts';
import type { FillCorrected, ForeignFillSeen, OrderFact, OrderFilled, OrderPlanned } from './events.ts';
import { fillKeyText } from './records.ts';

/** Keeps the tables of history, in the transaction of the fact: memory and log decide, these only remember. */
export function project(tx: Tx, entry: Entry): void {
  const { fact } = entry;
  if (!isOrderFact(fact)) return;
  if ('orderId' in fact) {
    tx.run('INSERT INTO order_facts (order_id, seq) VALUES (?, ?)', fact.orderId, entry.seq);
  }
  switch (fact.kind) {
    case 'order-planned':
      return insertOrder(tx, fact, entry.atMs);
    case 'order-released':
      tx.run(
        'UPDATE orders SET sent_at_ms = ?, order_type = ?, price_e4 = ?, time_in_force = ? WHERE order_id = ?',
        ...[entry.atMs, fact.type, fact.priceE4, fact.timeInForce, fact.orderId],
      );
      return;
    case 'order-acknowledged':
    case 'order-confirmed':
      tx.run(
        'UPDATE orders SET exchange_order_id = ? WHERE order_id = ?',
        fact.exchangeOrderId,
        fact.orderId,
      );
      return;
    case 'order-replaced':
      tx.run(
        'UPDATE orders SET quantity = ?, price_e4 = ?, exchange_order_id = ? WHERE order_id = ?',
        ...[fact.quantity, fact.priceE4, fact.exchangeOrderId, fact.orderId],
      );
      return;
    case 'order-filled':
      return insertFill(tx, fact, entry.seq);
    case 'foreign-fill-seen':
      return insertForeign(tx, fact, entry.seq);
    case 'fill-busted':
    case 'foreign-fill-busted':
      tx.run(`UPDATE fills SET state = 'busted' WHERE fill_key = ?`, fillKeyText(fact.key));
      return;
    case 'fill-conflicted':
      tx.run(`UPDATE fills SET state = 'conflicted' WHERE fill_key = ?`, fillKeyText(fact.key));
      return;
    case 'fill-corrected':
      return correctFill(tx, fact);
    case 'foreign-order-seen':
      if (fact.product === null) return;
      tx.run(
        `UPDATE fills SET product = ? WHERE venue = ? AND exchange_order_id = ? AND order_id IS NULL AND product IS NULL`,
        ...[fact.product, fact.venue, fact.exchangeOrderId],
      );
      return;
    default:
      return projectEnd(tx, fact, entry.atMs);
  }
}

function projectEnd(tx: Tx, fact: OrderFact, atMs: number): void {
  switch (fact.kind) {
    case 'order-withdrawn':
      return end(tx, fact.orderId, 'WITHDRAWN', atMs, fact.reason);
    case 'order-canceled':
      return end(tx, fact.orderId, 'CANCELED', atMs, `${fact.cause}: ${fact.text}`);
    case 'order-rejected':
      return end(tx, fact.orderId, 'REJECTED', atMs, fact.text);
    case 'order-expired':
      return end(tx, fact.orderId, 'EXPIRED', atMs, '');
    case 'order-done-for-day':
      return end(tx, fact.orderId, 'DONE_FOR_DAY', atMs, '');
    case 'order-unresolved-yesterday':
      return end(tx, fact.orderId, 'UNRESOLVED_YESTERDAY', atMs, '');
    case 'order-decided-by-persons': {
      const status = { 'never-reached': 'REJECTED', canceled: 'CANCELED', filled: 'FILLED' }[fact.outcome];
      return end(tx, fact.orderId, status, atMs, `${fact.by.join(' and ')}: ${fact.reason}`);
    }
    case 'order-in-doubt':
      tx.run('UPDATE orders SET ended_status = NULL, ended_at_ms = NULL WHERE order_id = ?', fact.orderId);
      return;
    case 'day-rolled':
      tx.run(
        `UPDATE orders SET ended_status = CASE WHEN sent_at_ms IS NULL THEN 'WITHDRAWN' ELSE 'EXPIRED' END,
           ended_at_ms = ?, ended_text = 'the trading day ended'
         WHERE trading_date <= ? AND ended_status IS NULL
           AND quantity > (SELECT coalesce(sum(f.quantity), 0) FROM fills f
                           WHERE f.order_id = orders.order_id AND f.state <> 'busted')`,
        ...[atMs, fact.from],
      );
      return;
    default:
      return;
  }
}

function insertOrder(tx: Tx, fact: OrderPlanned, atMs: number): void {
  const { account, instrumentId, product, side, quantity, type, priceE4, timeInForce } = fact.terms;
  tx.run(
    `INSERT INTO orders (order_id, trading_date, venue, account, instrument_id, product, side, quantity,
       order_type, price_e4, time_in_force, run_id, evidence, planned_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[fact.orderId, fact.tradingDate, fact.venue, account, instrumentId, product, side, quantity],
    ...[type, priceE4, timeInForce, fact.runId, JSON.stringify(fact.evidence), atMs],
  );
}

function end(tx: Tx, orderId: string, status: string, atMs: number, text: string): void {
  tx.run(
    'UPDATE orders SET ended_status = ?, ended_at_ms = ?, ended_text = ? WHERE order_id = ?',
    ...[status, atMs, text, orderId],
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
    ...[fillKeyText(key), key.tradingDate, key.exchangeOrderId, key.tradeId],
    ...[fact.quantity, fact.priceE4, fact.tradedAtMs, fact.via, seq, fact.orderId],
  );
}

function insertForeign(tx: Tx, fact: ForeignFillSeen, seq: number): void {
  const { key, account, instrumentId, product } = fact;
  tx.run(
    `INSERT INTO fills (fill_key, order_id, venue, trading_date, account, instrument_id, product, side,
       exchange_order_id, trade_id, quantity, price_e4, traded_at_ms, via, state, seq)
     VALUES (?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'counted', ?)`,
    ...[fillKeyText(key), key.venue, key.tradingDate, account, instrumentId, product, key.side],
    ...[key.exchangeOrderId, key.tradeId, fact.quantity, fact.priceE4, fact.tradedAtMs, fact.via, seq],
  );
}

function correctFill(tx: Tx, fact: FillCorrected): void {
  tx.run(
    `UPDATE fills SET quantity = ?, price_e4 = ?, state = 'counted' WHERE fill_key = ?`,
    ...[fact.quantity, fact.priceE4, fillKeyText(fact.key)],
  );
}
