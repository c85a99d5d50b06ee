import { join } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, storageOf } from './browser.ts';
import { startScannedDesk, type ScannedDesk } from './desk.ts';
import { heapOf } from './heap.ts';
import { Secrets, told, type Found, type Scanner } from './scan.ts';
import { COMMAND_LINE_SESSION, KNOWN_EVERYWHERE, Story } from './story.ts';
import { copied, scanFiles, scanPages, scanTables } from './stored.ts';

const PASSPHRASE = 'a passphrase that only this desk knows';

let desk: ScannedDesk;
let context: BrowserContext;
let page: Page;
let scanner: Scanner;
let known: Scanner;
/** Of the data folder while the command line is signed in. */
let whileSignedIn: Found[];

beforeAll(async () => {
  const secrets = new Secrets();
  secrets.text('the passphrase', PASSPHRASE);
  desk = await startScannedDesk(PASSPHRASE);
  const story = new Story(desk, secrets);
  context = await openBrowser(join(desk.folder, 'browser'));
  page = await story.throughTheScreens(context);
  await story.throughTheCommandLine(() => {
    whileSignedIn = scanFiles(secrets.scanner(), desk.data).found;
  });
  await story.overHttp();
  // Their sessions were ended from elsewhere: the screen falls back to the sign-in by itself.
  await page.getByLabel('Password', { exact: true }).waitFor();
  scanner = secrets.scanner();
  const control = new Secrets();
  control.text('a name', KNOWN_EVERYWHERE);
  known = control.scanner();
});

afterAll(async () => {
  await context?.close();
  await desk?.stop();
  desk?.remove();
});

/**
 * The browser opened the address that start prints, and so remembers it, in its history and in what it would open
 * again. The code in it died when the first admin was made.
 */
const isAllowed = ({ secret }: Found): boolean => secret.startsWith('setup code');

/** They name the same thing, so that a place where nothing is found was looked at. */
const seen = (place: string, bytes: Uint8Array): void =>
  expect(known.find(place, bytes).length).toBeGreaterThan(0);

describe('after everybody has signed out, no secret is', () => {
  it('in the heap of the desk', async () => {
    const heap = await heapOf(desk.inspector);
    seen('heap', heap);
    expect(told(scanner.find('heap', heap))).toEqual([]);
  });

  it('in any table, the log among them', async () => {
    const path = copied(join(desk.data, 'desk.db'), join(desk.folder, 'tables.db'));
    const key = await desk.journalKey();
    expect(scanTables(known, path, key).found.length).toBeGreaterThan(0);
    const { found, rows } = scanTables(scanner, path, key);
    expect(rows).toBeGreaterThan(100);
    expect(told(found)).toEqual([]);
  });

  it('in any page, free ones among them, or in any frame of the WAL', async () => {
    const path = copied(join(desk.data, 'desk.db'), join(desk.folder, 'pages.db'));
    const key = await desk.journalKey();
    const { found, frames } = scanPages(scanner, path, key);
    expect(frames).toBeGreaterThan(100);
    expect(scanPages(known, path, key).found.length).toBeGreaterThan(0);
    expect(told(found)).toEqual([]);
  });

  it('in what the verification says', async () => {
    for (const words of [[], ['--json']]) {
      const ran = await desk.verify(...words);
      expect(ran).toMatchObject({ status: 0, output: expect.stringContaining('B7') });
      expect(told(scanner.find('verify', Buffer.from(ran.output + ran.errors)))).toEqual([]);
    }
  });

  it('in the storage that its page can reach, or in a cookie', async () => {
    const kept = await storageOf(page);
    expect(told(scanner.find('storage', kept))).toEqual([]);
    await expect.poll(() => context.cookies()).toEqual([]);
  });

  it('in the profile of the browser', async () => {
    await context.close();
    const { found, files } = scanFiles(scanner, join(desk.folder, 'browser'));
    expect(files.length).toBeGreaterThan(20);
    expect(told(found.filter((one) => !isAllowed(one)))).toEqual([]);
  });

  it('in any file of the data folder, while it runs and after it stopped', async () => {
    expect(new Set(whileSignedIn.map(({ place }) => place))).toEqual(new Set([COMMAND_LINE_SESSION]));
    const running = scanFiles(scanner, desk.data);
    expect(running.files).toEqual(
      expect.arrayContaining(['desk.db', 'desk.db-wal', 'desk.log', 'desk-address.json']),
    );
    expect(told(running.found)).toEqual([]);
    await desk.stop();
    expect(told(scanFiles(scanner, desk.data).found)).toEqual([]);
    const { pages, found } = scanPages(scanner, join(desk.data, 'desk.db'), await desk.journalKey());
    expect(pages).toBeGreaterThan(10);
    expect(told(found)).toEqual([]);
  });

  it('in what start printed, but the setup code, which it is printed for', () => {
    const { output, errors } = desk.said;
    const found = scanner.find('printed', Buffer.from(output + errors));
    expect(new Set(found.map(({ secret }) => secret))).toEqual(new Set(['setup code']));
  });
});
