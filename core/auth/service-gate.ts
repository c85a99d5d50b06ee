import type { Fact } from '#core/events.ts';
import type { Tx } from '#core/journal/port.ts';
import type { Result } from '#core/lib/result.ts';
import { refuse } from '#core/lib/result.ts';
import { LOCKOUT_ENTRIES_MAX, factsLeft, lockedTry, waitMs, waitText, wrongTry } from './domain-lockout.ts';
import type { Try } from './domain-lockout.ts';
import type { AuthState } from './domain-state.ts';
import { isLastAdmin, originName } from './domain-state.ts';
import type { AuthRefusal } from './port.ts';
import type { AuthDeps } from './service-deps.ts';
import type { Seal } from './service-seal.ts';

/** One text, whatever was wrong: a stranger learns neither who there is nor how far they came. */
const NOT_LET_IN: AuthRefusal = { reason: 'not-let-in', text: 'Name, password or code is not right.' };
/** Refusals while locked that become facts, per origin and minute; the others of that minute are counted. */
const LOCKED_FACTS_A_MINUTE = 1;
/** Characters of the keyed hash by which facts name who is not known here. */
const UNKNOWN_LENGTH = 16;
const MINUTE_MS = 60_000;

type AnyTry = Omit<Try, 'lastAdmin'>;

export interface Gate {
  /** The name and the place as lockout and facts know them. `typed` is what a stranger typed. */
  tryOf(typed: string, address: string): AnyTry;
  /** A refusal when this try has to wait; it counts no failure. Ask before the work and again after it. */
  refusal(tried: AnyTry): AuthRefusal | null;
  /** Journals a wrong try with what it brings. The caller hears `answer`, or that the journal can not be written. */
  wrong(tried: AnyTry, reason: string, answer?: AuthRefusal): AuthRefusal;
}

/** Lockout in front of everything that can be guessed. `domain-lockout.ts` decides, this journals. */
export function createGate(deps: AuthDeps, state: AuthState, seal: Seal): Gate {
  const uncounted = new Map<string, number>();
  const lockedFacts = new Map<string, { readonly minute: number; readonly facts: number }>();
  // A wrong try that can not be journalled would not be counted: then nobody may try.
  let unwritable: AuthRefusal | null = null;

  const whole = (tried: AnyTry): Try => ({
    ...tried,
    lastAdmin: tried.user !== null && isLastAdmin(deps.users, tried.user),
  });
  const append = (facts: readonly Fact[], origin: string): AuthRefusal | null => {
    const done = deps.journal.append(facts);
    if (!done.ok) {
      unwritable = done.refusal;
      return done.refusal;
    }
    uncounted.delete(origin);
    return null;
  };
  const noteLocked = (tried: Try): void => {
    const { origin } = tried;
    const nowMs = deps.host.now();
    const minute = Math.floor(nowMs / MINUTE_MS);
    const before = lockedFacts.get(origin);
    const facts = before?.minute === minute ? before.facts : 0;
    if (facts < LOCKED_FACTS_A_MINUTE && factsLeft(state.lockouts, origin, nowMs) > 0) {
      bounded(lockedFacts, origin, { minute, facts: facts + 1 });
      append([lockedTry(tried, uncounted.get(origin) ?? 0)], origin);
    } else bounded(uncounted, origin, (uncounted.get(origin) ?? 0) + 1);
  };

  return {
    tryOf(typed, address) {
      const user = typed.trim().toLowerCase();
      const known = deps.users.get(user) !== null;
      return { user: known ? user : `unknown:${unknown(seal, user)}`, origin: originName(address) };
    },
    refusal(tried) {
      if (unwritable !== null) return unwritable;
      const one = whole(tried);
      const ms = waitMs(state.lockouts, one, deps.host.now());
      if (ms === 0) return null;
      noteLocked(one);
      return { reason: 'locked-out', text: `Too many wrong tries; ${waitText(ms)}.` };
    },
    wrong(tried, reason, answer = NOT_LET_IN) {
      const { origin } = tried;
      const facts = wrongTry(
        state.lockouts,
        whole(tried),
        reason,
        uncounted.get(origin) ?? 0,
        deps.host.now(),
      );
      return append(facts, origin) ?? answer;
    },
  };
}

function unknown(seal: Seal, user: string): string {
  return Buffer.from(seal.mark('unknown-user', user)).toString('hex').slice(0, UNKNOWN_LENGTH);
}

function bounded<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= LOCKOUT_ENTRIES_MAX) return;
    map.delete(oldest);
  }
}

/** Facts and rows of something that was proved, in one transaction. */
export function proved(
  { journal }: Pick<AuthDeps, 'journal'>,
  facts: readonly Fact[],
  tables: (tx: Tx) => void,
): Result<null, AuthRefusal> {
  const done = journal.append(facts, tables);
  return done.ok ? { ok: true, value: null } : refuse<AuthRefusal>(done.refusal);
}
