import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { ApprovalFact } from '#core/approvals/events.ts';
import type { Actor } from '#core/door.ts';
import type { JournalFile } from '#core/journal/journal.ts';
import { openJournal } from '#core/journal/open.ts';
import type { JournalRefusal } from '#core/journal/port.ts';
import { scratchOptions } from '#core/journal/stage.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Session } from '#core/sessions/port.ts';
import type { Role, User } from '#core/users/port.ts';
import { approvalText, truncated } from './domain-headquarters.ts';
import type { Requirement } from './port.ts';
import { createApprovals } from './service.ts';

const START_MS = 1_795_000_000_000;
export const PLAN = 'a'.repeat(64);
export const CHANGED_PLAN = 'b'.repeat(64);
const TELEPHONE = new Uint8Array(32).fill(9);
const ORIGIN = { wire: 'http', address: '10.0.0.5' } as const;

function person(user: string, role: Role, branch: string): User {
  const limits = { orderNotionalE4: null, exitNotionalE4: null };
  return {
    user,
    name: user.toUpperCase(),
    email: '',
    mobile: '',
    role,
    branch,
    limits,
    accounts: [],
    exchangeUsers: [],
    status: 'active',
    source: { kind: 'desk' },
  };
}

export const PEOPLE = [
  person('asha', 'dealer', 'B1'),
  person('ravi', 'dealer', 'B1'),
  person('meera', 'dealer', 'B2'),
  person('head', 'admin', 'HO'),
];

interface Stage {
  nowMs: number;
  readonly disabled: Set<string>;
  readonly folder: string;
  policy: Requirement;
  /** The journal takes nothing from now on. */
  full: boolean;
  journal: JournalFile;
  service: ReturnType<typeof createApprovals>;
}

const headquarters = generateKeyPairSync('ed25519');
const KEY_HEX = headquarters.publicKey.export({ format: 'der', type: 'spki' }).toString('hex');

function open(stage: Omit<Stage, 'journal' | 'service'>, keys: 'keys' | 'no-keys'): Stage {
  const opened = openJournal(scratchOptions(stage.folder));
  if (!opened.ok) throw new Error(opened.refusal.text);
  const journal = opened.value;
  const made: Stage = Object.assign(stage, { journal, service: undefined as never });
  const refusal: JournalRefusal = { reason: 'journal-not-writable', text: 'disk full' };
  made.service = createApprovals({
    journal: {
      desk: journal.desk,
      append: (facts) => (made.full ? refuse(refusal) : journal.append(facts)),
    },
    host: { now: () => made.nowMs, randomBytes: (length) => randomBytes(length) },
    needs: () => made.policy,
    users: {
      active: (name) => (made.disabled.has(name) ? null : (PEOPLE.find(({ user }) => user === name) ?? null)),
    },
    may: (_user, permission) => permission === 'approvals.give',
    proveBoth: (user, password, code) =>
      Promise.resolve(
        password === `password of ${user}` && code === '123456'
          ? ok(null)
          : refuse({ reason: user === 'locked' ? 'locked-out' : 'not-let-in', text: 'not let in' }),
      ),
    headquartersKey: keys === 'keys' ? KEY_HEX : null,
    telephoneKey: keys === 'keys' ? TELEPHONE : null,
  });
  const replayed = journal.replay([made.service.projection]);
  if (!replayed.ok) throw new Error(replayed.refusal.text);
  return made;
}

export function stageOf(policy: Requirement = 'two', keys: 'keys' | 'no-keys' = 'keys'): Stage {
  const folder = scratchFolder().path;
  const stage = open({ nowMs: START_MS, disabled: new Set(), folder, policy, full: false }, keys);
  onTestFinished(() => {
    stage.journal.close();
  });
  return stage;
}

export function restart(stage: Stage): void {
  stage.journal.close();
  open(stage, 'keys');
}

export const exitOf = (subject: string, by = 'asha') =>
  ({ action: 'exit', call: 'squareOff.start', subject, text: 'exit all', by, branch: 'B1' }) as const;

const session: Session = {
  id: 's1',
  user: 'x',
  origin: ORIGIN,
  openedAtMs: 0,
  expiresAtMs: 1,
  lastActiveAtMs: 0,
  lockedAtMs: null,
  carriedAs: 'session',
};

export function as(user: string) {
  const found = PEOPLE.find((one) => one.user === user) ?? null;
  const role: Actor['role'] = found?.role ?? 'nobody';
  return { by: user, actor: { role, user: found, session }, origin: ORIGIN };
}

export function facts({ journal }: Stage): ApprovalFact[] {
  return journal
    .read(0, 10_000)
    .map(({ fact }) => fact)
    .filter((fact): fact is ApprovalFact => fact.kind.startsWith('approval-'));
}

export const kinds = (stage: Stage): string[] =>
  facts(stage).map(({ kind }) => kind.replace('approval-', ''));
export const why = (result: {
  readonly ok: boolean;
  readonly refusal?: { readonly reason: string };
}): string => (result.ok ? 'ok' : (result.refusal?.reason ?? ''));

/** The one that was asked for last. */
export function asked(stage: Stage) {
  const [last] = stage.service.handlers.list({}, as('head')).approvals;
  if (last === undefined) throw new Error('nothing was asked');
  return last;
}

export function signed(subject: string, key: KeyObject = headquarters.privateKey): string {
  return sign(null, Buffer.from(approvalText(subject)), key).toString('base64url');
}

export function spoken(subject: string): string {
  return truncated(createHmac('sha256', TELEPHONE).update(approvalText(subject)).digest());
}
