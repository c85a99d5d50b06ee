import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { OrderBatch } from '#core/exchange/port.ts';
import { openWorld } from '#drill/world/world.ts';
import type { Book } from '#drill/book/book.ts';
import { unhedgedBook } from './book.ts';
import { contractFile } from './contracts.ts';
import { startDesk, until, type Desk } from './desk.ts';
import { compared, type Figure, type Options } from './figure.ts';

const CONTRACTS = 150_000;
/** An order is placed this long after the answer to the one before. */
const PAUSE_MS = 5;
const WARM = 30;
/** An import is long enough for about so many orders; more are placed by further imports. */
const IMPORTS_MAX = 12;

/** Hears each acknowledgement as the desk reads it. */
class Ear {
  onAck: () => void = () => undefined;

  readonly wrap = (batch: OrderBatch): OrderBatch => ({
    interpret: (event) => {
      const facts = batch.interpret(event);
      if (facts.some(({ kind }) => kind === 'order-acknowledged')) this.onAck();
      return facts;
    },
  });
}

/** How long an order waits for its acknowledgement while a day's contracts come in, against a desk that is idle. */
export async function measure({ folder, turns }: Options): Promise<Figure[]> {
  const book = unhedgedBook(2 * turns + WARM + 1);
  const world = await openWorld({
    folder: join(folder, 'world'),
    book: () => book,
    seed: 1,
    faults: [],
    ratePerSecond: null,
    burstMax: 100,
    withLink: false,
    gateway: null,
    failed: (error) => {
      throw error;
    },
  });
  const ear = new Ear();
  const desk = await startDesk({
    folder,
    config: world.config,
    files: world.file.files,
    clockOffsetMs: world.file.clockOffsetMs,
    app: { wrapBatch: ear.wrap },
  });
  try {
    const placing = createPlacing(desk, book, ear);
    for (let n = 0; n < WARM; n += 1) await placing();
    const idle: number[] = [];
    for (let n = 0; n < turns; n += 1) idle.push(await placing());
    const busy = await duringImports(desk, placing, turns);
    const pairs = busy.map((ours, n) => ({ ours, least: idle[n] ?? Number.NaN }));
    return compared(`acknowledgement while ${CONTRACTS} contracts come in`, 'the same when idle', pairs, {
      p50: null,
      p99: 2,
    });
  } finally {
    await desk.stop();
    await world.stop();
  }
}

async function duringImports(desk: Desk, placing: () => Promise<number>, turns: number): Promise<number[]> {
  const busy: number[] = [];
  for (let day = 1; busy.length < turns && day <= IMPORTS_MAX; day += 1) {
    let over = false;
    const importing = desk.calls.instruments
      .import({ source: 'day.csv', format: 'kite', text: contractFile(CONTRACTS, day) })
      .then(() => {
        over = true;
      });
    while (!over && busy.length < turns) busy.push(await placing());
    await importing;
  }
  return busy;
}

/** Places the next row's exit; gives the milliseconds until its acknowledgement was read. */
function createPlacing(desk: Desk, book: Book, ear: Ear): () => Promise<number> {
  let next = 0;
  return async () => {
    const row = book.positions[next];
    const contract = book.instruments.find(({ instrumentId }) => instrumentId === row?.instrumentId);
    if (row === undefined || contract === undefined) throw new Error('a row for each turn');
    next += 1;
    const { account, instrumentId, product, quantity } = row;
    let ackMs = Number.NaN;
    ear.onAck = () => {
      ackMs = performance.now();
    };
    const startMs = performance.now();
    await desk.calls.trades.place({
      account,
      instrumentId,
      product,
      quantity: Math.abs(quantity),
      type: 'limit',
      timeInForce: 'DAY',
      side: quantity > 0 ? 'sell' : 'buy',
      priceE4: contract.filePriceE4,
      evidence: {
        authority: 'rms-decision',
        reference: 'bench',
        channel: 'desk',
        instructedAtMs: desk.now(),
      },
    });
    await heard(() => !Number.isNaN(ackMs));
    await wait(PAUSE_MS);
    return ackMs - startMs;
  };
}

/** Looks after each turn of the event loop at first, so that the looking costs nothing that is measured. */
async function heard(yes: () => boolean): Promise<void> {
  for (let n = 0; n < 1_000 && !yes(); n += 1) await wait(1);
  await until('an acknowledgement', yes);
}
