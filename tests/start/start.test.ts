import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { plainVenue } from '#drill/world/desk-config.ts';
import { makeBook } from '#drill/book/make.ts';
import { seatPersons } from '#drill/world/seats.ts';

/** `npm start`, as far as a terminal shows it. */
const NODE = join(import.meta.dirname, '..', '..', 'main', 'node.ts');

interface Started {
  readonly lines: readonly string[];
  stop(): Promise<number | null>;
}

/** Resolves when the address of the screen is printed. */
async function start(data: string, passphrase?: string, ...more: readonly string[]): Promise<Started> {
  const given = passphrase === undefined ? {} : { LIFEBOAT_PASSPHRASE_FD: '3' };
  const child = spawn(process.execPath, [NODE, '--no-open', ...more], {
    env: { ...process.env, LIFEBOAT_DATA: data, ...given },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  onTestFinished(() => void child.kill('SIGKILL'));
  const descriptor = child.stdio[3] as Writable;
  descriptor.end(passphrase === undefined ? '' : `${passphrase}\n`);
  const lines: string[] = [];
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('its output is piped');
  stderr.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: stdout }).on('line', (line) => {
      lines.push(line);
      if (line.startsWith('Screen')) resolve();
    });
    void ended.then((code) => reject(new Error(`ended with ${code}: ${lines.join('\n')}`)));
  });
  return {
    lines,
    stop: async () => {
      child.kill('SIGINT');
      return await ended;
    },
  };
}

function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-start-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return join(folder, 'data');
}

/** The simulated world's own files in the data folder of the desk. */
const worldOf = ({ lines }: Started, name: string): string =>
  join(lines.find((line) => line.startsWith('Data: '))?.slice('Data: '.length) ?? '', 'simulation', name);
const personsOf = (desk: Started): string => worldOf(desk, 'persons.json');
const offsetOf = (desk: Started): number =>
  (JSON.parse(readFileSync(worldOf(desk, 'world.json'), 'utf8')) as { clockOffsetMs: number }).clockOffsetMs;
const screenOf = ({ lines }: Started): string => lines.find((line) => line.startsWith('Screen')) ?? '';

describe('npm start', () => {
  it('makes the two persons of a simulated desk once, and says where the desk is as long as it runs', async () => {
    const data = dataFolder();
    const personsIn = ({ lines }: Started) => lines.filter((line) => / {2}authenticator key /.test(line));
    const first = await start(data);
    expect(screenOf(first)).toMatch(/^Screen: http:\/\/127\.0\.0\.1:\d+$/);
    const persons = personsIn(first);
    expect(persons.map((line) => line.trim().split(' ')[0])).toEqual(['asha', 'ravi']);
    const address = join(data, 'desk-address.json');
    expect(screenOf(first)).toContain((JSON.parse(readFileSync(address, 'utf8')) as { url: string }).url);
    expect(statSync(address).mode & 0o777).toBe(0o600);
    expect(await first.stop()).toBe(0);
    expect(existsSync(address)).toBe(false);

    const second = await start(data);
    expect(personsIn(second)).toEqual(persons);
    expect(await second.stop()).toBe(0);
  });

  it('with main: the desk follows it, and the printed lines stop it and bring it back', async () => {
    const desk = await start(dataFolder(), undefined, '--with-main');
    const url = screenOf(desk).replace('Screen: ', '');
    const [silence, life] = desk.lines.filter((line) => line.includes('curl'));
    const does = async (line = ''): Promise<void> => {
      const [, body = '', at = ''] = /-d '(.*)' (http.*)/.exec(line) ?? [];
      expect(await (await fetch(at, { method: 'POST', body })).json()).toMatchObject({ ok: true });
    };
    const isReady = { url, setupCode: null };
    const seats = await seatPersons(isReady, {
      path: personsOf(desk),
      now: () => Date.now() + offsetOf(desk),
    });
    const { dealer } = seats.doors(url);
    const modeIs = async (mode: string): Promise<void> => {
      const now = async (): Promise<string> => (await dealer.mode.get()).mode;
      await expect.poll(now, { timeout: 60_000, interval: 500 }).toBe(mode);
    };
    await modeIs('STANDBY');
    expect((await dealer.sync.status()).book).toMatchObject({ stale: false });
    await does(silence);
    await modeIs('SUSPECT');
    await does(life);
    await modeIs('STANDBY');
    expect(await desk.stop()).toBe(0);
  });

  it('gives a real desk without a user the code of its first run, and no made-up person', async () => {
    const data = dataFolder();
    mkdirSync(data, { mode: 0o700 });
    const { instruments } = makeBook({ seed: 1, accounts: 1, positions: 1, tradingDate: '2026-11-25' });
    const nobody = {
      host: '127.0.0.1',
      port: 9,
      sender: 'DESK',
      target: 'PEER',
      version: '4.4',
    } as const;
    const venue = plainVenue(instruments, nobody, { ratePerSecond: null, burstMax: 10 });
    const config = { desk: 'REAL', venues: [venue] };
    writeFileSync(join(data, 'desk.json'), JSON.stringify(config));
    const desk = await start(data, 'a sentence for the keys of it');
    expect(screenOf(desk)).toMatch(/http:\/\/127\.0\.0\.1:\d+\/\?setup=[\w-]+$/);
    expect(desk.lines.join('\n')).not.toMatch(/asha|ravi|password/);
    expect(await desk.stop()).toBe(0);
  });
});
