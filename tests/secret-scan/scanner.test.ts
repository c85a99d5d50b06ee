import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { createHost } from '#main/host.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';
import { openBrowser, storageOf } from './browser.ts';
import { heapOf, INSPECTED, INSPECTOR } from './heap.ts';
import { Secrets } from './scan.ts';
import { copied, scanFiles, scanPages, scanTables } from './stored.ts';

const PLANTED = 'four-planted-crows';
const KEY = Buffer.alloc(32, 7);

let folder: ReturnType<typeof scratchFolder>;
beforeEach(() => {
  folder = scratchFolder();
});

function scannerOf(text = PLANTED) {
  const secrets = new Secrets();
  secrets.text('planted', text);
  return secrets.scanner();
}

const formsIn = (bytes: Buffer): string[] => [
  ...new Set(
    scannerOf()
      .find('here', bytes)
      .filter(({ secret }) => secret === 'planted')
      .map(({ form }) => form),
  ),
];

describe('the scan', () => {
  it.each<[string, Buffer]>([
    ['as it is', Buffer.from(`x${PLANTED}x`)],
    ['UTF-16LE', Buffer.from(`x${PLANTED}x`, 'utf16le')],
    ['hex', Buffer.from(Buffer.from(`x${PLANTED}x`).toString('hex'))],
    ['hex', Buffer.from(Buffer.from(PLANTED).toString('hex').toUpperCase())],
    ['base64', Buffer.from(Buffer.from(`${PLANTED}x`).toString('base64'))],
    ['base64', Buffer.from(Buffer.from(`x${PLANTED}x`).toString('base64'))],
    ['base64', Buffer.from(Buffer.from(`xy${PLANTED}x`).toString('base64'))],
  ])('finds it %s', (form, bytes) => {
    expect(formsIn(bytes)).toEqual([form]);
  });

  it('finds bytes in base64url, and a code without its hyphens', () => {
    const secrets = new Secrets();
    const bytes = Buffer.from('fbefbeffefbefbefbefbff00', 'hex');
    secrets.bytes('bytes', bytes);
    expect(secrets.scanner().find('here', Buffer.from(bytes.toString('base64url')))).toMatchObject([
      { secret: 'bytes', form: 'base64url', offset: 0 },
    ]);
    expect(scannerOf().find('here', Buffer.from('fourplantedcrows'))).toMatchObject([
      { secret: 'planted, bare' },
    ]);
  });

  it('finds nothing where nothing is', () => {
    expect(formsIn(Buffer.from(PLANTED.slice(1)))).toEqual([]);
    expect(() => scannerOf('123456')).toThrow('too short');
  });

  it('finds a row, the free page of one that was deleted, and a frame that a later one took the place of', () => {
    const path = join(folder.path, 'planted.db');
    const database = new Database(path);
    database.pragma("cipher = 'chacha20'");
    database.pragma(`key = 'raw:${KEY.toString('hex')}'`);
    database.pragma('secure_delete = OFF');
    database.pragma('journal_mode = WAL');
    database.exec('CREATE TABLE kept (text TEXT)');
    const insert = database.prepare('INSERT INTO kept (text) VALUES (?)');
    insert.run(PLANTED);
    const row = copied(path, join(folder.path, 'row.db'));
    expect(scanTables(scannerOf(), row, KEY).found).toMatchObject([{ place: 'table kept, row 1' }]);

    database.exec('DELETE FROM kept');
    insert.run('y'.repeat(3_900));
    database.pragma('secure_delete = ON');
    database.exec('DELETE FROM kept');
    const frames = copied(path, join(folder.path, 'frames.db'));
    expect(scanPages(scannerOf(), frames, KEY).found.map(({ place }) => place)).toContainEqual(
      expect.stringContaining('of the WAL'),
    );
    expect(scanTables(scannerOf(), frames, KEY).found).toEqual([]);

    database.pragma('secure_delete = OFF');
    database.exec('CREATE TABLE gone (text TEXT)');
    database.prepare('INSERT INTO gone (text) VALUES (?)').run(PLANTED);
    database.exec('DROP TABLE gone');
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.close();
    const { found, free } = scanPages(scannerOf(), path, KEY);
    expect(free).toBeGreaterThan(0);
    expect(found).toMatchObject([{ place: expect.stringMatching(/^page \d+$/) }]);
    expect(scanTables(scannerOf(), path, KEY).found).toEqual([]);
    expect(scanFiles(scannerOf(), folder.path).found).toEqual([]);
  });

  it('finds a line of the desk’s own log', () => {
    const data = join(folder.path, 'desk');
    const { log } = createHost({
      data,
      screen: null,
      clockOffsetMs: 0,
      secrets: simulationSecrets(data),
      reached: () => undefined,
    });
    log.warn('somebody typed', { it: PLANTED });
    expect(scanFiles(scannerOf(), folder.path).found).toMatchObject([{ place: 'desk/desk.log' }]);
  });

  it('finds a string that a process holds, also deep in a long one, and not one that it let go', async () => {
    const gone = 'five-forgotten-crows';
    const script = `
      const long = 'z'.repeat(50_000) + process.env.PLANTED + 'z'.repeat(50_000);
      globalThis.held = JSON.parse(JSON.stringify({ long }));
      (() => Buffer.from(process.env.GONE).toString('latin1').length)();
      setInterval(() => undefined, 1_000);`;
    const child = spawn(process.execPath, [...INSPECTED, '-e', script], {
      env: { ...process.env, PLANTED, GONE: gone },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      const inspector = await new Promise<string>((resolve) => {
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          const found = INSPECTOR.exec(text)?.[1];
          if (found !== undefined) resolve(found);
        });
      });
      const heap = await heapOf(inspector);
      expect(formsIn(heap)).toEqual(['as it is']);
      expect(scannerOf(gone).find('heap', heap)).toEqual([]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('finds what a page stored, in the page and in the profile', async () => {
    const profile = join(folder.path, 'profile');
    const context = await openBrowser(profile);
    const page = context.pages()[0] ?? (await context.newPage());
    await page.route('http://planted.test/', (route) =>
      route.fulfill({ body: 'a page', contentType: 'text/html' }),
    );
    await page.goto('http://planted.test/');
    await page.evaluate((text) => localStorage.setItem('planted', text), PLANTED);
    const inPage = await storageOf(page);
    await context.close();
    expect(formsIn(inPage)).toEqual(['as it is']);
    expect(scanFiles(scannerOf(), profile).found.map(({ place }) => place)).toContainEqual(
      expect.stringContaining('Local Storage'),
    );
    appendFileSync(join(profile, 'Default', 'Preferences'), PLANTED);
    expect(scanFiles(scannerOf(), profile).found.map(({ place }) => place)).toContain('Default/Preferences');
  });
});
