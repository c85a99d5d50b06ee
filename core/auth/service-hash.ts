import { hash, parseOptions, verify } from '@node-rs/argon2';
import type { Host } from '#core/host.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { normalised } from './domain-password.ts';
import type { AuthRefusal } from './port.ts';

/** argon2id, the first of the parameter sets of OWASP's password storage cheat sheet: 19 MiB, two passes, one lane. */
export const HASH_PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const ARGON2ID = 2;
/** People who wait for their hash; one takes some tens of milliseconds. */
export const HASHES_WAITING_MAX = 32;
/** After a hash there is none for so many times as long as it took. */
const REST_TIMES = 2;
const SALT_BYTES = 16;
const OUTPUT_BYTES = 32;

export interface Hasher {
  /** PHC text with parameters and salt. Refused: `busy`. */
  hash(password: string): Promise<Result<string, AuthRefusal>>;
  /** Whether it is the password of this hash; with null the same work is done for nobody. Refused: `busy`. */
  verify(phc: string | null, password: string): Promise<Result<boolean, AuthRefusal>>;
  /** The hash is weaker than one made today. */
  isWeak(phc: string): boolean;
}

/** What the pauses between hashes are measured and waited with. */
export type RestHost = Partial<Pick<Host, 'monotonicMs' | 'every'>>;

/**
 * Hashes passwords aside, one at a time, and rests after each: of the cores, which orders share, sign-ins take a third
 * of one, however many come at once. The last of ten waits half a second. Without `every` there is no rest. Passwords
 * are blanked after use, as far as the language lets them.
 */
export function createHasher(randomBytes: (length: number) => Uint8Array, host: RestHost = {}): Hasher {
  const queue = createQueue();
  const nobodys = phcOfNobody(randomBytes);
  const during = async <Value>(password: string, work: (bytes: Uint8Array) => Promise<Value>) => {
    if (!(await queue.enter())) return refuse(BUSY);
    const bytes = Buffer.from(normalised(password));
    const startMs = host.monotonicMs?.() ?? 0;
    try {
      return ok(await work(bytes));
    } finally {
      bytes.fill(0);
      rest(host, REST_TIMES * ((host.monotonicMs?.() ?? 0) - startMs), () => queue.leave());
    }
  };
  return {
    hash: (password) => during(password, (bytes) => hash(bytes, { ...HASH_PARAMETERS, algorithm: ARGON2ID })),
    verify: (phc, password) => during(password, (bytes) => verify(phc ?? nobodys, bytes)),
    isWeak(phc) {
      const made = parseOptions(phc);
      const { memoryCost, timeCost } = HASH_PARAMETERS;
      return made.algorithm !== ARGON2ID || made.memoryCost < memoryCost || made.timeCost < timeCost;
    },
  };
}

function rest(host: RestHost, restMs: number, then: () => void): void {
  const stop = host.every?.(Math.ceil(restMs), () => {
    stop?.();
    then();
  });
  if (stop === undefined) then();
}

const BUSY: AuthRefusal = { reason: 'busy', text: 'Too many people are signing in; try again in a moment.' };

/** A hash that no password has: the work for an unknown name is the work for a known one. */
function phcOfNobody(randomBytes: (length: number) => Uint8Array): string {
  const text = (length: number): string =>
    Buffer.from(randomBytes(length)).toString('base64').replace(/=+$/, '');
  const { memoryCost, timeCost, parallelism } = HASH_PARAMETERS;
  const parameters = `m=${memoryCost},t=${timeCost},p=${parallelism}`;
  return `$argon2id$v=19$${parameters}$${text(SALT_BYTES)}$${text(OUTPUT_BYTES)}`;
}

/** First come, first served; whoever finds no place to wait is sent away at once. */
function createQueue() {
  let running = false;
  const waiting: (() => void)[] = [];
  return {
    async enter(): Promise<boolean> {
      if (!running) {
        running = true;
        return true;
      }
      if (waiting.length >= HASHES_WAITING_MAX) return false;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
      return true;
    },
    /** The place goes to the next in line, so it stays taken unless nobody waits. */
    leave(): void {
      const next = waiting.shift();
      if (next === undefined) running = false;
      else next();
    },
  };
}
