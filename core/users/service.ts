import type { Projection } from '#core/journal/port.ts';
import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { decideAsked, decideFirstAdmin, mayNotSend } from './domain.ts';
import { adminCount, apply, hadTwoAdmins, isActive, isFirstRun, NOBODY_YET } from './domain-state.ts';
import type { UsersState } from './domain-state.ts';
import { mayDo } from './domain-scope.ts';
import type { UserAsked, UserFact } from './events.ts';
import type { UserRefusal, UsersPort } from './port.ts';
import { createUserCalls } from './service-calls.ts';
import { createClaim } from './service-claim.ts';
import type { UsersDeps, UsersInside } from './service-deps.ts';
import { createFileCalls } from './service-files.ts';

/** The persons of this desk: who they are, what they may, whence they come. */
export function createUsers(deps: UsersDeps) {
  let state = NOBODY_YET;

  const projection: Projection = {
    name: 'users',
    memory: ({ fact }) => {
      state = apply(state, fact);
    },
  };

  const port: UsersPort = {
    get: (user) => state.persons.get(user)?.user ?? null,
    active(user) {
      const person = state.persons.get(user);
      return person !== undefined && isActive(person.user, deps.now()) ? person.user : null;
    },
    *all() {
      for (const person of state.persons.values()) yield person.user;
    },
    adminCount: () => adminCount(state, deps.now()),
    hadTwoAdmins: () => hadTwoAdmins(state),
    mayNotSend: (user, exchange, date) => mayNotSend(state, user, exchange, date),
  };

  const inside: UsersInside = {
    state: () => state,
    commit(facts, { by, why }, tables) {
      const before = state;
      const appended = deps.journal.append(facts, tables);
      if (!appended.ok) return appended;
      takeAway(deps, before, state, { by, why });
      return ok(null);
    },
  };

  return {
    port,
    projection,
    handlers: {
      ...createUserCalls(deps, inside),
      ...createFileCalls(deps, inside),
      claim: createClaim(deps, inside, port),
    },
    /** The fact of a registration; authentication appends it together with the password. */
    asked: (asked: Omit<UserAsked, 'kind' | 'v'>): Result<UserFact, UserRefusal> => decideAsked(state, asked),
    /** The facts of the first admin, once; authentication appends them together with the password. */
    firstAdmin: (user: string, name: string): Result<readonly UserFact[], UserRefusal> =>
      decideFirstAdmin(state, user, name),
    /** Nobody was ever let in here. A desk whose admins have lapsed is not at its first run. */
    firstRun: (): boolean => isFirstRun(state),
    /** After replay: a crash may have come between a person's end here and that of their sessions and runs. */
    start(): void {
      for (const { user } of state.persons.values()) {
        if (user.status === 'disabled')
          stop(deps, user.user, { by: deps.desk, why: 'disabled before a restart' });
      }
    },
    tick: createTick(deps, () => state),
  };
}

/**
 * Ends the sessions of those whose user set came to its end since the last tick, so that their screens show it.
 * Disables nobody and pauses no run: a newer set lets them work again. Gives the names of the sets.
 */
function createTick(deps: UsersDeps, state: () => UsersState): () => readonly string[] {
  const lapsed = new Set<string>();
  return () => {
    const ended: string[] = [];
    for (const [set, { issue, validUntilMs }] of state().sets) {
      const key = `${set} ${issue}`;
      if (deps.now() < validUntilMs || lapsed.has(key)) continue;
      lapsed.add(key);
      ended.push(set);
      endSessionsOf(deps, state(), set);
    }
    return ended;
  };
}

interface Act {
  readonly by: string;
  readonly why: string;
}

function stop(deps: UsersDeps, user: string, { by, why }: Act): void {
  deps.endSessions(user, 'user-disabled', by);
  deps.pauseRunsOf(user, why);
}

/** Who is now disabled loses sessions and runs; who may approve exits no more, the runs. */
function takeAway(deps: UsersDeps, before: UsersState, after: UsersState, act: Act): void {
  for (const [name, { user }] of after.persons) {
    const was = before.persons.get(name)?.user;
    if (was === undefined || was === user) continue;
    if (user.status === 'disabled' && was.status !== 'disabled') stop(deps, name, act);
    else if (approves(was.role) && !approves(user.role)) deps.pauseRunsOf(name, act.why);
  }
}

function approves(role: Parameters<typeof mayDo>[0]): boolean {
  return mayDo(role, 'square-off.approve');
}

function endSessionsOf(deps: UsersDeps, state: UsersState, set: string): void {
  for (const { user } of state.persons.values()) {
    if (user.source.kind !== 'set' || user.source.set !== set) continue;
    deps.endSessions(user.user, 'expired', deps.desk);
  }
}
