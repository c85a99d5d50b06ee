import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIdentity, permits } from '#core/app-identity.ts';
import { DeskConfig } from '#core/config.ts';
import type { Actor, CallContext } from '#core/door.ts';
import type { Host, Secrets } from '#core/host.ts';
import { openJournal } from '#core/journal/open.ts';
import { signerOf } from '#core/journal/signer.ts';
import { Bug, present } from '#core/lib/assert.ts';
import { ok } from '#core/lib/result.ts';
import { EVERY_ACCOUNT } from '#core/model/scope.ts';
import { subjectOf } from '#core/router-persons.ts';
import type { RouterDeps } from '#core/router.ts';
import type { Role } from '#core/users/port.ts';
import { createHost } from '#main/host.ts';

const KEY = new Uint8Array(32).fill(7);

/** The persons of a fake desk: a dealer who works, another one, and two who administrate. */
export const FAKE_PERSONS = [
  { user: 'dealer-7', name: 'Asha Kulkarni', role: 'dealer' },
  { user: 'dealer-8', name: 'Vikram Rao', role: 'dealer' },
  { user: 'ravi', name: 'Ravi Menon', role: 'admin' },
] as const satisfies readonly { user: string; name: string; role: Role }[];
export type FakePerson = (typeof FAKE_PERSONS)[number]['user'];

export interface FakeIdentityOptions {
  readonly clockOffsetMs: number;
  readonly screen: string;
  /** As in the configuration of a desk. */
  readonly identity: Readonly<Record<string, unknown>>;
}

/** The real services of identity over a real journal of their own; what they guard is made up. */
export function startFakeIdentity({ clockOffsetMs, screen, identity: policy }: FakeIdentityOptions) {
  const data = mkdtempSync(join(tmpdir(), 'lifeboat-fake-'));
  const secrets = inMemory();
  const host = createHost({ data, screen, clockOffsetMs, secrets, reached: () => undefined });
  const config = configOf(policy);
  const opened = openJournal({
    path: join(data, 'desk.db'),
    desk: config.desk,
    build: 'fake',
    host,
    signer: signerOf(KEY),
    reserveBytes: 4096,
  });
  if (!opened.ok) throw new Bug(opened.refusal.text);
  const journal = opened.value;
  const identity = buildIdentity(
    {
      host,
      config,
      journal,
      keys: { token: KEY, sealing: KEY, telephone: null },
    },
    {
      accounts: { get: () => null, find: () => null, all: () => [], count: () => 0 },
      pauseRunsOf: () => undefined,
    },
  );
  const { users, sessions, auth, approvals } = identity;
  const replayed = journal.replay([
    users.projection,
    sessions.projection,
    auth.projection,
    approvals.projection,
  ]);
  if (!replayed.ok) throw new Bug(replayed.refusal.text);
  seat(journal);
  const stops = identity.start();
  return {
    host,
    journal,
    identity,
    deps: routerDeps(identity, host),
    /** What the cookie of a screen on which this person is signed in holds. */
    async signedIn(user: FakePerson): Promise<string> {
      const session = await sessions.port.open(user, { wire: 'http', address: '127.0.0.1' }, 'session');
      if (!session.ok) throw new Bug(session.refusal.text);
      return present(session.value.secret, 'a screen’s secret');
    },
    stop(): void {
      for (const stop of stops) stop();
      journal.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

type FakeJournal = Extract<ReturnType<typeof openJournal>, { ok: true }>['value'];

function seat(journal: FakeJournal): void {
  const nobody = { email: '', mobile: '', branch: 'PUNE-4' };
  const rights = {
    branch: 'PUNE-4',
    accounts: [],
    limits: { orderNotionalE4: null, exitNotionalE4: null },
    exchangeUsers: [],
    by: ['ravi'],
  };
  const kept = journal.append(
    FAKE_PERSONS.flatMap(({ user, name, role }) => [
      { kind: 'user-asked', v: 1, user, name, ...nobody } as const,
      { kind: 'user-approved', v: 1, user, role, ...rights } as const,
    ]),
  );
  if (!kept.ok) throw new Bug(kept.refusal.text);
}

/** The door as a desk has it, over accounts that everybody may see. */
function routerDeps(identity: ReturnType<typeof buildIdentity>, host: Host): RouterDeps {
  return {
    identify: (context) => identify(identity, context),
    permits,
    modeRefuses: () => null,
    scopeOf: () => EVERY_ACCOUNT,
    accountsOf: () => [],
    persons: ({ actor, action, call, input, atLeast }) => {
      const text = `${call} of a made-up book`;
      const asked = { action, call, subject: subjectOf(call, input), text, by: actor.by, branch: 'PUNE-4' };
      return identity.approvals.port.persons(atLeast === undefined ? asked : { ...asked, atLeast });
    },
    spend: (subject, persons) => identity.approvals.port.spend(subject, persons),
    touched: ({ session }) => {
      if (session !== null) identity.sessions.port.touch(session.id);
    },
    refused: () => undefined,
    newId: () => 'bug-1',
    logBug: (id, call, error) => host.log.error(error.message, { id, call }),
  };
}

const NOBODY: Actor = { by: 'nobody', role: 'nobody', user: null, session: null, key: null };

async function identify({ sessions, users }: ReturnType<typeof buildIdentity>, context: CallContext) {
  const credential = context.credential();
  if (credential === null || credential.kind === 'api-key') return ok(NOBODY);
  const found = await sessions.port.find(credential);
  if (!found.ok) return found;
  const user = present(users.port.active(found.value.user), 'the person of a session');
  return ok({ by: user.user, role: user.role, user, session: found.value, key: null });
}

function configOf(identity: Readonly<Record<string, unknown>>): DeskConfig {
  const nowhere = { host: '127.0.0.1', port: 9, senderCompId: 'US', targetCompId: 'THEM' };
  return DeskConfig.parse({
    desk: 'desk-1',
    identity,
    venues: [
      {
        venue: 'nse-fo',
        version: '4.4',
        orders: nowhere,
        trades: [{ exchange: 'NSE', segment: 'FO' }],
        ratePerSecond: 10,
      },
    ],
  });
}

function inMemory(): Secrets {
  const kept = new Map<string, Uint8Array>();
  return {
    get: async (name) => kept.get(name) ?? null,
    set: async (name, value) => void kept.set(name, value),
    make: async (name, fresh) => {
      const value = kept.get(name) ?? fresh();
      kept.set(name, value);
      return value;
    },
    remove: async (name) => void kept.delete(name),
  };
}
