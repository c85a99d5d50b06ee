import { createPlacing, Ear, openBench } from './acknowledged.ts';
import { unhedgedBook } from './book.ts';
import { contractFile } from './contracts.ts';
import type { Desk } from './desk.ts';
import { compared, type Figure, type Options } from './figure.ts';

const CONTRACTS = 150_000;
const WARM = 30;
/** An import is long enough for about so many orders; more are placed by further imports. */
const IMPORTS_MAX = 12;

/** How long an order waits for its acknowledgement while a day's contracts come in, against a desk that is idle. */
export async function measure({ folder, turns }: Options): Promise<Figure[]> {
  const book = unhedgedBook(2 * turns + WARM + 1);
  const ear = new Ear();
  const { desk, stop } = await openBench(folder, book, ear);
  try {
    const placing = createPlacing(desk, desk.calls, book, ear);
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
    await stop();
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
