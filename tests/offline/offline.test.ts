import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { run } from '#tests/identity/wires.ts';

const SCRIPT = fileURLToPath(new URL('alone.ts', import.meta.url));
/** A namespace without a network; who is not root is made root in there, to take loopback up. */
const NAMESPACE = process.getuid?.() === 0 ? ['--net'] : ['--net', '--map-root-user'];
const CUT_OFF = [...NAMESPACE, 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

/** Why this system makes no such namespace, in one line; null when it does. */
function whyNot(): string | null {
  const { status, error, stderr } = spawnSync('unshare', [...CUT_OFF, 'true'], { encoding: 'utf8' });
  return status === 0 ? null : `no network namespace can be made here: ${error?.message ?? stderr.trim()}`;
}

it('persons come, enrol, sign in, recover, lock, unlock and agree with the network cut off', async () => {
  expect(whyNot()).toBeNull();
  const ran = await run('unshare', [...CUT_OFF, process.execPath, SCRIPT]);
  expect(ran).toMatchObject({ status: 0 });
  expect(ran.output.trim().split('\n')).toEqual([
    'no way out',
    'through the screens: first run, enrolment, sign-out, password and recovery code',
    'tokens for a recovery code',
    'asked for, let in and enrolled over HTTP',
    'signed in with TOTP',
    'locked and unlocked',
    'approved by two persons in two sessions',
  ]);
});
