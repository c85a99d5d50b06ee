import { ORPCError } from '@orpc/client';
import { openDoor, type FrontDoor } from './front-door.ts';
import { codeOf, enrolmentStep, nextStep, STEP_MS, type Person } from './persons.ts';

type Step = Awaited<ReturnType<FrontDoor['auth']['signIn']>>;
type Opened = Awaited<ReturnType<FrontDoor['auth']['secondFactor']>>;
type Tokens = NonNullable<Opened['tokens']>;

export interface SeatOptions {
  /** Milliseconds of the desk's own clock. */
  readonly now: () => number;
  /** Told of each change of the person before the desk hears of it, to write it down. */
  readonly keep: (person: Person) => void;
}

/** A desk that does not let a person of its world in. */
export class NotLetIn extends Error {
  override readonly name = 'NotLetIn';
}

/** A token with less than this left is exchanged first. */
const LEFT_MS = 60_000;

/** One person of a simulated world with the session that they hold: it outlives the desk's process. */
export class Seat {
  readonly #options: SeatOptions;
  #person: Person;
  #tokens: Tokens | null = null;
  #getting: Promise<Tokens> | null = null;

  constructor(person: Person, options: SeatOptions) {
    this.#person = person;
    this.#options = options;
  }

  get person(): Person {
    return this.#person;
  }

  /** The person's own calls to the desk at this address. Signs in, or goes on with the session that there is. */
  door(url: string): FrontDoor {
    const nobody = openDoor(url, () => Promise.resolve(null));
    return openDoor(url, async () => (await this.#live(nobody)).accessToken);
  }

  /** Goes through a sign-in from the given step on; without one, from the password on. Enrols where it is asked. */
  async enter(nobody: FrontDoor, first: Step | null): Promise<void> {
    const { user, password } = this.#person;
    const step = first ?? (await nobody.auth.signIn({ user, password }));
    const opened = await this.#through(nobody, step);
    if (opened.tokens === null) throw new NotLetIn(`${user} asked for tokens and got none`);
    this.#tokens = opened.tokens;
  }

  /** Signs out, if there is a session. */
  async leave(url: string): Promise<void> {
    if (this.#tokens === null) return;
    await this.door(url).sessions.end();
    this.#tokens = null;
  }

  /** A code that was not used before: waits for one, when the codes of now and of the next step are used. */
  async code(): Promise<string> {
    const { now } = this.#options;
    const step = nextStep(this.#person, now());
    const waitMs = (step - 1) * STEP_MS - now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    this.#change({ usedStep: step });
    return codeOf(this.#person, step);
  }

  async #through(nobody: FrontDoor, { step, ticket }: Step): Promise<Opened> {
    if (step === 'second-factor') {
      return await nobody.auth.secondFactor({ ticket, code: await this.code(), as: 'tokens' });
    }
    if (step !== 'enrol') throw new NotLetIn(`${this.#person.user} must set a new password first`);
    const { secret } = await nobody.auth.enrol({ ticket });
    const usedStep = enrolmentStep(this.#options.now());
    this.#change({ totpSecret: secret, usedStep });
    const code = codeOf(this.#person, usedStep);
    const opened = await nobody.auth.confirmEnrolment({ ticket, code, as: 'tokens' });
    this.#change({ recoveryCodes: opened.recoveryCodes });
    return opened;
  }

  #change(changed: Partial<Person>): void {
    this.#person = { ...this.#person, ...changed };
    this.#options.keep(this.#person);
  }

  /** Tokens that are good for now. Calls that ask at the same time wait for the same ones. */
  async #live(nobody: FrontDoor): Promise<Tokens> {
    const tokens = this.#tokens;
    if (tokens !== null && tokens.accessExpiresAtMs - this.#options.now() > LEFT_MS) return tokens;
    this.#getting ??= this.#fresh(nobody, tokens).finally(() => {
      this.#getting = null;
    });
    return await this.#getting;
  }

  /** Tokens for tokens; where the desk died before it answered, the old ones may be used up: then a sign-in. */
  async #fresh(nobody: FrontDoor, old: Tokens | null): Promise<Tokens> {
    if (old !== null) {
      try {
        this.#tokens = await nobody.auth.refresh({ refreshToken: old.refreshToken });
        return this.#tokens;
      } catch (error) {
        if (!(error instanceof ORPCError)) throw error;
      }
    }
    await this.enter(nobody, null);
    if (this.#tokens === null) throw new NotLetIn(this.#person.user);
    return this.#tokens;
  }
}
