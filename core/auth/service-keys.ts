import type { Fact } from '#core/events.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import {
  KEY_CALLS_A_SECOND,
  LIVE_KEYS_MAX,
  callsRefusal,
  isLive,
  liveCount,
  takeCall,
} from './domain-key.ts';
import type { Bucket, KnownKey } from './domain-key.ts';
import { bytesFor, spelled } from './domain-spelling.ts';
import type { ApiKey, AuthRefusal } from './port.ts';
import { isBreakGlass } from './service-break-glass.ts';
import { proved } from './service-gate.ts';
import type { AuthParts, Person } from './service-parts.ts';
import { sameBytes, sha256 } from './service-seal.ts';
import { dropKeyHash, keyHashOf, keyUses, putKey, putKeyUse } from './store.ts';

const ID_LETTERS = 8;
/** 256 bits: hashing them once is enough. */
const SECRET_BYTES = 32;
const KEY_TEXT = /^lb_([0-9a-z]{8})_([A-Za-z0-9_-]{43})$/;
const DAY_MS = 86_400_000;
/** Last uses are written this often, apart from any other transaction. */
const USES_EVERY_MS = 60_000;

const UNKNOWN: AuthRefusal = {
  reason: 'key-unknown',
  text: 'This API key is not known here, or is revoked.',
};
const NOT_A_PERSON: AuthRefusal = {
  reason: 'unknown-user',
  text: 'A key needs a person who answers for it as long as it lives.',
};

interface Making {
  readonly name: string;
  readonly calls: readonly string[];
  readonly days: number;
  readonly algoId: string | null;
}

/** API keys for scripts and monitoring. A key is `lb_ID_SECRET`; only its SHA-256 is kept. */
export function createKeys(parts: AuthParts) {
  const { deps, state } = parts;
  const buckets = new Map<string, Bucket>();
  const used = new Map<string, number>();
  let usesWrittenAtMs = 0;

  return {
    /**
     * The live key that this text is. Counts its rate and notes its use, in memory.
     * Refused: `key-unknown`, `key-expired`, `key-too-fast`.
     */
    key: (text: string): Result<ApiKey, AuthRefusal> => {
      const known = knownKey(parts, text);
      if (known === null || known.revoked || deps.users.active(known.user) === null) return refuse(UNKNOWN);
      const nowMs = deps.host.now();
      if (!isLive(known, nowMs)) return refuse({ reason: 'key-expired', text: 'This API key has expired.' });
      const bucket = takeCall(buckets.get(known.id), nowMs);
      if (bucket === null) return refuse(TOO_FAST);
      buckets.set(known.id, bucket);
      used.set(known.id, nowMs);
      const { id, name, user, calls, expiresAtMs, algoId } = known;
      return ok({ id, name, user, calls, expiresAtMs, algoId });
    },

    make: (input: Making, person: Person) => makeKey(parts, input, person),

    list: (_input: unknown, { actor }: Person) => {
      const nowMs = deps.host.now();
      const written = keyUses(deps.journal.reader);
      const own = [...state.keys.values()].filter(
        ({ user }) => actor.role === 'admin' || user === actor.user?.user,
      );
      return { keys: own.map((key) => shown(key, used.get(key.id) ?? written.get(key.id) ?? null, nowMs)) };
    },

    /** Refused: `unknown-key`, also for a key of somebody else. */
    revoke: (
      { id }: { readonly id: string },
      { by, actor }: Person,
    ): Result<{ readonly revoked: boolean }, AuthRefusal> => {
      const key = state.keys.get(id);
      if (key === undefined || (actor.role !== 'admin' && key.user !== actor.user?.user)) {
        return refuse({ reason: 'unknown-key', text: `There is no key ${id} of yours.` });
      }
      if (key.revoked) return ok({ revoked: false });
      const kept = proved(deps, [{ kind: 'api-key-revoked', v: 1, id, by }], (tx) => {
        dropKeyHash(tx, id);
      });
      buckets.delete(id);
      return kept.ok ? ok({ revoked: true }) : kept;
    },

    /** Writes the last uses, at most once a minute; `force` at the stop. */
    writeUses: (force: boolean): void => {
      const nowMs = deps.host.now();
      if (used.size === 0 || (!force && nowMs - usesWrittenAtMs < USES_EVERY_MS)) return;
      usesWrittenAtMs = nowMs;
      const written = deps.journal.append([], (tx) => {
        for (const [id, atMs] of used) putKeyUse(tx, id, atMs);
      });
      // What can not be written is no harm to the key: it stays in memory for the next time.
      if (written.ok) used.clear();
    },
  };
}

const TOO_FAST: AuthRefusal = {
  reason: 'key-too-fast',
  text: `A key may make ${KEY_CALLS_A_SECOND} calls a second; slow down.`,
};

function knownKey({ deps, state }: AuthParts, text: string): KnownKey | null {
  const id = KEY_TEXT.exec(text)?.[1] ?? '';
  const kept = keyHashOf(deps.journal.reader, id);
  const same = sameBytes(kept ?? NOBODYS, sha256(text));
  return same ? (state.keys.get(id) ?? null) : null;
}

/** No text has this hash: the work for an unknown key is the work for a known one. */
const NOBODYS = new Uint8Array(32);

/** Refused: `unknown-call`, `key-may-not-trade`, `too-many-keys`, `unknown-user`. */
function makeKey(
  { deps, state }: AuthParts,
  { name, calls, days, algoId }: Making,
  { by, actor }: Person,
): Result<{ readonly id: string; readonly key: string; readonly expiresAtMs: number }, AuthRefusal> {
  if (actor.user === null || isBreakGlass({ actor })) return refuse(NOT_A_PERSON);
  const wrong = callsRefusal({ calls, algoId }, deps);
  if (wrong !== null) return refuse(wrong);
  const nowMs = deps.host.now();
  if (liveCount(state.keys, nowMs) >= LIVE_KEYS_MAX) {
    return refuse({
      reason: 'too-many-keys',
      text: `${LIVE_KEYS_MAX} keys are live; revoke one that is not used.`,
    });
  }
  const id = spelled(deps.host.randomBytes(bytesFor(ID_LETTERS)), ID_LETTERS, ID_LETTERS);
  const key = `lb_${id}_${Buffer.from(deps.host.randomBytes(SECRET_BYTES)).toString('base64url')}`;
  const expiresAtMs = nowMs + days * DAY_MS;
  const { user } = actor.user;
  const unique = [...new Set(calls)];
  const made: Fact = { kind: 'api-key-made', v: 1, id, name, user, calls: unique, expiresAtMs, algoId, by };
  const kept = proved(deps, [made], (tx) => {
    putKey(tx, id, sha256(key));
  });
  return kept.ok ? ok({ id, key, expiresAtMs }) : kept;
}

function shown(known: KnownKey, lastUsedAtMs: number | null, nowMs: number) {
  const { revoked, calls, ...rest } = known;
  const state = revoked
    ? ('revoked' as const)
    : isLive(known, nowMs)
      ? ('live' as const)
      : ('expired' as const);
  return { ...rest, calls: [...calls], lastUsedAtMs, state };
}
