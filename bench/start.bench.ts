import { join } from 'node:path';
import { parseContracts } from '#core/instruments/parse.ts';
import { readTable } from '#core/lib/worker-csv.ts';
import { contractFile } from './contracts.ts';
import { quantile, timed, type Figure, type Options } from './figure.ts';
import { fill } from './replay.bench.ts';
import { openDesk } from './stored-desk.ts';

const CONTRACTS = 150_000;
const ORDERS = 100_000;
const FACTS_AN_ORDER = 4;
const TURNS = 3;
const SECOND_MS = 1_000;

/** A day's contracts coming in, and the start of a desk that has them and a day's orders. */
export async function measure({ folder }: Options): Promise<Figure[]> {
  const data = join(folder, 'desk');
  const imported = await importing(data);
  fill(data, ORDERS * FACTS_AN_ORDER);
  const starts: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const startMs = performance.now();
    const app = await openDesk(data);
    starts.push(performance.now() - startMs);
    await app.stop();
  }
  const start = quantile(starts, 0.5);
  return [
    imported,
    {
      name: `start to ready, ${ORDERS} orders and ${CONTRACTS} contracts`,
      limit: 'one second',
      ratio: start / SECOND_MS,
      target: 1,
      seen: `${start.toFixed(0)} ms`,
    },
  ];
}

/** The last of the files stays; a start reads every one that was imported, so there is one folder for each. */
async function importing(data: string): Promise<Figure> {
  const ours: number[] = [];
  const least: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const text = contractFile(CONTRACTS, turn);
    const app = await openDesk(turn === TURNS - 1 ? data : `${data}-${turn}`);
    const startMs = performance.now();
    const report = await app.client().instruments.import({ source: 'day.csv', format: 'kite', text });
    ours.push(performance.now() - startMs);
    if (report.rows !== CONTRACTS) throw new Error(`${report.rows} contracts came in`);
    await app.stop();
    least.push(timed(() => void parseContracts('kite', 'day.csv', text, readTable)));
  }
  const [mine, bound] = [quantile(ours, 0.5), quantile(least, 0.5)];
  return {
    name: `import of ${CONTRACTS} contracts`,
    limit: 'parsing the same file',
    ratio: mine / bound,
    target: 3,
    seen: `${mine.toFixed(0)} ms against ${bound.toFixed(0)} ms`,
  };
}
