import { describe, expect, it } from 'vitest';
import type { Entry } from '#core/events.ts';
import { scratchFolder } from './stage-folder.ts';
import { boundReached, openScratch, scratchOptions } from './stage.ts';
import { openJournal } from './open.ts';

const words = (entries: readonly Entry[]): string[] =>
  entries.map(({ epoch, seq, fact: { kind } }) => `${epoch}/${seq} ${kind}`);

describe('append and replay', () => {
  it('opens the first epoch, notes the start and goes on without a gap', () => {
    const folder = scratchFolder();
    const options = scratchOptions(folder.path);
    const first = openScratch(options);
    expect(first.append([boundReached('a'), boundReached('b')]).ok).toBe(true);
    first.close();
    const seen: Entry[] = [];
    const second = openScratch(options, (entry) => void seen.push(entry));
    expect(words(seen)).toEqual([
      '1/1 epoch-opened',
      '1/2 desk-started',
      '1/3 bound-reached',
      '1/4 bound-reached',
      '1/5 desk-started',
    ]);
    expect(second.read(0, 100)).toEqual(seen);
    second.close();
  });

  it('gives memory what replay will give it, not the object of the caller', () => {
    const folder = scratchFolder();
    const seen: Entry[] = [];
    const journal = openScratch(scratchOptions(folder.path), (entry) => void seen.push(entry));
    journal.append([Object.assign(boundReached('a'), { extra: undefined })]);
    expect(Object.keys(seen.at(-1)?.fact ?? {})).not.toContain('extra');
    journal.close();
  });

  it('commits rows of the caller in the same transaction, or nothing at all', () => {
    const folder = scratchFolder();
    const journal = openScratch(scratchOptions(folder.path));
    const insert = (n: number) =>
      journal.append([boundReached(`row ${n}`)], (tx) =>
        tx.run('INSERT INTO import_rows (sha256, n, body) VALUES (?, ?, ?)', 'x', n, '{}'),
      );
    expect(insert(1).ok).toBe(true);
    const before = journal.head();
    expect(() => insert(1)).toThrow(/UNIQUE/);
    expect(journal.head()).toEqual(before);
    expect(insert(2).ok).toBe(true);
    expect(journal.reader.all('SELECT n FROM import_rows')).toEqual([{ n: 1 }, { n: 2 }]);
    journal.close();
  });

  it('changes memory after the commit and before any follower', () => {
    const folder = scratchFolder();
    const order: string[] = [];
    const journal = openScratch(scratchOptions(folder.path), ({ seq }) => void order.push(`memory ${seq}`));
    order.length = 0;
    journal.follow(2, ({ seq }) => void order.push(`follower ${seq}, head ${journal.head().seq}`));
    journal.append([boundReached('a'), boundReached('b')], () => void order.push('commit'));
    expect(order).toEqual(['commit', 'memory 3', 'memory 4', 'follower 3, head 4', 'follower 4, head 4']);
    journal.close();
  });

  it('is not appended to from within its own commit', () => {
    const folder = scratchFolder();
    const journal = openScratch(scratchOptions(folder.path));
    expect(() => journal.append([], () => void journal.append([boundReached('a')]))).toThrow(/committing/);
    expect(journal.append([boundReached('b')]).ok).toBe(true);
    journal.close();
  });
});

describe('follow', () => {
  it('gives the stored ones, then each new one, once and in order, also when followers append', () => {
    const folder = scratchFolder();
    const journal = openScratch(scratchOptions(folder.path));
    const seen: string[] = [];
    let answered = 0;
    journal.follow(0, ({ seq }) => void seen.push(`one ${seq}`));
    journal.follow(1, ({ seq }) => {
      seen.push(`two ${seq}`);
      if (seq === 3 && answered++ === 0) journal.append([boundReached('answer')]);
    });
    journal.append([boundReached('question'), boundReached('another')]);
    const stop = journal.follow(4, ({ seq }) => void seen.push(`three ${seq}`));
    stop();
    journal.append([boundReached('last')]);
    expect(seen.join(', ')).toBe(
      'one 1, one 2, two 2, one 3, two 3, one 4, two 4, one 5, two 5, three 5, one 6, two 6',
    );
    journal.close();
  });

  it('gives a follower that begins during a delivery each entry once', () => {
    const folder = scratchFolder();
    const journal = openScratch(scratchOptions(folder.path));
    const late: number[] = [];
    journal.follow(2, ({ seq }) => {
      if (seq === 3) journal.follow(0, (entry) => void late.push(entry.seq));
    });
    journal.append([boundReached('a'), boundReached('b')]);
    journal.append([boundReached('c')]);
    expect(late).toEqual([1, 2, 3, 4, 5]);
    journal.close();
  });
});

describe('one desk, one file', () => {
  it('refuses a second opening while the first holds the file', () => {
    const folder = scratchFolder();
    const options = scratchOptions(folder.path);
    const journal = openScratch(options);
    expect(openJournal(options)).toMatchObject({ ok: false, refusal: { reason: 'journal-in-use' } });
    journal.close();
    openScratch(options).close();
  });

  it.each([
    ['another desk', { desk: 'D2' }, 'wrong-desk'],
    ['no key', { key: undefined }, 'not-openable'],
    ['another key', { key: new Uint8Array(32).fill(2) }, 'not-openable'],
  ])('refuses the file to %s', (_, change, reason) => {
    const folder = scratchFolder();
    const options = { ...scratchOptions(folder.path), key: new Uint8Array(32).fill(1) };
    openScratch(options).close();
    const opened = openJournal({ ...options, ...change } as typeof options);
    expect(opened).toMatchObject({ ok: false, refusal: { reason } });
    openScratch(options).close();
  });
});
