import { createRouterClient } from '@orpc/server';
import { parse } from 'csv-parse/sync';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { permits, scopeOf } from '#core/app-identity.ts';
import type { Account } from '#core/accounts/port.ts';
import { contract } from '#core/contract.ts';
import type { Actor, CallContext } from '#core/door.ts';
import { ok, refuse } from '#core/lib/result.ts';
import { AccountId } from '#core/model/ids.ts';
import { DEFAULT_CALENDAR } from '#core/model/calendar.ts';
import { createDoor, type Door } from '#core/router.ts';
import { callsOf } from '#core/router-calls.ts';
import type { Role, User } from '#core/users/port.ts';

/** The hand-written table: what each call needs, and what each role may do with its own accounts and with others'. */
const Row = [
  'call',
  'permission',
  'accounts',
  'second person',
  'mode must allow',
  'dealer',
  'branch',
  'admin',
  'example',
] as const;
type Row = Readonly<Record<(typeof Row)[number], string>>;
const table = parse(readFileSync(join(import.meta.dirname, '../../docs/permissions.csv')), {
  columns: true,
}) as Row[];

const account = (name: string, branch: string, dealers: string[]): Account => ({
  account: AccountId.parse(name),
  name,
  type: 'CLI',
  participant: '',
  panLast4: '0000',
  mobileLast4: '',
  segments: ['FO'],
  status: 'active',
  branch,
  dealers,
});
/** OWN is asha's and of her branch; OTHER is another branch's. */
const ACCOUNTS = new Map(
  [account('OWN', 'HO', ['asha']), account('OTHER', 'PUNE', ['kiran'])].map((one) => [
    String(one.account),
    one,
  ]),
);
const accounts = {
  get: (name: string) => ACCOUNTS.get(name) ?? null,
  find: (name: string) => ACCOUNTS.get(name) ?? null,
  all: () => ACCOUNTS.values(),
  count: () => ACCOUNTS.size,
};

const person = (role: Role): User => ({
  user: role === 'dealer' ? 'asha' : `${role}-1`,
  name: role,
  email: '',
  mobile: '',
  role,
  branch: 'HO',
  accounts: [],
  limits: { orderNotionalE4: null, exitNotionalE4: null },
  exchangeUsers: [],
  status: 'active',
  source: { kind: 'desk' },
});
const actorOf = (role: Role): Actor => {
  const user = person(role);
  return { by: user.user, role, user, session: null, key: null };
};

const EVIDENCE = { authority: 'rms-decision', reference: 'RMS 41', channel: 'mail', instructedAtMs: 1 };
const VENUE = {
  venue: 'nse-fo',
  version: '4.4',
  trades: [{ exchange: 'NSE', segment: 'FO' }],
  ratePerSecond: 10,
  orders: { host: '127.0.0.1', port: 9000, senderCompId: 'A', targetCompId: 'B' },
};

/** The call's example, about `whose` account. Names of orders, runs and plans end in the account that they are of. */
function inputOf(row: Row, whose: string): unknown {
  if (row.example === '') return undefined;
  const filled = row.example
    .replaceAll('EVIDENCE', JSON.stringify(EVIDENCE))
    .replaceAll('CALENDAR', JSON.stringify(DEFAULT_CALENDAR))
    .replaceAll('[VENUE]', JSON.stringify([VENUE]))
    .replaceAll('"ACCOUNT"', `"${whose}"`)
    .replaceAll(/"(ORDER|RUN|PLAN|FOREIGN)"/g, `"$1-${whose}"`);
  return JSON.parse(filled);
}

/** The real door with the real rules; behind it, handlers that say how far a call came and whose accounts it saw. */
function doorOf(actor: Actor): Door {
  const reached = (_input: unknown, { scope }: { scope: { has: (name: string) => boolean } }) =>
    refuse({ reason: 'reached', text: ['OWN', 'OTHER'].filter((name) => scope.has(name)).join(' ') });
  const handlersOf = (calls: object): object =>
    Object.fromEntries(
      Object.entries(calls).map(([name, call]) => [
        name,
        '~orpc' in (call as object) ? reached : handlersOf(call as object),
      ]),
    );
  const named = (name: string): string => name.slice(name.indexOf('-') + 1);
  return createDoor(contract, handlersOf(contract) as never, {
    identify: async () => ok(actor),
    permits,
    scopeOf: (who) => scopeOf(who, accounts, () => true),
    modeRefuses: () => null,
    accountsOf: ({ accounts: own = [], orders = [], exchangeOrders = [], runs = [], plans = [] }) => [
      ...own,
      ...[...orders, ...exchangeOrders, ...runs, ...plans].map(named),
    ],
    persons: () => ok([actor.by]),
    spend: () => undefined,
    touched: () => undefined,
    refused: () => undefined,
    newId: () => 'bug',
    logBug: (_id, call, error) => {
      throw new Error(`${call}: ${error.message}`);
    },
  }) as Door;
}

const context: CallContext = {
  origin: { wire: 'http', address: '127.0.0.1' },
  credential: () => null,
  carry: () => undefined,
};

/** `reached OWN`, `reached OWN OTHER`, `permission-missing`, `not-your-account`. */
async function outcome(role: Role, row: Row, whose: string): Promise<string> {
  let call: unknown = createRouterClient(doorOf(actorOf(role)), { context });
  for (const name of row.call.split('.')) call = (call as Record<string, unknown>)[name];
  try {
    await (call as (input: unknown) => Promise<unknown>)(inputOf(row, whose));
    return 'answered';
  } catch (error) {
    const { data, message } = error as { data?: { reason: string; text: string }; message: string };
    if (data === undefined) return message;
    return data.reason === 'reached' ? `reached ${data.text}` : data.reason;
  }
}

/** What a word of the table means for an own and for another's account. */
const MEANING: Readonly<Record<string, (accounts: string) => readonly [string, string]>> = {
  no: () => ['permission-missing', 'permission-missing'],
  yes: () => ['reached', 'reached'],
  own: (how) => (how === 'named' ? ['reached OWN', 'not-your-account'] : ['reached OWN', 'reached OWN']),
  all: () => ['reached OWN OTHER', 'reached OWN OTHER'],
};

describe('docs/permissions.csv', () => {
  it('has a row for each call, and each row says what the call states', () => {
    const stated = [...callsOf(contract)].map(([call, { permission, accounts: check, action, doing }]) => [
      call,
      permission,
      typeof check === 'function' ? 'named' : check,
      action ?? '',
      doing ?? '',
    ]);
    const said = table.map((row) => [
      row.call,
      row.permission,
      row.accounts,
      row['second person'],
      row['mode must allow'],
    ]);
    expect(said).toEqual(stated);
  });

  describe.each(table)('$call', (row) => {
    it.each(['dealer', 'branch', 'admin'] as const)('%s', async (role) => {
      const [own, other] = MEANING[row[role]]?.(row.accounts) ?? ['no such word', ''];
      expect([await outcome(role, row, 'OWN'), await outcome(role, row, 'OTHER')]).toEqual([
        expect.stringMatching(new RegExp(`^${own}`)),
        expect.stringMatching(new RegExp(`^${other}`)),
      ]);
    });
  });

  it('leaves to a dealer of whom a client is only what is at home at this desk; an admin sees all', () => {
    const scopes = (['dealer', 'branch', 'admin'] as const).map((role) =>
      scopeOf(actorOf(role), accounts, (name) => name !== 'OWN').has('OWN'),
    );
    expect(scopes).toEqual([false, false, true]);
  });

  it('gives a stranger nothing but the public calls', async () => {
    const nobody: Actor = { by: 'nobody', role: 'nobody', user: null, session: null, key: null };
    const client = doorOf(nobody);
    for (const row of table) {
      let call: unknown = createRouterClient(client, { context });
      for (const name of row.call.split('.')) call = (call as Record<string, unknown>)[name];
      const asked = (call as (input: unknown) => Promise<unknown>)(inputOf(row, 'OWN'));
      const reason = row.permission === 'public' ? 'reached' : 'no-session';
      await expect(asked).rejects.toMatchObject({ data: { reason } });
    }
  });
});
