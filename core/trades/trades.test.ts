import { EVERY_ACCOUNT } from '#core/model/scope.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExchangeGateway, OrderEvent, OrderReport } from '#core/exchange/port.ts';
import { openJournal } from '#core/journal/open.ts';
import { signerOf } from '#core/journal/signer.ts';
import { DeskId, type OrderId } from '#core/model/ids.ts';
import { instantOf } from '#core/model/market-clock.ts';
import { createOrders, ORDERS_DEFAULTS } from '#core/orders/service.ts';
import { NetPositions, RecordingGateway, VENUE } from '#tests/orders-counterparts.ts';
import {
  C1,
  done,
  EVIDENCE,
  exchangeId,
  INSTRUMENT,
  NIFTY,
  ROW,
  TODAY,
  tradeOf,
} from '#tests/orders-desk.ts';
import { PlaceInput } from './contract.ts';
import { createTrades } from './service.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

function deskOn(folder: string) {
  const clock = { nowMs: instantOf(TODAY, 890) };
  const journal = done(
    openJournal({
      path: join(folder, 'desk.db'),
      desk: DeskId.parse('DESK1'),
      build: 'test',
      reserveBytes: 4096,
      host: {
        now: () => clock.nowMs,
        log: silent,
      },
      signer: signerOf(new Uint8Array(32).fill(7)),
    }),
  );
  const gateway = new RecordingGateway();
  const positions = new NetPositions();
  positions.hold(ROW, 100);
  const orders = createOrders({
    journal,
    positions,
    config: ORDERS_DEFAULTS,
    mayTrade: () => null,
    outside: () => null,
    instruments: { get: (id) => (id === NIFTY ? INSTRUMENT : null) },
    exchange: {
      gateways: new Map<typeof VENUE, ExchangeGateway>([[VENUE, gateway]]),
      gatewayOf: () => gateway,
      tradingSession: () => 'open',
    },
    host: {
      now: () => clock.nowMs,
      reached: () => undefined,
      soon: () => undefined,
      log: silent,
    },
  });
  done(journal.replay([orders.projection, positions.projection]));
  const trades = createTrades({ orders, reader: journal.reader, mayPlace: () => null });
  const hear = (event: OrderEvent) => {
    const raw = '8=FIX.4.4|11=' + (event.kind === 'order-report' ? String(event.requestId) : '') + '|';
    const received = {
      kind: 'message-received',
      v: 1,
      venue: VENUE,
      session: 'orders',
      sequence: 1,
      raw,
    } as const;
    done(journal.append([received, ...orders.beginBatch().interpret(event)]));
  };
  return { journal, orders, trades, gateway, hear };
}

function tempDesk() {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-trades-'));
  folders.push(folder);
  return { folder, ...deskOn(folder) };
}

function reportOf(
  orderId: OrderId,
  requestId: OrderReport['requestId'],
  more: Partial<OrderReport>,
): OrderReport {
  return {
    kind: 'order-report',
    venue: VENUE,
    via: 'order-session',
    report: 'new',
    requestId,
    exchangeOrderId: exchangeId(orderId),
    account: C1,
    instrumentId: NIFTY,
    side: 'sell',
    status: null,
    orderQuantity: null,
    cumQuantity: null,
    leavesQuantity: null,
    priceE4: null,
    trade: null,
    cancelCause: null,
    text: '',
    ...more,
  };
}

const input = PlaceInput.parse({
  account: C1,
  instrumentId: NIFTY,
  product: 'MIS',
  side: 'sell',
  quantity: 50,
  type: 'limit',
  priceE4: 1e6,
  timeInForce: 'DAY',
  evidence: EVIDENCE,
});

const EVERYONE = { scope: EVERY_ACCOUNT };

describe('trades', () => {
  it('places in one transaction, keeps history by account and date, tells one transaction whole', () => {
    const { folder, journal, orders, trades, gateway, hear } = tempDesk();
    const { seq } = journal.head();
    const { orderId } = done(trades.handlers.place(input, { by: 'dealer-1', actor: { user: null } }));
    expect(journal.read(seq, 10).map((entry) => entry.fact.kind)).toEqual([
      'order-planned',
      'order-released',
      'message-sent',
    ]);
    const requestId = gateway.wire[0]?.requestId ?? null;
    hear(reportOf(orderId, requestId, { cumQuantity: 0, leavesQuantity: 50 }));
    hear(reportOf(orderId, requestId, { report: 'fill', cumQuantity: 20, trade: tradeOf('T1', 20) }));
    hear(reportOf(orderId, requestId, { report: 'fill', cumQuantity: 50, trade: tradeOf('T2', 30) }));
    hear(reportOf(orderId, requestId, { report: 'bust', trade: tradeOf('B1', 30, 1_000_000, 'T2') }));
    const history = trades.handlers.history({ account: C1, from: TODAY, to: TODAY, afterSeq: 0 }, EVERYONE);
    expect(
      history.trades.map(({ tradeId, quantity, state, product }) => [tradeId, quantity, state, product]),
    ).toEqual([
      ['T1', 20, 'counted', 'MIS'],
      ['T2', 30, 'busted', 'MIS'],
    ]);
    expect(
      trades.handlers.history({ account: null, from: TODAY, to: TODAY, afterSeq: 0 }, EVERYONE).trades,
    ).toEqual(history.trades);
    expect(
      trades.handlers.history({ account: null, from: '2026-11-24', to: '2026-11-25', afterSeq: 0 }, EVERYONE)
        .trades,
    ).toEqual([]);
    const details = trades.handlers.details({ orderId });
    expect(details?.facts.map((fact) => fact.kind)).toEqual([
      'order-planned',
      'order-released',
      'order-acknowledged',
      'order-filled',
      'order-filled',
      'fill-busted',
    ]);
    expect(details?.messages.map((message) => message.direction)).toEqual([
      'sent',
      ...Array<string>(4).fill('received'),
    ]);
    expect(details?.order?.evidence).toEqual(EVIDENCE);
    expect(trades.handlers.details({ orderId: 'none' as OrderId })).toBe(null);

    const before = [...orders.orders()];
    journal.close();
    const again = deskOn(folder);
    expect([...again.orders.orders()]).toEqual(before);
    again.journal.close();
  });

  it('modifies and cancels through orders, with their refusals', () => {
    const { journal, orders, trades, gateway, hear } = tempDesk();
    const { orderId } = done(trades.handlers.place(input, { by: 'dealer-1', actor: { user: null } }));
    const by = { by: 'dealer-1', actor: { user: null } };
    expect(trades.handlers.cancel({ orderId, reason: 'client' }, by)).toMatchObject({
      refusal: { reason: 'request-pending' },
    });
    hear(reportOf(orderId, gateway.wire[0]?.requestId ?? null, { cumQuantity: 0, leavesQuantity: 50 }));
    expect(trades.handlers.modify({ orderId, quantity: 55, priceE4: 1_000_500 }, by)).toMatchObject({
      refusal: { reason: 'would-raise-quantity' },
    });
    expect(done(trades.handlers.cancel({ orderId, reason: 'client' }, by))).toEqual({ asked: true });
    expect(orders.order(orderId)?.status).toBe('PENDING_CANCEL');
    expect(gateway.wire.map((command) => command.kind)).toEqual(['new', 'cancel']);
    journal.close();
  });

  it('takes a price with a limit order and none with a market order', () => {
    expect(PlaceInput.safeParse({ ...input, priceE4: null }).success).toBe(false);
    expect(PlaceInput.safeParse({ ...input, type: 'market' }).success).toBe(false);
    expect(PlaceInput.safeParse({ ...input, type: 'market', priceE4: null }).success).toBe(true);
  });
});
