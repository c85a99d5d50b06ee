import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { assert } from '#core/lib/assert.ts';
import { generateSync } from 'otplib';

const ROOT = join(import.meta.dirname, '..', '..');
/** The address that start prints while nobody may sign in. */
const ADDRESS =
  /^Screen \(this address makes the first admin, once\): (http:\/\/127\.0\.0\.1:\d+\/\?setup=\S+)$/;
/** Where nobody listens: these tests are about persons, not about an exchange. */
const NOWHERE = { host: '127.0.0.1', port: 9, senderCompId: 'US', targetCompId: 'THEM' };

/** A desk as it is configured for real exchanges, on its first run: nobody may sign in yet. */
export async function startNewDesk(identity: Readonly<Record<string, unknown>> = {}) {
  const data = mkdtempSync(join(tmpdir(), 'lifeboat-identity-'));
  const venue = {
    venue: 'nse-fo',
    version: '4.4',
    orders: NOWHERE,
    trades: [{ exchange: 'NSE', segment: 'FO' }],
    ratePerSecond: 10,
  };
  writeFileSync(join(data, 'desk.json'), JSON.stringify({ desk: 'B7', venues: [venue], identity }));
  const child = spawn(process.execPath, [join(ROOT, 'main', 'node.ts'), '--no-open'], {
    cwd: ROOT,
    env: { ...process.env, LIFEBOAT_DATA: data, LIFEBOAT_PASSPHRASE_FD: '3' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const { stdout, stderr } = child;
  const passphrase = child.stdio[3];
  assert(stdout !== null && stderr !== null && passphrase instanceof Writable, 'its streams are pipes');
  passphrase.end('a passphrase of a test desk\n');
  const said: string[] = [];
  stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: stdout }).on('line', (line) => {
      said.push(line);
      const found = ADDRESS.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) =>
      reject(new Error(`the desk ended with ${code ?? 'a signal'}:\n${said.join('\n')}`)),
    );
  });
  return {
    /** With the setup code. */
    address,
    origin: new URL(address).origin,
    async stop(): Promise<void> {
      child.kill('SIGINT');
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

const STEP_MS = 30_000;
/** So late in a step, a code of the step before would arrive too late. */
const LATE_MS = 5_000;

/** An authenticator app: no code twice. The desk takes the code of one step before and after its own. */
export function authenticator(secret: string) {
  let last = 0;
  return async (): Promise<string> => {
    // One step behind where that is safe, so that two more codes can be used at once.
    const behind = Date.now() % STEP_MS < STEP_MS - LATE_MS ? 1 : 0;
    last = Math.max(last + 1, Math.floor(Date.now() / STEP_MS) - behind);
    const waitMs = (last - 1) * STEP_MS - Date.now();
    if (waitMs > 0) await sleep(waitMs);
    return generateSync({ secret, epoch: (last * STEP_MS) / 1000 });
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
