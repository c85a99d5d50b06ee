import type { Duplex } from 'node:stream';
import { ORPCError } from '@orpc/client';
import { WebSocket } from 'ws';
import { overHttp, type Hands } from '#tests/identity/wires.ts';
import { send } from '#tests/web-desk.ts';
import type { ScannedDesk } from './desk.ts';
import type { Secrets } from './scan.ts';

/** Another machine than that of the persons: what it gets wrong does not lock them out. */
const FROM = '127.0.0.7';
/** Forty characters of four, and three more: as long as what the desk makes. */
const made = (four: string): string => `${four.repeat(10)}abc`;

/** What people and programs get wrong: in the right field, in the wrong one, and where no call understands it. */
export async function slips(
  desk: ScannedDesk,
  secrets: Secrets,
  { user, password }: { readonly user: string; readonly password: string },
): Promise<void> {
  const typed = (name: string, value: string): string => secrets.text(name, value);
  const door = (hands: Hands = {}) => overHttp(desk, hands, 'rpc', FROM);
  const wrong = typed('a wrong password', 'six green kettles fell');
  await refused(door().auth.signIn({ user, password: wrong }));
  const name = typed('a password as a name', 'thirty-nine lamps burn');
  await refused(door().auth.signIn({ user: name, password: wrong }));
  const { ticket } = await door().auth.signIn({ user, password });
  typed('a ticket', ticket);
  const recoveryCode = typed('a wrong recovery code', 'zq7k2-m3n8x');
  await refused(door().auth.recover({ ticket, recoveryCode }));
  const key = typed('a wrong API key', `lb_abcd2345_${made('k3Yz')}`);
  await refused(door({ key }).positions.list({ openOnly: true }));
  const accessToken = typed('a token of nobody', `eyJhbGciOiJub25lIn0.eyJzdWIiOiJjaGllZiJ9.${made('c2ln')}`);
  await refused(door({ accessToken }).sessions.who());
  const cookie = `lifeboat_session_${desk.port}=${typed('a cookie of nobody', made('Zx9-'))}`;
  await refused(door({ cookie }).sessions.who());
  await refused(door().auth.refresh({ refreshToken: typed('a wrong refresh token', made('Qw8_')) }));
  await unreadable(desk, user, typed);
  await brokenFrame(desk, typed('a password in a broken frame', 'thirteen crows on a wire'));
}

/** Passwords in what no call can read. */
async function unreadable(
  { port }: ScannedDesk,
  user: string,
  typed: (name: string, value: string) => string,
): Promise<void> {
  const path = '/rpc/auth/signIn';
  const headers = { 'content-type': 'application/json' };
  const post = async (to: string, body: unknown, type = headers['content-type']): Promise<void> => {
    const { status } = await send(port, to, { from: FROM, headers: { 'content-type': type }, body });
    if (status < 400) throw new Error(`${to} was answered`);
  };
  await post(path, `{"json":{"user":"${user}","password":"${typed('in no JSON', 'nine brass doors creak')}"`);
  await post(path, { json: { user, password: [typed('of the wrong type', 'eleven paper boats sink')] } });
  await post('/api/auth/signIn', typed('as plain text', 'forty wet umbrellas drip'), 'text/plain');
  await post(`${path}?password=${typed('in an address', 'twelve-tin-roofs-rattle')}`, {});
}

/** A socket that says a password in what is no WebSocket frame: the desk logs that it failed. */
async function brokenFrame({ port, url }: ScannedDesk, password: string): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { origin: url });
  const raw = await new Promise<Duplex>((resolve, reject) => {
    socket.once('upgrade', ({ socket: under }) => socket.once('open', () => resolve(under)));
    socket.once('error', reject);
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  raw.write(password);
  await closed;
}

/** The desk says no, in whatever words. */
export async function refused(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ORPCError) return;
    throw error;
  }
  throw new Error('this was to be refused');
}
