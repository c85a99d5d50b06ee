import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { FrontDoor } from '#drill/world/front-door.ts';
import { codeOf, enrolmentStep } from '#drill/world/persons.ts';
import { seatPersons } from '#drill/world/seats.ts';
import { createPlacing, Ear, openBench } from './acknowledged.ts';
import { unhedgedBook } from './book.ts';
import type { Desk } from './desk.ts';
import { compared, type Figure, type Options } from './figure.ts';

const WARM = 30;
/** Orders of an idle and of a busy desk take turns, so many of each at a time: what else the machine does is in both. */
const BLOCK = 30;
/** Each has two codes at once, and one more every half minute. */
const PEOPLE = 450;
/** Those who begin at the same moment have spread over the steps of a sign-in by then. */
const SPREAD_MS = 200;
const PASSWORD = 'seven green kettles fall';

interface Person {
  readonly user: string;
  readonly password: string;
  readonly totpSecret: string;
  readonly usedStep: number;
}

/** How long an order over HTTP waits for its acknowledgement while ten people sign in, against a desk that is idle. */
export async function measure({ folder, turns }: Options): Promise<Figure[]> {
  const book = unhedgedBook(2 * turns + WARM + BLOCK);
  const ear = new Ear();
  const { desk, clockOffsetMs, stop } = await openBench(folder, book, ear);
  const web = await desk.app.web({ port: 0, listen: [], names: [] });
  try {
    const door = { url: web.url, setupCode: desk.app.setupCode() };
    const seats = await seatPersons(door, { path: join(folder, 'persons.json'), now: desk.now });
    const doors = seats.doors(web.url);
    const people = await letIn(desk, doors.admin, PEOPLE);
    const crowd = await startCrowd({ port: web.port, clockOffsetMs, people });
    const placing = createPlacing(desk, doors.dealer, book, ear);
    for (let n = 0; n < WARM; n += 1) await placing();
    const idle: number[] = [];
    const busy: number[] = [];
    while (busy.length < turns) {
      const block = Math.min(BLOCK, turns - busy.length);
      for (let n = 0; n < block; n += 1) idle.push(await placing());
      crowd.go();
      await wait(SPREAD_MS);
      for (let n = 0; n < block; n += 1) busy.push(await placing());
      await crowd.rest();
    }
    const { signedIn, waits } = crowd.rested();
    crowd.end();
    // Else for a part of the time nobody signed in, and the figure would say less than it seems.
    if (waits > 0)
      throw new Error(`codes ran out ${waits} times: there are too few people for so many turns`);
    const pairs = busy.map((ours, n) => ({ ours, least: idle[n] ?? Number.NaN }));
    const name = `acknowledgement over HTTP while ten people sign in (${signedIn} sign-ins)`;
    return compared(name, 'the same when idle', pairs, { p50: null, p99: 2 });
  } finally {
    await web.close();
    await stop();
  }
}

/** People who ask for an account, are let in, and enrol, by the calls of the product. */
async function letIn({ calls, now }: Desk, admin: FrontDoor, count: number): Promise<Person[]> {
  const people: Person[] = [];
  for (let n = 0; n < count; n += 1) {
    const user = `person-${n}`;
    await calls.auth.register({ user, name: `Somebody ${n}`, branch: 'HO', password: PASSWORD });
    await calls.users.approve({ user, role: 'dealer', branch: 'HO' });
    const { ticket } = await calls.auth.signIn({ user, password: PASSWORD });
    const { secret } = await calls.auth.enrol({ ticket });
    const person = { user, password: PASSWORD, totpSecret: secret, usedStep: enrolmentStep(now()) };
    const code = codeOf(person, person.usedStep);
    await calls.auth.confirmEnrolment({ ticket, code, as: 'tokens' });
    await admin.sessions.revokeAll({ user });
    people.push(person);
  }
  return people;
}

const Resting = z.object({ signedIn: z.int(), waits: z.int() });

/** The people as a process of their own, so that what they do is not the desk's work. */
async function startCrowd(asked: {
  readonly port: number;
  readonly clockOffsetMs: number;
  readonly people: readonly Person[];
}) {
  const script = join(import.meta.dirname, 'people.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(asked)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let rested = { signedIn: 0, waits: 0 };
  const resting = async (): Promise<void> => {
    const line = await lines.next();
    if (line.done === true) throw new Error('the people have gone');
    rested = Resting.parse(JSON.parse(line.value));
  };
  await resting();
  return {
    go: (): void => void child.stdin.write('go\n'),
    async rest(): Promise<void> {
      child.stdin.write('rest\n');
      await resting();
    },
    rested: () => rested,
    end: (): void => void child.stdin.end(),
  };
}
