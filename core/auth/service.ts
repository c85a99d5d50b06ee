import type { Projection } from '#core/journal/port.ts';
import { lockouts } from './domain-lockout.ts';
import { PASSWORD_MIN } from './domain-password.ts';
import { noState, remember } from './domain-state.ts';
import { pruneTickets } from './domain-ticket.ts';
import type { Tickets } from './domain-ticket.ts';
import type { AuthPort } from './port.ts';
import { breakGlass, sealBreakGlass } from './service-break-glass.ts';
import { changePassword, newRecoveryCodes, release, reset, unlock } from './service-credentials.ts';
import { confirmEnrolment, enrol, newPassword } from './service-enrol.ts';
import { createFactors } from './service-factors.ts';
import { createGate } from './service-gate.ts';
import { createHasher } from './service-hash.ts';
import { createKeys } from './service-keys.ts';
import type { AuthDeps } from './service-deps.ts';
import type { AuthParts, Person, Stranger } from './service-parts.ts';
import { firstRun, newSetupCode, register, setPassword } from './service-people.ts';
import { createSeal } from './service-seal.ts';
import { secondFactor, signIn } from './service-sign-in.ts';

/** Locks that an admin is shown. */
const LOCKOUTS_SHOWN = 500;

/** Who somebody is: passwords, second factors, recovery, lockout, API keys and the sealed credential. All of it off line. */
export function createAuth(deps: AuthDeps) {
  const parts = partsOf(deps);
  const keys = createKeys(parts);
  let setup: string | null = null;
  /** Printed at the start by the host; null, and forgotten, as soon as there is a first admin. */
  const setupCode = (): string | null => {
    if (!deps.firstRun()) setup = null;
    return setup;
  };

  const projection: Projection = { name: 'auth', memory: (entry) => remember(parts.state, entry) };

  return {
    port: portOf(parts, keys),
    projection,
    handlers: handlersOf(parts, keys, setupCode),
    setupCode,
    /** For the users service: a person whom headquarters has vouched for chooses a password. */
    setPassword: (user: string, password: string) => setPassword(parts, user, password),
    /** After replay. */
    start(): void {
      if (deps.firstRun()) setup = newSetupCode(parts);
    },
    /** Every second or so. */
    tick(): void {
      setupCode();
      pruneTickets(parts.tickets, deps.host.now());
      keys.writeUses(false);
    },
    /** Before the journal is closed. */
    stop(): void {
      keys.writeUses(true);
    },
  };
}

function partsOf(deps: AuthDeps): AuthParts {
  const randomBytes = (length: number): Uint8Array => deps.host.randomBytes(length);
  const state = noState();
  const tickets: Tickets = new Map();
  const seal = createSeal(deps.sealingKey, randomBytes);
  const hasher = createHasher(randomBytes, deps.host);
  const gate = createGate(deps, state, seal);
  const factors = createFactors(deps, seal, hasher, gate);
  return { deps, state, tickets, seal, hasher, gate, factors };
}

function portOf({ factors }: AuthParts, keys: ReturnType<typeof createKeys>): AuthPort {
  return {
    key: (text) => keys.key(text),
    provePassword: (user, password, address) => factors.provePassword(user, password, address),
    async proveBoth(user, password, code, address) {
      const right = await factors.provePassword(user, password, address);
      return right.ok ? factors.spendCode(user, code, address) : right;
    },
  };
}

type Input<Call extends (parts: AuthParts, input: never, context: never) => unknown> = Parameters<Call>[1];

/** One function for each call of `authContract`. */
function handlersOf(parts: AuthParts, keys: ReturnType<typeof createKeys>, setupCode: () => string | null) {
  const { deps, state } = parts;
  return {
    state: () => ({
      desk: deps.desk,
      firstRun: deps.firstRun(),
      passwordMin: PASSWORD_MIN,
      breakGlass: state.breakGlass !== null,
    }),
    firstRun: (input: Parameters<typeof firstRun>[2], context: Pick<Stranger, 'origin'>) =>
      firstRun(parts, setupCode, input, context),
    register: (input: Input<typeof register>, context: Pick<Stranger, 'origin'>) =>
      register(parts, input, context),
    signIn: (input: Input<typeof signIn>, context: Pick<Stranger, 'origin'>) => signIn(parts, input, context),
    secondFactor: (input: Parameters<typeof secondFactor>[1], context: Stranger) =>
      secondFactor(parts, input, 'totp', context),
    recover: ({ recoveryCode, ...rest }: Recovering, context: Stranger) =>
      secondFactor(parts, { ...rest, code: recoveryCode }, 'recovery-code', context),
    enrol: (input: Input<typeof enrol>, context: Pick<Stranger, 'origin'>) => enrol(parts, input, context),
    confirmEnrolment: (input: Input<typeof confirmEnrolment>, context: Stranger) =>
      confirmEnrolment(parts, input, context),
    newPassword: (input: Input<typeof newPassword>, context: Pick<Stranger, 'origin'>) =>
      newPassword(parts, input, context),
    refresh: ({ refreshToken }: { readonly refreshToken: string }, { origin }: Pick<Stranger, 'origin'>) =>
      deps.sessions.refresh(refreshToken, origin),
    breakGlass: (input: Input<typeof breakGlass>, context: Stranger) => breakGlass(parts, input, context),
    ...ownCalls(parts),
    ...adminCalls(parts),
    keys: { make: keys.make, list: keys.list, revoke: keys.revoke },
  };
}

type Recovering = Omit<Parameters<typeof secondFactor>[1], 'code'> & { readonly recoveryCode: string };

/** Of a person who is signed in, about themself. */
function ownCalls(parts: AuthParts) {
  return {
    unlock: (input: Input<typeof unlock>, context: Person) => unlock(parts, input, context),
    changePassword: (input: Input<typeof changePassword>, context: Person) =>
      changePassword(parts, input, context),
    newRecoveryCodes: (input: Input<typeof newRecoveryCodes>, context: Person) =>
      newRecoveryCodes(parts, input, context),
  };
}

/** Of an admin, about others. */
function adminCalls(parts: AuthParts) {
  return {
    reset: (input: Input<typeof reset>, context: Parameters<typeof reset>[2]) => reset(parts, input, context),
    lockouts: () => ({ lockouts: lockouts(parts.state.lockouts, parts.deps.host.now(), LOCKOUTS_SHOWN) }),
    release: (input: Input<typeof release>, context: { readonly by: string }) =>
      release(parts, input, context),
    sealBreakGlass: (_input: unknown, context: { readonly persons: readonly string[] }) =>
      sealBreakGlass(parts, context),
  };
}
