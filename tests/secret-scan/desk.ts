import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { assert, present } from '#core/lib/assert.ts';
import { openSecrets } from '#main/secrets.ts';
import { systemKeychain } from '#native-bridge/keychain.ts';
import { run, type Ran } from '#tests/identity/wires.ts';
import { INSPECTED, INSPECTOR } from './heap.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const ADDRESS = /^Screen \(this address makes the first admin, once\): (\S+)$/m;
/** Where nobody listens: nothing here is about an exchange. */
const NOWHERE = { host: '127.0.0.1', port: 9, senderCompId: 'US', targetCompId: 'THEM' };
/** Not the loopback address that it always has: so the desk makes a certificate of its own. */
const BEYOND = '127.0.0.2';

export type ScannedDesk = Awaited<ReturnType<typeof startScannedDesk>>;

/** `npm start` for real exchanges, on its first run, with its keys under this passphrase and V8's inspector open. */
export async function startScannedDesk(passphrase: string) {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-scan-'));
  const data = join(folder, 'data');
  const config = {
    desk: 'B7',
    venues: [
      {
        venue: 'nse-fo',
        version: '4.4',
        orders: NOWHERE,
        trades: [{ exchange: 'NSE', segment: 'FO' }],
        ratePerSecond: 10,
      },
    ],
    web: { listen: [BEYOND] },
  };
  mkdirSync(data);
  writeFileSync(join(data, 'desk.json'), JSON.stringify(config));
  const child = spawn(process.execPath, [...INSPECTED, join(ROOT, 'main', 'node.ts'), '--no-open'], {
    cwd: ROOT,
    env: { ...process.env, LIFEBOAT_DATA: data, LIFEBOAT_PASSPHRASE_FD: '3' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const { stdout, stderr } = child;
  const third = child.stdio[3];
  assert(stdout !== null && stderr !== null && third instanceof Writable, 'its streams are pipes');
  third.end(`${passphrase}\n`);
  const said = { output: '', errors: '' };
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  stderr.setEncoding('utf8').on('data', (text: string) => void (said.errors += text));
  const address = await new Promise<string>((resolve, reject) => {
    stdout.setEncoding('utf8').on('data', (text: string) => {
      said.output += text;
      const found = ADDRESS.exec(said.output)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`${code}: ${said.output}${said.errors}`)));
  });
  const url = new URL(address).origin;
  return {
    folder,
    data,
    /** With the setup code. */
    address,
    setupCode: present(new URL(address).searchParams.get('setup'), 'the setup code'),
    url,
    port: Number(new URL(url).port),
    said,
    pid: present(child.pid, 'its process'),
    inspector: present(INSPECTOR.exec(said.errors)?.[1], 'the inspector'),
    journalKey: () => journalKey(folder, data, passphrase),
    verify: (...words: readonly string[]): Promise<Ran> =>
      run(process.execPath, ['main/verify.ts', join(data, 'desk.db'), ...words], {
        env: { LIFEBOAT_PASSPHRASE_FD: '0' },
        input: `${passphrase}\n`,
      }),
    async stop(): Promise<void> {
      child.kill('SIGTERM');
      await ended;
    },
    remove: (): void => rmSync(folder, { recursive: true, force: true }),
  };
}

/** As the desk itself opens it. */
async function journalKey(folder: string, data: string, passphrase: string): Promise<Uint8Array> {
  const file = join(folder, 'passphrase');
  writeFileSync(file, `${passphrase}\n`);
  const env = { LIFEBOAT_PASSPHRASE_FD: String(openSync(file, 'r')) };
  const opened = await openSecrets({ data, env, terminal: null, keychain: systemKeychain(), readOnly: true });
  rmSync(file);
  if (!opened.ok) throw new Error(opened.refusal.text);
  return present(await opened.value.get('database-key'), 'the key of the journal');
}
