import { ORPCError } from '@orpc/client';
import { Exchange } from '#core/model/instrument.ts';
import { openDoor, type DeskReady, type FrontDoor } from './front-door.ts';
import { freshPersons, readPersons, writePersons, type Person } from './persons.ts';
import { Seat } from './seat.ts';

const BRANCH = 'HO';
/** Past the last day of any drill's book. */
const CERTIFICATE_UNTIL = '2039-12-31';

/** The calls of the two persons of a simulated desk, each under a session of their own. */
export interface Doors {
  readonly dealer: FrontDoor;
  readonly admin: FrontDoor;
}

export interface Seats {
  readonly dealer: Seat;
  readonly admin: Seat;
  /** Both at the desk at this address; after a restart of it they go on with their sessions. */
  doors(url: string): Doors;
}

export interface SeatsOptions {
  /** `persons.json`: who was seated here before goes on. */
  readonly path: string;
  /** Milliseconds of the desk's own clock. */
  readonly now: () => number;
}

/**
 * The two persons of a simulated desk, made by the product's own calls: `ravi` is the first admin, by the code of the
 * first run; `asha` asks for an account, and he lets her in as a dealer. Broken off in the middle, it goes on where
 * it was.
 */
export async function seatPersons({ url, setupCode }: DeskReady, options: SeatsOptions): Promise<Seats> {
  const persons = new Map((readPersons(options.path) ?? freshPersons()).map((one) => [one.role, one]));
  const keep = (person: Person): void => {
    persons.set(person.role, person);
    writePersons(options.path, [...persons.values()]);
  };
  const seatOf = (role: Person['role']): Seat => {
    const person = persons.get(role);
    if (person === undefined) throw new Error(`${options.path} has no ${role}`);
    keep(person);
    return new Seat(person, { now: options.now, keep });
  };
  const [admin, dealer] = [seatOf('admin'), seatOf('dealer')];
  const seats = {
    admin,
    dealer,
    doors: (at: string): Doors => ({ admin: admin.door(at), dealer: dealer.door(at) }),
  };
  if ([admin, dealer].every(({ person }) => person.recoveryCodes.length > 0)) return seats;
  const nobody = openDoor(url, () => Promise.resolve(null));
  const { user, name, password } = admin.person;
  await admin.enter(
    nobody,
    setupCode === null ? null : await nobody.auth.firstRun({ setupCode, user, name, password }),
  );
  await letIn(nobody, admin.door(url), dealer.person);
  await dealer.enter(nobody, null);
  return seats;
}

/** The person asks for an account and the admin gives it, with the exchange ids that a dealer's orders need. */
async function letIn(nobody: FrontDoor, admin: FrontDoor, person: Person): Promise<void> {
  const { user, name, password } = person;
  await nobody.auth.register({ user, name, branch: BRANCH, password });
  const { users } = await admin.users.list({ status: 'asked' });
  if (!users.some((asked) => asked.user === user)) return;
  const exchangeUsers = Exchange.options.map((exchange, index) => ({
    exchange,
    id: String(111_111_111_111_111 * (index + 1)),
    location: BRANCH,
    certificateUntil: CERTIFICATE_UNTIL,
  }));
  await admin.users.approve({ user, role: 'dealer', branch: BRANCH, exchangeUsers });
}

/**
 * Makes a call that may need a second person: when the desk says so, the other one agrees to what waits for them, in
 * their own session, and the same call is made again.
 */
export async function agreed<Value>(call: () => Promise<Value>, second: FrontDoor): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    if (!isRefused(error, 'second-person-needed')) throw error;
  }
  const { approvals } = await second.approvals.list();
  for (const { approval, state, mayGive } of approvals) {
    if (state === 'waiting' && mayGive) await second.approvals.give({ approval });
  }
  return await call();
}

/** Whether the desk refused by a decision of its own; by that reason, when one is named. */
export function isRefused(error: unknown, reason?: string): boolean {
  if (!(error instanceof ORPCError) || error.code !== 'REFUSED') return false;
  const data: unknown = error.data;
  if (reason === undefined) return true;
  return typeof data === 'object' && data !== null && 'reason' in data && data.reason === reason;
}
