import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { OrderBatch } from '#core/exchange/port.ts';
import type { Book } from '#drill/book/book.ts';
import { openWorld } from '#drill/world/world.ts';
import { startDesk, until, type Desk } from './desk.ts';

/** An order is placed this long after the answer to the one before. */
const PAUSE_MS = 5;

/** Hears each acknowledgement as the desk reads it. */
export class Ear {
  onAck: () => void = () => undefined;

  readonly wrap = (batch: OrderBatch): OrderBatch => ({
    isPlaced: (report) => batch.isPlaced(report),
    interpret: (event) => {
      const facts = batch.interpret(event);
      if (facts.some(({ kind }) => kind === 'order-acknowledged')) this.onAck();
      return facts;
    },
  });
}

/** A desk in this process, linked to the drill's exchange in another one, with an ear for its acknowledgements. */
export async function openBench(folder: string, book: Book, ear: Ear) {
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
  const desk = await startDesk({
    folder,
    config: world.config,
    files: world.file.files,
    clockOffsetMs: world.file.clockOffsetMs,
    app: { wrapBatch: ear.wrap },
  });
  return {
    desk,
    clockOffsetMs: world.file.clockOffsetMs,
    stop: async (): Promise<void> => {
      await desk.stop();
      await world.stop();
    },
  };
}

/** Places the next row's exit by these calls; gives the milliseconds until the desk read its acknowledgement. */
export function createPlacing(
  desk: Pick<Desk, 'now'>,
  calls: { readonly trades: Pick<Desk['calls']['trades'], 'place'> },
  book: Book,
  ear: Ear,
): () => Promise<number> {
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
    await calls.trades.place({
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
