import type { EventEmitter } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import type { BrowserWindow } from 'electron';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { READY_CHANNEL } from '#native-bridge/channel.ts';
import type { FrontDoor } from '#drill/world/front-door.ts';
import { withStaff } from './people.ts';
import { ACCOUNTS_OF, IDLE_LOCK_MS, openStage, ofKind, type Stage } from './stage.ts';
import { overHttp, portWireOf, WIRES, type Client, type Hands } from './wires.ts';

/** Electron as far as a port needs it: a page that is ready tells the main process, which posts it a port. */
const electron = vi.hoisted(() => ({ ipcMain: null as EventEmitter | null }));
vi.mock('electron', async () => {
  const [events, threads] = await Promise.all([import('node:events'), import('node:worker_threads')]);
  electron.ipcMain = new events.EventEmitter();
  return { ipcMain: electron.ipcMain, MessageChannelMain: threads.MessageChannel };
});
const { servePort } = await import('#native-bridge/port-server.ts');

const PAGE = 'lifeboat://desk/index.html';

/** The port of a page in a window of its own. */
function pageOf(stage: Stage) {
  const posted: MessagePort[] = [];
  const postMessage = (_channel: string, _message: unknown, ports: MessagePort[]) => posted.push(...ports);
  const webContents = { postMessage };
  const end = servePort({ webContents } as unknown as BrowserWindow, PAGE, { router: stage.app.router });
  electron.ipcMain?.emit(READY_CHANNEL, { sender: webContents, senderFrame: { url: PAGE, parent: null } });
  const [port] = posted;
  if (port === undefined) throw new Error('the page got no port');
  const close = (): void => {
    end();
    port.close();
  };
  return { port, close };
}

const wires = [...WIRES, portWireOf(pageOf)];
/** One fresh person for each wire. */
const NAMES = ['browser', 'program', 'socket', 'command', 'window'] as const;
const cases = wires.map((wire, index) => ({ ...wire, user: NAMES[index] ?? 'browser' }));
const refused = (reason: string) => ({ data: { reason } });

let stage: Stage;
let staff: Awaited<ReturnType<typeof withStaff<(typeof NAMES)[number]>>>;
/** With a cookie, so that a restart of the desk does not matter to him. */
let admin: FrontDoor;
beforeAll(async () => {
  stage = await openStage();
  staff = await withStaff(stage, NAMES);
  admin = overHttp(stage, {}, 'rpc', '127.0.0.9');
  await staff.ravi.enter(admin);
});
afterAll(() => stage.close());

/** `answered`, or the name of the refusal. */
const outcome = ({ calls }: Client): Promise<string> =>
  calls.positions.list({}).then(
    () => 'answered',
    (error: { readonly data: { readonly reason: string } }) => error.data.reason,
  );

const sessionsOf = async (user: string) =>
  (await admin.sessions.list()).sessions.filter((session) => session.user === user);

describe.each(cases)('$name', ({ user, kind, as, open }) => {
  /** What a revoked credential meets: of a cookie the desk remembers nothing, a token says whose it was. */
  const over = as === 'session' ? 'no-session' : 'session-ended';
  let client: Client;
  /** Credentials of before the revocation. */
  let stolen: readonly Client[] = [];
  beforeAll(async () => {
    client = await open(stage);
  });
  afterAll(() => client.close());

  it('is refused without a session', async () => {
    const seq = await stage.head();
    await expect(client.calls.positions.list({})).rejects.toMatchObject(refused('no-session'));
    expect(ofKind(await stage.factsSince(seq), 'call-refused')).toMatchObject([
      { call: 'positions.list', by: 'nobody', wire: kind, reason: 'no-session' },
    ]);
  });

  it('signs in a first time by enrolling', async () => {
    await client.enter(staff[user]);
    expect(await client.calls.sessions.who()).toMatchObject({ by: user, role: 'dealer', locked: false });
    expect((await sessionsOf(user)).at(-1)).toMatchObject({ wire: kind, carriedAs: as, own: false });
  });

  it('works, and sees its own clients only', async () => {
    const { rows } = await client.calls.positions.list({});
    const all = await stage.program().positions.list({});
    expect(new Set(rows.map(({ account }) => account))).toEqual(new Set(ACCOUNTS_OF.asha));
    expect(all.rows.length).toBeGreaterThan(rows.length);
  });

  it('locks, is refused while locked, and is unlocked by a code', async () => {
    await client.calls.sessions.lock();
    await expect(client.calls.positions.list({})).rejects.toMatchObject(refused('session-locked'));
    expect(await client.calls.sessions.who()).toMatchObject({ by: user, locked: true });
    const used = staff[user].lastCode();
    await expect(client.calls.auth.unlock({ code: used })).rejects.toMatchObject(refused('code-used'));
    await expect(client.calls.positions.list({})).rejects.toMatchObject(refused('session-locked'));
    expect(await client.calls.auth.unlock({ code: staff[user].code() })).toEqual({ unlocked: true });
    expect((await client.calls.positions.list({})).rows).not.toEqual([]);
  });

  it('is revoked by an admin, and refused by name', async () => {
    stolen = client.stolen === null ? [] : [client.stolen()];
    expect((await admin.sessions.revokeAll({ user })).ended).toBeGreaterThan(0);
    await expect(client.calls.positions.list({})).rejects.toMatchObject(refused(over));
    await expect(client.calls.auth.unlock({ code: staff[user].code() })).rejects.toMatchObject(refused(over));
  });

  it('signs in again, and what survives a restart of the desk is the live session alone', async () => {
    await client.enter(staff[user]);
    const [live] = await sessionsOf(user);
    await stage.restart();
    expect(await sessionsOf(user)).toEqual([live]);
    expect(await Promise.all(stolen.map(outcome))).toEqual(stolen.map(() => over));
    // What is bound to a socket or a port goes with it: a fresh one starts as a stranger.
    const outlives = kind === 'http';
    if (!outlives) {
      await client.close();
      client = await open(stage);
    }
    expect(await outcome(client)).toBe(outlives ? 'answered' : 'no-session');
    if (!outlives) await client.enter(staff[user]);
    expect(await client.calls.sessions.who()).toMatchObject({ by: user, locked: false });
  });

  it('lets go of the session at sign-out', async () => {
    expect(await client.calls.sessions.end()).toEqual({ ended: true });
    await expect(client.calls.positions.list({})).rejects.toMatchObject(refused(over));
  });
});

describe('a desk that nobody touches for long', () => {
  it('covers each screen, and stops no program', async () => {
    const screens = cases.filter(({ as }) => as === 'session');
    const clients: Client[] = [];
    for (const { open, user } of screens) {
      const client = await open(stage);
      clients.push(client);
      await client.enter(staff[user]);
    }
    const hands: Hands = {};
    const program = overHttp(stage, hands, 'api');
    Object.assign(hands, (await staff.program.enter(program, 'tokens')).tokens);
    stage.pass(IDLE_LOCK_MS + 1);
    for (const { calls } of clients)
      await expect(calls.positions.list({})).rejects.toMatchObject(refused('session-locked'));
    await expect(program.positions.list({})).rejects.toMatchObject(refused('token-expired'));
    Object.assign(hands, await program.auth.refresh({ refreshToken: hands.refreshToken ?? '' }));
    expect((await program.positions.list({})).rows).not.toEqual([]);
    for (const client of clients) await client.close();
  });
});
