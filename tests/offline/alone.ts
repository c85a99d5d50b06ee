/**
 * Identity's main path, for a network namespace of its own with nothing but loopback: prints a line for each thing that
 * was done, and ends with 0 when all were.
 */
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { assert, present } from '#core/lib/assert.ts';
import { agreed, isRefused } from '#drill/world/seats.ts';
import type { FrontDoor } from '#drill/world/front-door.ts';
import { authenticator } from '#tests/browser/identity-desk.ts';
import { overHttp, type Hands } from '#tests/identity/wires.ts';
import { openBrowser } from '#tests/secret-scan/browser.ts';
import { startScannedDesk } from '#tests/secret-scan/desk.ts';
import { Secrets } from '#tests/secret-scan/scan.ts';
import { Story } from '#tests/secret-scan/story.ts';

/** RFC 5737: nobody's address, which every network that leads anywhere has a way to. */
const NOBODYS = '192.0.2.1';
const PASSWORD = 'seven green kettles fall';

const done = (what: string): void => void process.stdout.write(`${what}\n`);

/** Why there is no way to the address; the code of the system. */
function way(host: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: 443, timeout: 2_000 });
    const end = (how: string): void => {
      socket.destroy();
      resolve(how);
    };
    socket.once('connect', () => end('connected'));
    socket.once('timeout', () => end('timeout'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'error'));
  });
}

assert((await way(NOBODYS)) === 'ENETUNREACH', 'the system knows no way to any address');
assert(Object.keys(networkInterfaces()).join() === 'lo', 'there is loopback and nothing else');
done('no way out');

const desk = await startScannedDesk('a passphrase of an offline desk');
const context = await openBrowser(join(desk.folder, 'browser'));
try {
  const story = new Story(desk, new Secrets());
  await story.throughTheScreens(context);
  done('through the screens: first run, enrolment, sign-out, password and recovery code');
  const chief = await story.adminByTokens();
  done('tokens for a recovery code');

  const nila = await enteredAs('nila', 'admin', (approve) => approve());
  done('asked for, let in and enrolled over HTTP');
  await nila.door.sessions.end();
  const step = await nila.door.auth.signIn({ user: 'nila', password: PASSWORD });
  assert(step.step === 'second-factor', 'nila has a second factor');
  await nila.door.auth.secondFactor({ ticket: step.ticket, code: await nila.code() });
  done('signed in with TOTP');

  await nila.door.sessions.lock();
  const locked = await reasonOf(nila.door.users.me());
  assert(locked === 'session-locked', `a locked session is told so, not ${locked}`);
  await nila.door.auth.unlock({ code: await nila.code() });
  assert((await nila.door.users.me()).user === 'nila', 'the session is open again');
  done('locked and unlocked');

  let askedFirst = false;
  await enteredAs('asha', 'dealer', async (approve) => {
    await agreed(async () => {
      try {
        return await approve();
      } catch (error) {
        askedFirst ||= isRefused(error, 'second-person-needed');
        throw error;
      }
    }, nila.door);
  });
  assert(askedFirst, 'two admins are needed as soon as there are two');
  done('approved by two persons in two sessions');

  /** A person who asks for an account, is let in by the first admin, and enrols. */
  async function enteredAs(
    user: string,
    role: 'admin' | 'dealer',
    approving: (approve: () => Promise<unknown>) => Promise<unknown>,
  ): Promise<{ readonly door: FrontDoor; readonly code: () => Promise<string> }> {
    const hands: Hands = {};
    const door = overHttp(desk, hands);
    await door.auth.register({ user, name: `Person of ${user}`, branch: 'PUNE', password: PASSWORD });
    await approving(() => chief.users.approve({ user, role, branch: 'PUNE' }));
    const { ticket } = await door.auth.signIn({ user, password: PASSWORD });
    const code = authenticator((await door.auth.enrol({ ticket })).secret);
    await door.auth.confirmEnrolment({ ticket, code: await code() });
    present(hands.cookie, 'a cookie');
    return { door, code };
  }
} finally {
  await context.close();
  await desk.stop();
  desk.remove();
}

async function reasonOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    const { data } = error as { readonly data?: { readonly reason?: string } };
    return data?.reason ?? String(error);
  }
}
