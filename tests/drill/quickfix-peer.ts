import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const SOURCE = join(ROOT, 'tests', 'peers', 'quickfix-acceptor.cpp');
const CACHE = join(ROOT, 'node_modules', '.cache', 'quickfix-acceptor');
const FLAGS = ['-std=gnu++14', '-O1', '-w'];
const LIBRARIES = ['-lquickfix', '-lpthread', '-lstdc++fs'];

/** Compiles the acceptor on the independent engine, once for each content of its source. */
async function program(): Promise<string> {
  const hash = createHash('sha256')
    .update(FLAGS.join(' '))
    .update(readFileSync(SOURCE))
    .digest('hex')
    .slice(0, 16);
  const path = join(CACHE, hash);
  if (existsSync(path)) return path;
  mkdirSync(CACHE, { recursive: true });
  const fresh = `${path}.${process.pid}`;
  await promisify(execFile)('g++', [...FLAGS, SOURCE, '-o', fresh, ...LIBRARIES]);
  renameSync(fresh, path);
  return path;
}

export interface PeerOptions {
  readonly port: number;
  readonly version: '4.2' | '4.4';
  /** Its session store and its ledger lie here. */
  readonly folder: string;
  readonly more?: readonly string[];
}

export interface Peer {
  readonly ledger: string;
  kill(): Promise<void>;
}

export const PEER = { sender: 'ISLD', target: 'DESK' } as const;

/** The independent exchange in a process of its own; resolves when it listens. */
export async function startPeer({ port, version, folder, more = [] }: PeerOptions): Promise<Peer> {
  const ledger = join(folder, 'ledger.ndjson');
  const args = [
    '--port',
    String(port),
    '--version',
    version,
    '--sender',
    PEER.sender,
    '--target',
    PEER.target,
    '--store',
    join(folder, 'store'),
    '--ledger',
    ledger,
    ...more,
  ];
  const child = spawn(await program(), args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  await Promise.race([
    new Promise<void>((resolve) => {
      child.stdout.once('data', () => resolve());
    }),
    ended.then(() => {
      throw new Error('the acceptor ended before it listened');
    }),
  ]);
  return {
    ledger,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Resolves when the ledger has so many orders. */
export async function ordersIn(ledger: string, count: number): Promise<void> {
  for (let tries = 0; tries < 3_000; tries += 1) {
    const orders = readFileSync(ledger, 'utf8').match(/"t":"order"/g)?.length ?? 0;
    if (orders >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${ledger} never had ${count} orders`);
}
