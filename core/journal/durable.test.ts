import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from './stage-folder.ts';
import { boundReached, openScratch, scratchOptions } from './stage.ts';
import { openSqlite } from './sqlite.ts';
import type { Sqlite } from './sqlite.ts';
import type { JournalFile } from './journal.ts';
import { verifyFile } from './verify.ts';

const LARGE = 'x'.repeat(40_000);

/** A journal on a disk that has room for `pages` more pages at each opening of the file. */
function onFullDisk(folder: string, rooms: readonly number[]) {
  const options = scratchOptions(folder);
  openScratch(options).close();
  let opening = 0;
  const open = (path: string): Sqlite => {
    const sqlite = openSqlite(path);
    const pages = Number(sqlite.get('PRAGMA page_count')?.['page_count']);
    sqlite.exec(`PRAGMA max_page_count = ${pages + (rooms[opening++] ?? 0)}`);
    return sqlite;
  };
  return { options, journal: openScratch({ ...options, open }), reserve: `${folder}/desk.reserve` };
}

function appendUntilRefused(journal: JournalFile): number {
  for (let done = 0; done < 1000; done++) if (!journal.append([boundReached(LARGE)]).ok) return done;
  throw new Error('the disk never got full');
}

describe('a commit that fails', () => {
  it('is tried once more after the file is opened anew and the reserve is given back', () => {
    const folder = scratchFolder();
    const { options, journal, reserve } = onFullDisk(folder.path, [2, 100]);
    expect(existsSync(reserve)).toBe(true);
    const before = journal.head().seq;
    const seen: number[] = [];
    journal.follow(before, ({ seq }) => void seen.push(seq));
    expect(journal.append([boundReached(LARGE)])).toMatchObject({ ok: true, value: [{ seq: before + 1 }] });
    expect(existsSync(reserve)).toBe(false);
    expect(journal.read(before + 1, 10)).toMatchObject([{ fact: { bound: 'journal-reserve-bytes' } }]);
    expect(seen).toEqual([before + 1, before + 2]);
    journal.close();
    expect(verifyFile(options.path)).toMatchObject({ value: { broken: null } });
  });

  it('ends all writing when it fails again; reading goes on, nothing half done is left', () => {
    const folder = scratchFolder();
    const { options, journal } = onFullDisk(folder.path, [2, 2, 100]);
    const before = journal.head();
    const refused = { ok: false, refusal: { reason: 'journal-not-writable' } };
    expect(journal.append([boundReached(LARGE)])).toMatchObject(refused);
    expect(journal.append([boundReached('small')])).toMatchObject(refused);
    expect(journal.head()).toEqual(before);
    expect(journal.read(0, 10).at(-1)?.seq).toBe(before.seq);
    journal.close();
    expect(verifyFile(options.path)).toMatchObject({ value: { broken: null, head: before } });
    openScratch(options).close();
  });

  it('is looked up in the file first, so that what did reach it is not written twice', () => {
    const folder = scratchFolder();
    const options = scratchOptions(folder.path);
    let failing = false;
    const open = (path: string): Sqlite => {
      const sqlite = openSqlite(path);
      const transaction: Sqlite['transaction'] = (body) => {
        sqlite.transaction(body);
        if (!failing) return;
        failing = false;
        // The commit is in the file, and the answer to it is a full disk.
        sqlite.exec(`PRAGMA max_page_count = 1`);
        sqlite.transaction((tx) => tx.run("INSERT INTO import_rows VALUES ('x', 1, ?)", LARGE));
      };
      return { ...sqlite, transaction };
    };
    const journal = openScratch({ ...options, open });
    const before = journal.head().seq;
    failing = true;
    expect(journal.append([boundReached('once')]).ok).toBe(true);
    const bounds = journal
      .read(before, 10)
      .map(({ fact }) => (fact.kind === 'bound-reached' ? fact.bound : ''));
    expect(bounds).toEqual(['once', 'journal-reserve-bytes']);
    journal.close();
    expect(verifyFile(options.path)).toMatchObject({ value: { broken: null } });
  });

  it('refuses from then on, however many are tried', () => {
    const folder = scratchFolder();
    const { journal } = onFullDisk(folder.path, [30, 30]);
    expect(appendUntilRefused(journal)).toBeGreaterThan(0);
    expect(journal.append([boundReached('small')]).ok).toBe(false);
    journal.close();
  });
});
