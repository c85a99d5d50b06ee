import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from './stage-folder.ts';
import { boundReached, openScratch, scratchOptions } from './stage.ts';
import { GENESIS, headMessage, rowHash } from './chain.ts';
import { HEAD_EVERY } from './journal.ts';
import { openJournal, openNewEpoch } from './open.ts';
import type { JournalOptions } from './open.ts';
import { rowsAfter } from './rows.ts';
import { signerOf } from './signer.ts';
import { openSqlite } from './sqlite.ts';
import type { Sqlite } from './sqlite.ts';
import { verifyFile } from './verify.ts';

const ROWS = 12;

/** A closed journal of ROWS rows, heads signed at 1 (the epoch) and ROWS (the close). */
function written(folder: string, rows = ROWS): JournalOptions {
  const options = scratchOptions(folder);
  const journal = openScratch(options);
  journal.append(Array.from({ length: rows - 2 }, (_, n) => boundReached(`fact ${n}`)));
  journal.close();
  return options;
}

function edit(options: JournalOptions, change: (sqlite: Sqlite) => void): void {
  const sqlite = openSqlite(options.path);
  change(sqlite);
  sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  sqlite.close();
}

function broken(options: JournalOptions): string {
  const done = verifyFile(options.path);
  if (!done.ok) return done.refusal.reason;
  const { broken: first } = done.value;
  return first === null ? 'ok' : `${first.epoch}/${first.seq} ${first.what}`;
}

/** Writes every hash anew from the row on, as somebody would who wants to hide a change. */
function rehash(sqlite: Sqlite): void {
  let previous: Uint8Array = GENESIS;
  for (const row of rowsAfter(sqlite, 0, 1000)) {
    previous = rowHash(previous, 'D1', row);
    sqlite.run('UPDATE log SET hash = ? WHERE seq = ?', previous, row.seq);
  }
}

function resign(sqlite: Sqlite): void {
  const thief = signerOf(new Uint8Array(32).fill(9));
  for (const row of rowsAfter(sqlite, 0, 1000)) {
    const signature = thief.sign(headMessage('D1', row.epoch, row.seq, row.hash));
    const set = 'UPDATE heads SET hash = ?, signature = ?, public_key = ? WHERE seq = ?';
    sqlite.run(set, row.hash, signature, thief.publicKey, row.seq);
  }
}

describe('verify names the first broken row', () => {
  const change5 = (sqlite: Sqlite) =>
    sqlite.exec("UPDATE log SET body = replace(body, 'nothing', 'something') WHERE seq = 5");
  const cases: readonly [string, (sqlite: Sqlite) => void, string][] = [
    ['nothing changed', () => undefined, 'ok'],
    ['a body', change5, '1/5 hash'],
    ['a time', (sqlite) => sqlite.exec('UPDATE log SET at_ms = at_ms + 1 WHERE seq = 7'), '1/7 hash'],
    ['a kind', (sqlite) => sqlite.exec("UPDATE log SET kind = 'x' WHERE seq = 7"), '1/7 hash'],
    ['a version', (sqlite) => sqlite.exec('UPDATE log SET version = 2 WHERE seq = 7'), '1/7 hash'],
    ['an epoch', (sqlite) => sqlite.exec('UPDATE log SET epoch = 2 WHERE seq = 7'), '2/7 hash'],
    ['a hash', (sqlite) => sqlite.exec('UPDATE log SET hash = zeroblob(32) WHERE seq = 6'), '1/6 hash'],
    ['a row taken out', (sqlite) => sqlite.exec('DELETE FROM log WHERE seq = 4'), '1/5 gap'],
    [
      'the first rows taken out',
      (sqlite) => sqlite.exec('DELETE FROM log WHERE seq < 3'),
      '1/1 head-mismatch',
    ],
    [
      'the last row taken out',
      (sqlite) => sqlite.exec('DELETE FROM log WHERE seq = 12'),
      '1/12 head-mismatch',
    ],
    [
      'the last row and its head taken out',
      (sqlite) => sqlite.exec('DELETE FROM log WHERE seq = 12; DELETE FROM heads WHERE seq = 12'),
      '1/12 gap',
    ],
    ['a row put after the end', (sqlite) => sqlite.exec(DOUBLE_LAST), '1/13 hash'],
    [
      'a signature',
      (sqlite) => sqlite.exec('UPDATE heads SET signature = zeroblob(64) WHERE seq = 12'),
      '1/12 signature',
    ],
    [
      'a key',
      (sqlite) => sqlite.exec('UPDATE heads SET public_key = zeroblob(44) WHERE seq = 12'),
      '1/12 signature',
    ],
    ['all heads taken out', (sqlite) => sqlite.exec('DELETE FROM heads'), '1/1 signature'],
    [
      'a body, and all hashes written anew',
      (sqlite) => (change5(sqlite), rehash(sqlite)),
      '1/12 head-mismatch',
    ],
  ];
  it.each(cases)('%s', (_, change, expected) => {
    const folder = scratchFolder();
    const options = written(folder.path);
    edit(options, change);
    expect(broken(options)).toBe(expected);
  });

  it('sees a chain that was written and signed anew by another key, when it knows the key', () => {
    const folder = scratchFolder();
    const options = written(folder.path);
    edit(options, (sqlite) => (change5(sqlite), rehash(sqlite), resign(sqlite)));
    rmSync(`${folder.path}/desk.anchor`);
    expect(broken(options)).toBe('ok');
    const done = verifyFile(options.path, { publicKey: options.signer.publicKey });
    expect(done).toMatchObject({ ok: true, value: { broken: { seq: 1, what: 'signature' } } });
    const opened = openJournal(options);
    expect(opened).toMatchObject({ ok: true, value: { broken: { seq: 12, what: 'signature' } } });
    if (opened.ok) opened.value.close();
  });

  it('a byte flipped anywhere in the file is named, or no row and no head was changed by it', () => {
    const folder = scratchFolder();
    const options = written(folder.path, 40);
    edit(options, () => undefined);
    const whole = readFileSync(options.path);
    const content = (): string => {
      const sqlite = openSqlite(options.path, { readOnly: true });
      try {
        return JSON.stringify([sqlite.rows('SELECT * FROM log'), sqlite.rows('SELECT * FROM heads')]);
      } catch (error) {
        return String(error);
      } finally {
        sqlite.close();
      }
    };
    const before = content();
    const flip = fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ mask;
      writeFileSync(options.path, bytes);
      return broken(options) !== 'ok' || content() === before;
    });
    // The page of the heads: one bit of each of its bytes, every time.
    const page = Math.floor(whole.indexOf(options.signer.publicKey) / 4096) * 4096;
    const offsets = Array.from({ length: 4096 }, (_, n) => page + n).filter((at) => whole[at] !== 0);
    const examples = offsets.map((at): [number, number] => [at, 128]);
    // The schema's text, and a log page where a bit made a row that a search by key does not find.
    examples.push([3890, 65], [72_892 % whole.length, 1]);
    const numRuns = 300 + examples.length;
    expect(fc.check(flip, { numRuns, examples }).counterexample).toBeNull();
  });
});

const DOUBLE_LAST = `INSERT INTO log SELECT seq + 1, epoch, at_ms, kind, version, body, hash FROM log WHERE seq = 12`;

describe('a broken chain', () => {
  it('opens read-only, says where, and goes on in a new epoch that names it', () => {
    const folder = scratchFolder();
    const options = written(folder.path);
    edit(options, (sqlite) => sqlite.exec("UPDATE log SET body = '{' WHERE seq = 12"));
    const opened = openJournal(options);
    expect(opened).toMatchObject({ ok: true, value: { broken: { epoch: 1, seq: 12, what: 'hash' } } });
    if (!opened.ok) return;
    const seen: number[] = [];
    opened.value.replay([{ name: 'scratch', memory: ({ seq }) => void seen.push(seq) }]);
    expect(seen).toHaveLength(ROWS - 1);
    expect(opened.value.append([boundReached('x')])).toMatchObject({
      ok: false,
      refusal: { reason: 'journal-read-only' },
    });
    opened.value.close();

    expect(openNewEpoch(options, ['asha', 'asha'])).toMatchObject({
      refusal: { reason: 'two-persons-needed' },
    });
    const next = openNewEpoch(options, ['asha', 'ravi']);
    if (!next.ok) throw new Error(next.refusal.text);
    next.value.replay([]);
    expect(next.value.read(ROWS, 1)).toMatchObject([
      {
        epoch: 2,
        seq: 13,
        fact: { kind: 'epoch-opened', why: 'broken-chain', after: { epoch: 1, seq: 11 } },
      },
    ]);
    next.value.close();
    const report = verifyFile(options.path);
    expect(report).toMatchObject({ value: { broken: null, named: [{ epoch: 1, seq: 12 }], epochs: 2 } });
    openScratch(options).close();
  });

  it('is not left without a reason', () => {
    const folder = scratchFolder();
    const options = written(folder.path);
    expect(openNewEpoch(options, ['asha', 'ravi'])).toMatchObject({
      refusal: { reason: 'nothing-to-leave' },
    });
  });
});

describe('a restored copy', () => {
  it.each([
    ['put back', () => undefined],
    ['that came without its anchor', (folder: string) => rmSync(`${folder}/desk.anchor`)],
  ])('%s is refused until two persons open a new epoch', (_, more) => {
    const folder = scratchFolder();
    const options = written(folder.path);
    copyFileSync(options.path, `${folder.path}/copy.db`);
    const journal = openScratch(options);
    journal.append([boundReached('known to main')]);
    journal.close();
    copyFileSync(`${folder.path}/copy.db`, options.path);
    more(folder.path);

    expect(openJournal(options)).toMatchObject({ ok: false, refusal: { reason: 'restored-copy' } });
    const next = openNewEpoch(options, ['asha', 'ravi']);
    if (!next.ok) throw new Error(next.refusal.text);
    next.value.replay([]);
    expect(next.value.read(ROWS, 1)).toMatchObject([
      {
        epoch: 2,
        seq: 13,
        fact: { kind: 'epoch-opened', why: 'restored-copy', after: { epoch: 1, seq: 12 } },
      },
    ]);
    next.value.close();
    expect(broken(options)).toBe('ok');
    openScratch(options).close();
  });

  it('is seen after a kill, too: the anchor is as new as the last commit', () => {
    const folder = scratchFolder();
    const options = written(folder.path);
    copyFileSync(options.path, `${folder.path}/copy.db`);
    const journal = openScratch(options);
    journal.append([boundReached('known to main')]);
    const anchor = readFileSync(`${folder.path}/desk.anchor`);
    journal.close();
    copyFileSync(`${folder.path}/copy.db`, options.path);
    writeFileSync(`${folder.path}/desk.anchor`, anchor);
    expect(openJournal(options)).toMatchObject({ refusal: { reason: 'restored-copy' } });
  });

  it("is left on main's word where the anchor came with it: after the last row that main acknowledged to the file", () => {
    const folder = scratchFolder();
    const options = written(folder.path);
    expect(openNewEpoch(options, ['asha', 'ravi'], () => null)).toMatchObject({
      refusal: { reason: 'nothing-to-leave' },
    });
    const next = openNewEpoch(options, ['asha', 'ravi'], () => ({ epoch: 1, shared: 9 }));
    if (!next.ok) throw new Error(next.refusal.text);
    next.value.replay([]);
    expect(next.value.read(ROWS, 1)).toMatchObject([
      { epoch: 2, seq: 13, fact: { why: 'restored-copy', after: { epoch: 1, seq: 9 } } },
    ]);
    next.value.close();
    expect(verifyFile(options.path)).toMatchObject({
      value: { broken: null, named: [{ epoch: 1, seq: 10, what: 'left' }], epochs: 2 },
    });
    openScratch(options).close();
  });

  it('is not left for an epoch that main can not have: such a number would fit no order', () => {
    const options = written(scratchFolder().path);
    const word = (epoch: number) => () => ({ epoch, shared: 9 });
    expect(openNewEpoch(options, ['asha', 'ravi'], word(4_711))).toMatchObject({
      refusal: { reason: 'nothing-to-leave' },
    });
    expect(openNewEpoch(options, ['asha', 'ravi'], word(5))).toMatchObject({ value: { epoch: 6 } });
  });

  it('is also a file that is gone', () => {
    const folder = scratchFolder();
    const options = written(folder.path);
    rmSync(options.path);
    expect(openJournal(options)).toMatchObject({ refusal: { reason: 'restored-copy' } });
  });
});

describe('signed heads', () => {
  it(`come every ${HEAD_EVERY} facts, at the first row of an epoch and at the close`, () => {
    const folder = scratchFolder();
    const options = written(folder.path, HEAD_EVERY + 50);
    edit(options, (sqlite) =>
      expect(sqlite.rows('SELECT seq FROM heads').flat()).toEqual([1, HEAD_EVERY + 50]),
    );
    const journal = openScratch(options);
    for (let n = 0; n < HEAD_EVERY; n++) journal.append([boundReached(`one ${n}`)]);
    journal.close();
    edit(options, (sqlite) =>
      expect(sqlite.rows('SELECT seq FROM heads').flat()).toEqual([1, 1050, 2000, 2051]),
    );
  });
});
