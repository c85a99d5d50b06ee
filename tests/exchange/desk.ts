import { join } from 'node:path';
import { createApp, DeskConfig, type App } from '#core/app.ts';
import { instantOf } from '#core/model/market-clock.ts';
import { present } from '#core/lib/assert.ts';
import type { OrderId } from '#core/model/ids.ts';
import type { BookPosition } from '#drill/book/book.ts';
import { makeBook } from '#drill/book/make.ts';
import { writeBook } from '#drill/book/write.ts';
import { deskConfig, plainVenue } from '#drill/world/desk-config.ts';
import { createHost } from '#main/host.ts';
import { loadFiles } from '#main/load-files.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';
import type { Endpoint } from '#core/exchange/config.ts';

const DATE = '2026-11-25';
/** 14:50 IST, when a drill's main dies. */
export const CLOCK_OFFSET_MS = instantOf(DATE, 14 * 60 + 50) - Date.now();
const WAIT_MS = 10_000;

export const BOOK = makeBook({ seed: 7, accounts: 6, positions: 24, tradingDate: DATE, mainOrders: 0 });

interface DeskOptions {
  readonly folder: string;
  readonly port: number;
  readonly version: '4.2' | '4.4';
  readonly tls?: NonNullable<Endpoint['tls']>;
}

type Calls = ReturnType<App['client']>;

/** A whole desk in this process, with the book of the day, in an emergency, connected to a scripted peer. */
export class TestDesk {
  readonly app: App;
  readonly calls: Calls;

  private constructor(app: App) {
    this.app = app;
    this.calls = app.client();
  }

  static async open(options: DeskOptions): Promise<TestDesk> {
    const { folder, port, version, tls = null } = options;
    const venue = plainVenue(
      BOOK.instruments,
      { host: '127.0.0.1', port, sender: 'DESK', target: 'PEER', version },
      { ratePerSecond: null, burstMax: 10 },
    );
    const plain = deskConfig(BOOK, { ...venue, orders: { ...venue.orders, tls } });
    const config = DeskConfig.parse({ ...plain, answerTimeoutMs: 1_000, personsForDoubt: 1 });
    const data = join(folder, 'desk');
    const host = createHost({
      data,
      screen: null,
      secrets: simulationSecrets(data),
      clockOffsetMs: CLOCK_OFFSET_MS,
      reached: () => undefined,
    });
    const created = await createApp(host, config, { build: 'test' });
    if (!created.ok) throw new Error(created.refusal.text);
    const desk = new TestDesk(created.value);
    desk.app.start();
    if ((await desk.calls.positions.list({ openOnly: true })).rows.length === 0) {
      await loadFiles(desk.calls, writeBook(BOOK, join(folder, 'book')));
    }
    if (!(await desk.calls.mode.get()).mayTrade)
      await desk.calls.mode.declareLost({ reason: 'a test of it' });
    return desk;
  }

  async until(what: string, asked: () => Promise<boolean> | boolean): Promise<void> {
    const untilMs = Date.now() + WAIT_MS;
    while (!(await asked())) {
      if (Date.now() > untilMs) {
        const orders = await this.calls.orders.list({ which: 'all' });
        const seen = orders.map(({ orderId, status, doubt }) => `${orderId} ${status} ${doubt}`).join(', ');
        const links = (await this.calls.exchange.links()).map(({ state, why }) => `${state} (${why})`);
        throw new Error(`${what}: not within ${WAIT_MS} ms; ${seen}; ${links.join(', ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  link = async (state: string): Promise<void> =>
    this.until(`link ${state}`, async () => (await this.calls.exchange.links())[0]?.state === state);

  status = async (orderId: OrderId, status: string): Promise<void> =>
    this.until(`${orderId} ${status}`, async () => (await this.order(orderId)).status === status);

  async order(orderId: OrderId) {
    const orders = await this.calls.orders.list({ which: 'all' });
    return present(
      orders.find((one) => one.orderId === orderId),
      'the order of a test',
    );
  }

  /** Places a limit exit of that many lots on the row. */
  async place(row: BookPosition, lots = 1): Promise<OrderId> {
    const { account, instrumentId, product, quantity } = row;
    const instrument = instrumentOf(row);
    const { orderId } = await this.calls.trades.place({
      account,
      instrumentId,
      product,
      side: quantity > 0 ? 'sell' : 'buy',
      quantity: lots * instrument.lotSize,
      type: 'limit',
      priceE4: instrument.filePriceE4 - (instrument.filePriceE4 % instrument.tickE4),
      timeInForce: 'DAY',
      evidence: {
        authority: 'rms-decision',
        reference: 'test',
        channel: 'desk',
        instructedAtMs: Date.now() + CLOCK_OFFSET_MS,
      },
    });
    return orderId;
  }
}

export function instrumentOf(row: BookPosition) {
  return present(
    BOOK.instruments.find((one) => one.instrumentId === row.instrumentId),
    'the contract of a row',
  );
}

/** Rows of at least that many lots, one for each contract. */
export function rowsOf(lots: number): readonly BookPosition[] {
  const rows = BOOK.positions.filter((row) => {
    const { lotSize, orderUnit } = instrumentOf(row);
    return row.product !== 'CNC' && orderUnit === 'units' && Math.abs(row.quantity) >= lots * lotSize;
  });
  return [...new Map(rows.map((row) => [row.instrumentId, row])).values()];
}
