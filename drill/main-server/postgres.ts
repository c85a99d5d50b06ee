import { randomBytes } from 'node:crypto';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { postgresPrograms } from '#build/needs.ts';
import { freePorts } from '#drill/world/ports.ts';

/** A PostgreSQL of one test or measurement, in a folder of its own, on loopback only. */
export interface Postgres {
  readonly url: string;
  /** Killed as by a power cut (immediate shutdown), started again, ready when it resolves. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const USER = 'lifeboat';
const READY_TRIES = 300;
const READY_PAUSE_MS = 100;

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL does not run as root: whom it runs as instead; null: as whoever starts it. */
function ownerForRoot(): Owner | null {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const [, , uid, gid] =
    users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody') ?? [];
  if (uid === undefined || gid === undefined) throw new Error('neither a user postgres nor nobody is there');
  return { uid: Number(uid), gid: Number(gid) };
}

/** Makes a database of its own and starts it. Whoever dies, it does not outlive its starter: that one holds its input. */
export async function startPostgres(): Promise<Postgres> {
  const programs = postgresPrograms();
  if (programs === null) throw new Error('no PostgreSQL is here: apt-get install postgresql');
  const owner = ownerForRoot();
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-postgres-'));
  const data = join(folder, 'data');
  const secret = join(folder, 'password');
  const password = randomBytes(12).toString('hex');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(secret, password, { mode: 0o600 });
  if (owner !== null) for (const path of [folder, data, secret]) chownSync(path, owner.uid, owner.gid);
  const options = [
    '-D',
    data,
    '-U',
    USER,
    '-A',
    'scram-sha-256',
    `--pwfile=${secret}`,
    '-E',
    'UTF8',
    '--locale=C',
  ];
  execFileSync(join(programs, 'initdb'), [...options, '--no-sync'], { cwd: folder, stdio: 'pipe', ...owner });
  const [port = 0] = await freePorts(1);
  const url = `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`;
  const start = (): ChildProcess => startServer(join(programs, 'postgres'), data, port, owner);
  let server = start();
  await ready(url);
  return {
    url,
    async restart() {
      await end(server);
      server = start();
      await ready(url);
    },
    async stop() {
      await end(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Ends the server at once (SIGQUIT) when the input ends, also when that is because its starter was killed. */
const UNTIL_INPUT_ENDS = '"$@" & server=$!; cat >/dev/null; kill -QUIT $server; wait $server';

function startServer(program: string, data: string, port: number, owner: Owner | null): ChildProcess {
  const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '', max_connections: 60 };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return spawn('sh', ['-c', UNTIL_INPUT_ENDS, 'sh', program, '-D', data, ...options], {
    cwd: data,
    stdio: ['pipe', 'ignore', 'ignore'],
    // Signals for the group of its starter are not for it.
    detached: true,
    ...owner,
  });
}

function end(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    server.once('close', () => resolve());
    server.stdin?.end();
  });
}

async function ready(url: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      await client.query('SELECT 1');
      await client.end();
      return;
    } catch (error) {
      if (tries === READY_TRIES) throw error;
      await client.end().catch(() => undefined);
      await wait(READY_PAUSE_MS);
    }
  }
}
