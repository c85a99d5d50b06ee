import { generateSync } from 'otplib';
import { Exchange } from '#core/model/instrument.ts';
import type { Role } from '#core/users/port.ts';
import type { FrontDoor } from '#drill/world/front-door.ts';
import { ACCOUNTS_OF, type Stage } from './stage.ts';

const STEP_MS = 30_000;
const PASSWORD = 'monsoon kettle ferry 41';
/** The branch whose exits take two persons where a stage says so. */
export const PUNE = 'PUNE';

export type As = 'session' | 'tokens';
type Step = Awaited<ReturnType<FrontDoor['auth']['signIn']>>;
export type Opened = Awaited<ReturnType<FrontDoor['auth']['secondFactor']>>;

/** What a person knows and holds. */
export class Person {
  readonly user: string;
  readonly password = PASSWORD;
  readonly #stage: Stage;
  #secret = '';
  #usedStep = 0;

  constructor(stage: Stage, user: string) {
    this.#stage = stage;
    this.user = user;
  }

  get enrolled(): boolean {
    return this.#secret !== '';
  }

  /** A code that no one has seen yet; time goes on when the one of now was used. */
  code(): string {
    const step = Math.floor(this.#stage.now() / STEP_MS);
    if (step <= this.#usedStep) this.#stage.pass((this.#usedStep + 1 - step) * STEP_MS);
    this.#usedStep = Math.max(step, this.#usedStep + 1);
    return this.lastCode();
  }

  /** The code that `code` gave last. */
  lastCode(): string {
    return generateSync({ secret: this.#secret, epoch: (this.#usedStep * STEP_MS) / 1_000 });
  }

  /** From the password to an open session; enrols where nothing is enrolled yet. */
  async enter(door: FrontDoor, as: As = 'session', first: Step | null = null): Promise<Opened> {
    const { user, password } = this;
    const { step, ticket } = first ?? (await door.auth.signIn({ user, password }));
    if (step === 'second-factor') return door.auth.secondFactor({ ticket, code: this.code(), as });
    this.#secret = (await door.auth.enrol({ ticket })).secret;
    return door.auth.confirmEnrolment({ ticket, code: this.code(), as });
  }

  /** Tries to sign in with a code that somebody else saw. */
  async with(door: FrontDoor, code: string): Promise<Opened> {
    const { ticket } = await door.auth.signIn({ user: this.user, password: this.password });
    return door.auth.secondFactor({ ticket, code });
  }

  /** Signs in at the machine's own window. */
  async atWindow(): Promise<FrontDoor> {
    const door = this.#stage.atWindow();
    await this.enter(door);
    return door;
  }
}

interface Wanted {
  readonly role: Role;
  readonly branch: string;
  /** Beside those whose file names the person. */
  readonly accounts: string[];
}
const STAFF: Readonly<Record<string, Wanted>> = {
  asha: { role: 'dealer', branch: PUNE, accounts: [] },
  kiran: { role: 'dealer', branch: 'NASHIK', accounts: [] },
  bala: { role: 'branch', branch: PUNE, accounts: [] },
  meera: { role: 'admin', branch: '', accounts: [] },
};
/** Whoever else there is works for the same clients as asha. */
const HELPER: Wanted = { role: 'dealer', branch: '', accounts: [...ACCOUNTS_OF.asha] };

/** Lets a person in by the calls of the product; they have enrolled nothing yet. */
async function letIn(stage: Stage, admin: FrontDoor, user: string): Promise<Person> {
  const person = new Person(stage, user);
  await stage.atWindow().auth.register({ user, name: `Person of ${user}`, password: person.password });
  const exchangeUsers = Exchange.options.map((exchange, index) => ({
    exchange,
    id: String(111_111_111_111_111 * (index + 1)),
    location: 'HO',
    certificateUntil: '2039-12-31',
  }));
  await admin.users.approve({ ...(STAFF[user] ?? HELPER), user, exchangeUsers });
  return person;
}

/**
 * The first admin `ravi`, signed in at the window, and those whom he lets in, in this order: after a second admin every
 * further person takes two of them.
 */
export async function withStaff<Name extends string>(stage: Stage, names: readonly Name[]) {
  const ravi = new Person(stage, 'ravi');
  const { user, password } = ravi;
  const admin = stage.atWindow();
  const setupCode = stage.app.setupCode() ?? '';
  const first = await admin.auth.firstRun({ setupCode, user, name: 'Ravi Menon', password });
  await ravi.enter(admin, 'session', first);
  const people: [Name, Person][] = [];
  for (const name of names) people.push([name, await letIn(stage, admin, name)]);
  return { admin, ravi, ...(Object.fromEntries(people) as Record<Name, Person>) };
}
