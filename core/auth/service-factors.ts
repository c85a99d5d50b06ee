import type { Fact } from '#core/events.ts';
import type { Tx } from '#core/journal/port.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { asSpelled, bytesFor, spelled } from './domain-spelling.ts';
import type { AuthRefusal } from './port.ts';
import type { AuthDeps } from './service-deps.ts';
import { proved } from './service-gate.ts';
import type { Gate } from './service-gate.ts';
import type { Hasher } from './service-hash.ts';
import { sameBytes } from './service-seal.ts';
import type { Seal } from './service-seal.ts';
import { checkTotp } from './service-totp.ts';
import type { PasswordRow } from './store.ts';
import { passwordOf, recoveryOf, totpOf, useRecovery, useStep } from './store.ts';

const RECOVERY_CODES = 10;
/** 50 bits each, behind a lockout and only after the password. */
const RECOVERY_LETTERS = 10;
const RECOVERY_GROUP = 5;

const CODE_USED: AuthRefusal = {
  reason: 'code-used',
  text: 'This code was used already: wait for the next one.',
};

/** What must be written, in the transaction that it opens the way for, so that a code works once. */
export interface Spent {
  readonly how: 'totp' | 'recovery-code';
  readonly facts: readonly Fact[];
  readonly tables: (tx: Tx) => void;
}
export type WhichCode = 'totp' | 'recovery-code' | 'either';

export interface Factors {
  /** The row of the right password; null when it is wrong, run out, or there is none. The work is the same. Refused: `busy`. */
  password(user: string, typed: string): Promise<Result<PasswordRow | null, AuthRefusal>>;
  /** A right code, not yet spent; what else it is, as a word for the journal. */
  code(user: string, typed: string, which: WhichCode): Spent | 'wrong-code' | 'code-used';
  /**
   * The code of a person who is known already, and spends it. Counts to lockout.
   * Refused: `locked-out`, `not-let-in`, `code-used`.
   */
  spendCode(user: string, typed: string, address: string): Result<null, AuthRefusal>;
  /** The password of a person who is known already. Counts to lockout. Refused: `locked-out`, `not-let-in`, `busy`. */
  provePassword(user: string, typed: string, address: string): Promise<Result<null, AuthRefusal>>;
  /** Ten fresh codes for the person to keep, and their keyed hashes for the table. */
  newRecovery(user: string): { readonly codes: readonly string[]; readonly hashes: readonly Uint8Array[] };
}

/** What persons prove themselves by. Secrets are open for the moment of a check only. */
export function createFactors(deps: AuthDeps, seal: Seal, hasher: Hasher, gate: Gate): Factors {
  const code = (user: string, typed: string, which: WhichCode) => checkCode(deps, seal, user, typed, which);
  const password = (user: string, typed: string) => checkPassword(deps, hasher, user, typed);
  return {
    password,
    code,
    spendCode(user, typed, address) {
      const tried = gate.tryOf(user, address);
      const locked = gate.refusal(tried);
      if (locked !== null) return refuse(locked);
      const checked = deps.users.active(user) === null ? 'wrong-code' : code(user, typed, 'either');
      if (typeof checked !== 'string') return proved(deps, checked.facts, checked.tables);
      return refuse(wrongCode(gate, tried, checked));
    },
    async provePassword(user, typed, address) {
      const tried = gate.tryOf(user, address);
      const locked = gate.refusal(tried);
      if (locked !== null) return refuse(locked);
      const checked = await password(user, typed);
      if (!checked.ok) return checked;
      // Others may have tried meanwhile: a right password during a lockout opens nothing.
      const lockedNow = gate.refusal(tried);
      if (lockedNow !== null) return refuse(lockedNow);
      const right = checked.value !== null && !checked.value.mustChange && deps.users.active(user) !== null;
      return right ? ok(null) : refuse(gate.wrong(tried, 'wrong-password'));
    },
    newRecovery(user) {
      const codes = Array.from({ length: RECOVERY_CODES }, () =>
        spelled(deps.host.randomBytes(bytesFor(RECOVERY_LETTERS)), RECOVERY_LETTERS, RECOVERY_GROUP),
      );
      return { codes, hashes: codes.map((one) => recoveryMark(seal, user, one)) };
    },
  };
}

/** The refusal of a wrong code, journalled: whoever replays a right one hears so, all others hear nothing. */
export function wrongCode(
  gate: Gate,
  tried: Parameters<Gate['wrong']>[0],
  reason: 'wrong-code' | 'code-used',
): AuthRefusal {
  return reason === 'code-used' ? gate.wrong(tried, reason, CODE_USED) : gate.wrong(tried, reason);
}

async function checkPassword(
  { journal, host }: AuthDeps,
  hasher: Hasher,
  user: string,
  typed: string,
): Promise<Result<PasswordRow | null, AuthRefusal>> {
  const row = passwordOf(journal.reader, user);
  const right = await hasher.verify(row?.hash ?? null, typed);
  if (!right.ok) return right;
  // While the work went on, the password may have been changed or taken away.
  const now = passwordOf(journal.reader, user);
  if (!right.value || row === null || now?.hash !== row.hash) return ok(null);
  return ok(row.expiresAtMs !== null && row.expiresAtMs <= host.now() ? null : now);
}

function checkCode(
  deps: AuthDeps,
  seal: Seal,
  user: string,
  typed: string,
  which: WhichCode,
): Spent | 'wrong-code' | 'code-used' {
  if (which !== 'recovery-code') {
    const totp = totpChecked(deps, seal, user, typed);
    if (totp !== 'wrong-code' || which === 'totp') return totp;
  }
  const marked = recoveryMark(seal, user, typed);
  const known = recoveryOf(deps.journal.reader, user);
  const hash = known.filter((one) => sameBytes(one, marked))[0];
  if (hash === undefined) return 'wrong-code';
  return {
    how: 'recovery-code',
    facts: [{ kind: 'recovery-code-used', v: 1, user, left: known.length - 1 }],
    tables: (tx) => useRecovery(tx, user, hash),
  };
}

function totpChecked({ journal, host }: AuthDeps, seal: Seal, user: string, typed: string) {
  const row = totpOf(journal.reader, user);
  if (row === null) return 'wrong-code';
  const secret = seal.open(user, row.sealed);
  if (secret === null) {
    host.log.error('a sealed second factor does not open: is the sealing key another one?', { user });
    return 'wrong-code';
  }
  const checked = checkTotp(secret, typed, row.lastStep, host.now());
  secret.fill(0);
  if (checked.is !== 'right') return checked.is === 'used' ? 'code-used' : 'wrong-code';
  return {
    how: 'totp' as const,
    facts: [],
    tables: (tx: Tx) => {
      useStep(tx, user, checked.step);
    },
  };
}

function recoveryMark(seal: Seal, user: string, code: string): Uint8Array {
  return seal.mark(`recovery:${user}`, asSpelled(code));
}
