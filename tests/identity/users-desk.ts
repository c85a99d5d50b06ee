import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { AuthRefusal } from '#core/auth/port.ts';
import type { Entry, Fact } from '#core/events.ts';
import { openScratch, scratchOptions } from '#core/journal/stage.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { canonical, plainCode, signedText } from '#core/users/domain-set.ts';
import type { User } from '#core/users/port.ts';
import { createUsers } from '#core/users/service.ts';

/** 2026-11-18, 10:36 IST. */
export const NOW = 1_795_000_000_000;
export const DAY = 86_400_000;
export const PASSWORD = 'the password of everybody';
const WEAK = 'weak';

/** The users service over a real journal; what it does to its neighbours is noted. */
export function usersDesk(folder: string, headquartersKey: string | null, deskGroup = 'west') {
  const noted: string[] = [];
  const passwords = new Map<string, string>();
  const facts: Fact[] = [];
  let nowMs = NOW;
  const refused = (reason: AuthRefusal['reason']): Result<null, AuthRefusal> =>
    refuse({ reason, text: reason });
  const users = createUsers({
    journal: {
      append: (...given) => file.append(...given),
      get reader() {
        return file.reader;
      },
    },
    now: () => nowMs,
    desk: 'D1',
    deskGroup,
    headquartersKey,
    provePassword: async (user, password, address) => {
      noted.push(`proof of ${user} from ${address}`);
      return password === PASSWORD ? ok(null) : refused('wrong-proof');
    },
    setPassword: async (user, password) => {
      if (password === WEAK) return refused('password-too-weak');
      passwords.set(user, password);
      return ok(null);
    },
    endSessions: (user, why, by) => noted.push(`sessions of ${user} ended: ${why} by ${by}`),
    pauseRunsOf: (user, why) => noted.push(`runs of ${user} paused: ${why}`),
  });
  const file = openScratch(scratchOptions(folder), (entry: Entry) => {
    facts.push(entry.fact);
    users.projection.memory(entry);
  });
  return {
    ...users,
    file,
    facts,
    passwords,
    /** What neighbours were told since the last question. */
    told: (): string[] => noted.splice(0),
    at: (ms: number): void => {
      nowMs = ms;
    },
    statuses: (): Record<string, string> =>
      Object.fromEntries([...users.port.all()].map((one) => [one.user, one.status])),
  };
}
export type UsersDesk = ReturnType<typeof usersDesk>;

/** The context of a call, as the door gives it. */
export function as(by: string, user: User | null = null, second?: string) {
  return {
    by,
    persons: second === undefined ? [by] : [by, second],
    actor: { by, role: 'admin', user, session: null, key: null },
    origin: { wire: 'http', address: '10.0.0.7' },
  } as const;
}

/** Lets the first admin in: `chief`. */
export function withChief(desk: UsersDesk): UsersDesk {
  const first = desk.firstAdmin('chief', 'The Chief');
  if (!first.ok || !desk.file.append(first.value).ok) throw new Error('no first admin');
  return desk;
}

/** A headquarters of its own: signs what it is told. */
export function headquarters() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signed = (line: string): string =>
    signedText(line, sign(null, Buffer.from(line), privateKey).toString('base64url'));
  return {
    key: publicKey.export({ type: 'spki', format: 'der' }).toString('hex'),
    signLine: signed,
    sign: (value: unknown): string => signed(canonical(value)),
  };
}

const codeHash = (code: string): string => createHash('sha256').update(plainCode(code)).digest('hex');

/** What headquarters says in a set; `codes` are the enrolment codes of some of its persons. */
export function staff(issue: number, names: readonly string[], codes: Readonly<Record<string, string>> = {}) {
  return {
    kind: 'lifeboat-user-set',
    v: 1,
    set: 'west-staff',
    group: 'west',
    issue,
    issuedAtMs: NOW - DAY,
    validUntilMs: NOW + 30 * DAY,
    users: names.map((user) => ({
      user,
      name: `Person ${user}`,
      email: '',
      mobile: '',
      role: 'dealer',
      branch: 'MUM1',
      accounts: [],
      limits: { orderNotionalE4: null, exitNotionalE4: null },
      exchangeUsers: [],
      enrolmentCodeHash: codes[user] === undefined ? null : codeHash(codes[user]),
    })),
  };
}
