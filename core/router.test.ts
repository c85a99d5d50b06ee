import { createRouterClient } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Actor, CallContext } from './door.ts';
import { oc, touches } from './lib/procedure.ts';
import { ok, refuse } from './lib/result.ts';
import { createDoor } from './router.ts';
import { subjectOf } from './router-persons.ts';

const Row = z.object({ account: z.string() });
const calls = {
  close: oc
    .meta({
      permission: 'rows.close',
      accounts: touches((row: { account: string }) => ({ accounts: [row.account] })),
      action: 'exit',
    })
    .input(Row)
    .output(z.object({ by: z.array(z.string()) })),
  import: oc.meta({ permission: 'rows.import', doing: 'import', accounts: 'none' }).output(z.null()),
  look: oc.meta({ permission: 'rows.read', accounts: 'none' }).output(z.null()),
  unlock: oc.meta({ permission: 'rows.unlock', accounts: 'none', whenLocked: true }).output(z.null()),
};

const context: CallContext = {
  origin: { wire: 'http', address: '127.0.0.1' },
  credential: () => null,
  carry: () => undefined,
};

interface Options {
  readonly two?: boolean;
  readonly locked?: boolean;
  readonly gate?: Promise<void>;
  readonly atLeast?: number;
  /** What the mode of the desk says to everything that a mode may refuse. */
  readonly refuses?: { readonly reason: string; readonly text: string };
}

/** A door whose policy asks for two persons when `two`; asha's accounts are those that begin with A. */
function world(options: Options = {}) {
  const said: string[] = [];
  const agreed = new Set<string>();
  const session = {
    id: 'S1',
    user: 'asha',
    origin: context.origin,
    openedAtMs: 0,
    expiresAtMs: 1,
    lastActiveAtMs: 0,
    lockedAtMs: options.locked === true ? 5 : null,
    carriedAs: 'session',
  } as const;
  const actor: Actor = { by: 'asha', role: 'dealer', user: null, session, key: null };
  const door = createDoor(
    calls,
    {
      close: async (_row, { persons }) => {
        await options.gate;
        said.push(`closed by ${persons.join(' and ')}`);
        if (persons.length < (options.atLeast ?? 1))
          return refuse({ reason: 'second-person-needed', text: 'two' });
        return { by: [...persons] };
      },
      import: () => null,
      look: () => null,
      unlock: () => null,
    },
    {
      identify: async () => ok(actor),
      permits: (_actor, permission) => permission.startsWith('rows.'),
      modeRefuses: () => options.refuses ?? null,
      scopeOf: () => ({ all: false, has: (account) => account.startsWith('A') }),
      accountsOf: ({ accounts = [] }) => accounts,
      persons: ({ call, input, atLeast = 1 }) => {
        const subject = subjectOf(call, input);
        if (options.two !== true && atLeast < 2) return ok(['asha']);
        return agreed.has(subject)
          ? ok(['asha', 'ravi'])
          : refuse({ reason: 'second-person-needed', text: 'a second person is asked' });
      },
      spend: (subject, persons) => {
        agreed.delete(subject);
        said.push(`spent by ${persons.join(' and ')}`);
      },
      touched: () => said.push('touched'),
      refused: (call, by, _context, reason) => said.push(`${by} ${call}: ${reason}`),
      newId: () => 'bug',
      logBug: (_id, call, error) => said.push(`bug in ${call}: ${error.message}`),
    },
  );
  const client = createRouterClient(door, { context });
  const reasonOf = async (asked: Promise<unknown>): Promise<unknown> =>
    asked.then(
      () => 'done',
      (error: { data?: { reason?: string } }) => error.data?.reason,
    );
  return { client, said, agreed, reasonOf };
}

describe('the door', () => {
  it("refuses another's account before the handler, and writes it down", async () => {
    const { client, said, reasonOf } = world();
    expect(await reasonOf(client.close({ account: 'B1' }))).toBe('not-your-account');
    expect(said).toEqual(['touched', 'asha close: not-your-account']);
  });

  it('refuses a locked screen all but what opens it', async () => {
    const { client, reasonOf } = world({ locked: true });
    expect([await reasonOf(client.look()), await reasonOf(client.unlock())]).toEqual([
      'session-locked',
      'done',
    ]);
  });

  it('refuses what the mode of the desk does not allow, and no other call', async () => {
    const { client, said, reasonOf } = world({ refuses: { reason: 'mode-refuses', text: 'not now' } });
    expect([
      await reasonOf(client.import()),
      await reasonOf(client.look()),
      await reasonOf(client.close({ account: 'A1' })),
    ]).toEqual(['mode-refuses', 'done', 'done']);
    expect(said).toEqual(['touched', 'closed by asha']);
  });

  it('takes reading for no sign of a person', async () => {
    const { client, said } = world();
    await client.look();
    expect(said).toEqual([]);
  });
});

describe('a call that policy gives to two persons', () => {
  it('is asked for, and done when the second agreed to this very input, once', async () => {
    const { client, said, agreed, reasonOf } = world({ two: true });
    expect(await reasonOf(client.close({ account: 'A1' }))).toBe('second-person-needed');
    agreed.add(subjectOf('close', { account: 'A1' }));
    expect(await reasonOf(client.close({ account: 'A2' }))).toBe('second-person-needed');
    expect(await client.close({ account: 'A1' })).toEqual({ by: ['asha', 'ravi'] });
    expect(await reasonOf(client.close({ account: 'A1' }))).toBe('second-person-needed');
    expect(said.filter((line) => line !== 'touched')).toEqual([
      'closed by asha and ravi',
      'spent by asha and ravi',
    ]);
  });

  it('is done once when it comes twice at the same moment', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const { client, agreed, said, reasonOf } = world({ two: true, gate });
    agreed.add(subjectOf('close', { account: 'A1' }));
    const both = [reasonOf(client.close({ account: 'A1' })), reasonOf(client.close({ account: 'A1' }))];
    await Promise.resolve();
    open();
    expect(new Set(await Promise.all(both))).toEqual(new Set(['already-running', 'done']));
    expect(said.filter((line) => line.startsWith('closed'))).toHaveLength(1);
  });

  it('is asked for when the service itself finds that one is not enough', async () => {
    const { client, agreed, said, reasonOf } = world({ atLeast: 2 });
    expect(await reasonOf(client.close({ account: 'A1' }))).toBe('second-person-needed');
    agreed.add(subjectOf('close', { account: 'A1' }));
    expect(await client.close({ account: 'A1' })).toEqual({ by: ['asha', 'ravi'] });
    expect(said.at(-1)).toBe('spent by asha and ravi');
  });

  it('binds every field, in whatever order they come', () => {
    const one = subjectOf('x', { a: 1, b: [{ c: 2n, d: null }] });
    expect(subjectOf('x', { b: [{ d: null, c: 2n }], a: 1 })).toBe(one);
    for (const other of [
      { a: 1, b: [{ c: 3n, d: null }] },
      { a: '1', b: [{ c: 2n, d: null }] },
    ]) {
      expect(subjectOf('x', other)).not.toBe(one);
    }
    expect(subjectOf('y', { a: 1, b: [{ c: 2n, d: null }] })).not.toBe(one);
  });
});
