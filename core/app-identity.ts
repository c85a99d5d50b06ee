import { createApprovals } from './approvals/service.ts';
import type { Requirement } from './approvals/port.ts';
import type { DeskConfig } from './config.ts';
import type { Host } from './host.ts';
import type { Journal } from './journal/port.ts';
import { createAuth } from './auth/service.ts';
import { contract } from './contract.ts';
import type { AccountsPort } from './accounts/port.ts';
import type { Action } from './lib/procedure.ts';
import { PUBLIC_PERMISSION, UNSTATED_PERMISSION } from './lib/procedure.ts';
import { present } from './lib/assert.ts';
import type { AccountScope } from './model/scope.ts';
import { EVERY_ACCOUNT } from './model/scope.ts';
import type { Actor } from './door.ts';
import { callsOf } from './router-calls.ts';
import { createRefusals } from './sessions/service-refusals.ts';
import { createSessions } from './sessions/service.ts';
import { mayDo, ownsAccount } from './users/domain-scope.ts';
import type { User } from './users/port.ts';
import { createUsers } from './users/service.ts';

/** What moves money: an API key holds none of it unless it is bound to a registered algo id. */
const TRADING =
  /^(trades[.](place|modify|cancel)|square-off[.](?!read$|dry-run$).*|orders[.](cancel-foreign|decide-doubt))$/;
/** A key does not sign in, approve or manage persons. */
const NOT_FOR_KEYS = /^(public|auth[.].*|users[.].*|sessions[.].*|approvals[.].*|settings[.]write)$/;

/** Calls of the whole contract that an API key may be made for, and those of them that trade. */
function keyCalls(): { readonly all: ReadonlySet<string>; readonly trading: ReadonlySet<string> } {
  const all = new Set<string>();
  const trading = new Set<string>();
  for (const [path, { permission }] of callsOf(contract)) {
    if (NOT_FOR_KEYS.test(permission)) continue;
    all.add(path);
    if (TRADING.test(permission)) trading.add(path);
  }
  return { all, trading };
}

/** Keys of the identity services, 32 bytes each. */
export interface Keys {
  readonly token: Uint8Array;
  readonly sealing: Uint8Array;
  /** Shared with headquarters; null where no code is taken over the telephone. */
  readonly telephone: Uint8Array | null;
}

interface IdentityParts {
  readonly host: Host;
  readonly config: DeskConfig;
  readonly journal: Journal;
  readonly keys: Keys;
}

interface Around {
  readonly accounts: AccountsPort;
  /** What runs in a person's name stands still. */
  readonly pauseRunsOf: (user: string, why: string) => void;
}

export type Identity = ReturnType<typeof buildIdentity>;

/** Who may be at the desk: sessions, users, authentication, approvals, in the order in which they lean on each other. */
export function buildIdentity({ host, config, journal, keys }: IdentityParts, around: Around) {
  const { identity } = config;
  const ring: { auth: ReturnType<typeof createAuth> | null } = { auth: null };
  const auth = () => present(ring.auth, 'authentication');
  const sessions = createSessions({
    journal,
    host,
    desk: config.desk,
    tokenKey: keys.token,
    config: identity,
  });
  const users = createUsers({
    journal,
    now: () => host.now(),
    desk: config.desk,
    deskGroup: identity.deskGroup,
    headquartersKey: identity.headquartersKey,
    provePassword: (...proof) => auth().port.provePassword(...proof),
    setPassword: (...chosen) => auth().setPassword(...chosen),
    endSessions: (...whose) => sessions.port.endAllOf(...whose),
    pauseRunsOf: around.pauseRunsOf,
  });
  const calls = keyCalls();
  ring.auth = createAuth({
    journal,
    host,
    desk: config.desk,
    sessions: sessions.port,
    users: users.port,
    asked: users.asked,
    firstAdmin: users.firstAdmin,
    firstRun: users.firstRun,
    sealingKey: keys.sealing,
    allCalls: calls.all,
    tradingCalls: calls.trading,
  });
  /** A person who may work here now, the bearer of the sealed credential among them. */
  const person = (user: string): User | null =>
    user === BREAK_GLASS.user ? BREAK_GLASS : users.port.active(user);
  const approvals = createApprovals({
    journal,
    host,
    needs: (action, branch) => needs(config, users.port.hadTwoAdmins(), action, branch),
    users: { active: person },
    may: (user, permission) => mayDo(user.role, permission),
    proveBoth: (...proof) => auth().port.proveBoth(...proof),
    headquartersKey: identity.headquartersKey,
    telephoneKey: keys.telephone,
  });
  const refusals = createRefusals({ journal, host, log: host.log });
  return {
    sessions,
    users,
    auth: auth(),
    approvals,
    refusals,
    person,
    start(): readonly (() => void)[] {
      users.start();
      auth().start();
      const tick = (): void => {
        users.tick();
        auth().tick();
        refusals.tick();
      };
      return [sessions.start(), host.every(TICK_EVERY_MS, tick), () => auth().stop()];
    },
  };
}

/** How often time is looked at: user sets that end, tickets, the last use of keys. */
const TICK_EVERY_MS = 1_000;

/** Whoever opened the envelope: an admin's rights for an hour, under a name that says so. */
const BREAK_GLASS: User = {
  user: 'break-glass',
  name: 'sealed credential',
  email: '',
  mobile: '',
  role: 'admin',
  branch: '',
  accounts: [],
  limits: { orderNotionalE4: null, exitNotionalE4: null },
  exchangeUsers: [],
  status: 'active',
  source: { kind: 'desk' },
};

/**
 * How many must agree. Configuration first, the branch before all; else an exit follows the policy of exits, a doubt
 * that of doubts, and what only admins do takes two of them, from the day on which there were two. (With one of them gone,
 * the other agrees with the sealed credential.)
 */
export function needs(
  { identity, policy, personsForDoubt }: DeskConfig,
  twoAdmins: boolean,
  action: Action,
  branch: string,
): Requirement {
  const configured = identity.approvalsByBranch[branch]?.[action] ?? identity.approvals[action];
  if (configured !== undefined) return configured;
  if (action === 'exit' || action === 'mode') return policy.personsRequired === 2 ? 'two' : 'one';
  if (action === 'doubt') return personsForDoubt === 2 ? 'two' : 'one';
  return twoAdmins ? 'two' : 'one';
}

/** May this actor make the call at all? */
export function permits(actor: Actor, permission: string, call: string): boolean {
  // What its contract forgot to state nobody may.
  if (actor.role === 'desk') return permission !== UNSTATED_PERMISSION;
  if (actor.role === 'nobody' || actor.user === null) return permission === PUBLIC_PERMISSION;
  if (actor.key !== null && !actor.key.calls.includes(call)) return false;
  return mayDo(actor.user.role, permission);
}

/**
 * The accounts that the actor may see and touch: a dealer's or branch's own ones, and of these those that are at home at
 * this desk, so that nobody closes here what another desk closes. Who watches the whole book sees the others, too.
 */
export function scopeOf(
  actor: Actor,
  accounts: AccountsPort,
  isHome: (account: string) => boolean,
): AccountScope {
  const { user } = actor;
  if (actor.role === 'desk' || user?.role === 'admin') return EVERY_ACCOUNT;
  if (user === null) return { all: false, has: () => false };
  return { all: false, has: (account) => isHome(account) && owns(user, account, accounts) };
}

function owns(user: User, account: string, accounts: AccountsPort): boolean {
  const known = accounts.find(account);
  return known === null ? user.accounts.some((own) => own === account) : ownsAccount(user, known);
}
