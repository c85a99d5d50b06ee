import { createDecipheriv } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Found, Scanner } from './scan.ts';

const NONCE_BYTES = 16;
const TAG_BYTES = 16;
const RESERVED_BYTES = NONCE_BYTES + TAG_BYTES;
/** Of the first page so much stays readable: SQLite wants to know the size of pages. */
const FIRST_PAGE_PLAIN = 24;
const COUNTER_AT = 12;
const OTK_BYTES = 64;
const PAGE_SIZE_AT = 16;
const WAL_HEAD_BYTES = 32;
const FRAME_HEAD_BYTES = 24;
const FREE_PAGES_AT = 36;

/** Copies of a database and its WAL as they lie there now; the desk goes on with its own. */
export function copied(path: string, to: string): string {
  copyFileSync(path, to);
  if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${to}-wal`);
  return to;
}

/** Every value of every table, the log among them. */
export function scanTables(
  scanner: Scanner,
  path: string,
  key: Uint8Array,
): { found: Found[]; rows: number } {
  const database = opened(path, key);
  const found: Found[] = [];
  let rows = 0;
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  for (const table of tables) {
    for (const row of database
      .prepare(`SELECT * FROM "${String(table)}"`)
      .raw()
      .iterate()) {
      rows += 1;
      const values = (row as readonly unknown[]).map((value) =>
        value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value)),
      );
      found.push(...scanner.find(`table ${String(table)}, row ${rows}`, Buffer.concat(values)));
    }
  }
  database.close();
  return { found, rows };
}

/**
 * All pages, those that are free among them, and each frame of the WAL, also those that others took the place of.
 * They are decrypted here: what SQLite itself decrypts into a copy has no free pages in it.
 */
export function scanPages(
  scanner: Scanner,
  path: string,
  key: Uint8Array,
): { found: Found[]; pages: number; frames: number; free: number } {
  const pages = pagesOf(readFileSync(path), key);
  const frames = existsSync(`${path}-wal`) ? framesOf(readFileSync(`${path}-wal`), key) : [];
  const found = [
    ...pages.flatMap((page, index) => scanner.find(`page ${index + 1}`, page)),
    ...frames.flatMap((frame, index) => scanner.find(`frame ${index + 1} of the WAL`, frame)),
  ];
  const free = pages[0]?.readUInt32BE(FREE_PAGES_AT) ?? 0;
  return { found, pages: pages.length, frames: frames.length, free };
}

function pagesOf(file: Buffer, key: Uint8Array): Buffer[] {
  const size = pageSizeOf(file);
  return Array.from({ length: file.length / size }, (_, index) =>
    pageOf(file.subarray(index * size, (index + 1) * size), index + 1, key),
  );
}

/** The frames of a WAL in the order of the file; whether a frame still counts does not matter here. */
function framesOf(wal: Buffer, key: Uint8Array): Buffer[] {
  if (wal.length < WAL_HEAD_BYTES) return [];
  const size = wal.readUInt32BE(8);
  const frames: Buffer[] = [];
  for (let at = WAL_HEAD_BYTES; at + FRAME_HEAD_BYTES + size <= wal.length; at += FRAME_HEAD_BYTES + size) {
    const page = wal.subarray(at + FRAME_HEAD_BYTES, at + FRAME_HEAD_BYTES + size);
    frames.push(pageOf(page, wal.readUInt32BE(at), key));
  }
  return frames;
}

function pageSizeOf(file: Buffer): number {
  const size = file.readUInt16BE(PAGE_SIZE_AT);
  return size === 1 ? 65_536 : size;
}

/**
 * One page of SQLite3MultipleCiphers' ChaCha20 scheme: the nonce and its counter stand at the page's end, and each page
 * has a key of its own, made of the file's.
 */
function pageOf(page: Buffer, number: number, key: Uint8Array): Buffer {
  const end = page.length - RESERVED_BYTES;
  const start = number === 1 ? FIRST_PAGE_PLAIN : 0;
  const nonce = page.subarray(end, end + COUNTER_AT);
  const counter = (page.readUInt32LE(end + COUNTER_AT) ^ number) >>> 0;
  const own = chacha(key, counter, nonce, Buffer.alloc(OTK_BYTES));
  const body = chacha(own.subarray(OTK_BYTES / 2), counter + 1, nonce, page.subarray(start, end));
  return Buffer.concat([page.subarray(0, start), body]);
}

function chacha(key: Uint8Array, counter: number, nonce: Buffer, data: Buffer): Buffer {
  const start = Buffer.alloc(4);
  start.writeUInt32LE(counter >>> 0);
  return createDecipheriv('chacha20', key, Buffer.concat([start, nonce])).update(data);
}

function opened(path: string, key: Uint8Array): Database.Database {
  const database = new Database(path, { fileMustExist: true });
  database.pragma("cipher = 'chacha20'");
  database.pragma(`key = 'raw:${Buffer.from(key).toString('hex')}'`);
  return database;
}

/** Every file below a folder. */
export function scanFiles(scanner: Scanner, folder: string, under = ''): { found: Found[]; files: string[] } {
  const found: Found[] = [];
  const files: string[] = [];
  for (const entry of readdirSync(join(folder, under), { withFileTypes: true })) {
    const name = join(under, entry.name);
    if (entry.isDirectory()) {
      const inner = scanFiles(scanner, folder, name);
      found.push(...inner.found);
      files.push(...inner.files);
    } else if (entry.isFile()) {
      files.push(name);
      found.push(...scanner.find(name, readFileSync(join(folder, name))));
    }
  }
  return { found, files };
}
