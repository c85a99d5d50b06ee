import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { istDate } from '#core/model/market-clock.ts';
import { addDays, weekday } from '#drill/book/calendar.ts';
import { DeskReady } from './front-door.ts';
import { seatPersons } from './seats.ts';
import { openWorld, seededBook } from './world.ts';

/**
 * A world for a desk to live in: a seeded book as files, and the drill's exchange. `--data DIR` holds it; the same
 * folder again goes on with it. Prints one line of JSON when it is ready:
 * `{deskConfig, clockOffsetMs, files: {instruments, accounts, positions, pendingOrders, shortfall}, main}`; with
 * `--with-main` there is also the stand-in for main: no files then, and `main: {token, control}`, the desk's word to it and
 * the port of its control.
 * A line on its standard input says where the desk is, `{url, setupCode}`: the two persons of this world are made
 * there, if they are not, and the answer is a line `{persons}` or, where the desk does not let them in, `{refused}`.
 * Stops at SIGTERM, SIGINT, or when its standard input ends (its starter is gone).
 */
const SATURDAY = 6;
const SUNDAY = 0;

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    accounts: { type: 'string', default: '60' },
    positions: { type: 'string', default: '240' },
    seed: { type: 'string', default: '7' },
    rate: { type: 'string', default: '100' },
    'with-main': { type: 'boolean', default: false },
  },
});
if (values.data === undefined) throw new Error('--data DIR is needed');

/** Today, or the next day with a market. */
function marketDay(nowMs: number): string {
  let day = istDate(nowMs);
  while (weekday(day) === SATURDAY || weekday(day) === SUNDAY) day = addDays(day, 1);
  return day;
}

let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  void opening.then((world) => world.stop()).then(() => process.exit(0));
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
const asked = createInterface({ input: process.stdin }).on('close', stop);

const seed = Number(values.seed);
const opening = openWorld({
  folder: values.data,
  book: () =>
    seededBook({
      seed,
      accounts: Number(values.accounts),
      positions: Number(values.positions),
      tradingDate: marketDay(Date.now()),
    }),
  seed,
  faults: [],
  ratePerSecond: values.rate === 'off' ? null : Number(values.rate),
  burstMax: 100,
  withLink: false,
  gateway: null,
  ...(values['with-main'] ? { main: { wireFaults: [] } } : {}),
  failed: (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
});
const world = await opening;
const { book: _book, ...files } = world.file.files;
const { clockOffsetMs } = world.file;
// A person sits at this desk: the waits that the product ships, not those of a rehearsal in a hurry.
const deskConfig = { ...world.config, policy: {}, identity: {} };
// Where main is, the day's files come from there.
const main = world.main === null ? null : { token: world.desks[0]?.token ?? '', control: world.main.control };
process.stdout.write(
  `${JSON.stringify({ deskConfig, clockOffsetMs, files: main === null ? files : {}, main })}\n`,
);

/** The persons sign out again: who sits down at this desk signs in. */
async function personsAt(line: string): Promise<object> {
  try {
    const ready = DeskReady.parse(JSON.parse(line));
    const path = join(world.folder, 'persons.json');
    const seats = await seatPersons(ready, { path, now: () => Date.now() + clockOffsetMs });
    const both = [seats.dealer, seats.admin];
    for (const seat of both) await seat.leave(ready.url);
    return {
      persons: both.map(({ person: { user, role, password, totpSecret } }) => ({
        user,
        role,
        password,
        totpSecret,
      })),
    };
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}

asked.on('line', (line) => {
  void personsAt(line).then((answer) => process.stdout.write(`${JSON.stringify(answer)}\n`));
});
