import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DeskId } from '#core/model/ids.ts';
import type { Entry, Fact } from '#core/events.ts';
import { openJournal } from './open.ts';
import type { JournalOptions } from './open.ts';
import type { JournalFile } from './journal.ts';
import { signerOf } from './signer.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function options(): JournalOptions {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-journal-'));
  folders.push(folder);
  let nowMs = 1_795_000_000_000;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  return {
    path: join(folder, 'desk.db'),
    desk: DeskId.parse('D1'),
    build: 'test',
    host: { now: () => ++nowMs, log },
    signer: signerOf(new Uint8Array(32).fill(7)),
    reserveBytes: 4096,
  };
}

function opened(given: JournalOptions, memory: (entry: Entry) => void = () => undefined): JournalFile {
  const result = openJournal(given);
  if (!result.ok) throw new Error(`${result.refusal.reason}: ${result.refusal.text}`);
  const replayed = result.value.replay([{ name: 'test', memory }]);
  expect(replayed).toEqual({ ok: true, value: null });
  return result.value;
}

const fact = (bound: string): Fact => ({ kind: 'bound-reached', v: 1, bound, limit: 1, outcome: 'nothing' });
const words = (entries: readonly Entry[]): string[] =>
  entries.map(({ seq, fact: { kind }, ...rest }) => `${rest.epoch}/${seq} ${kind}`);

describe('append and replay', () => {
  it('opens the first epoch, notes the start and goes on without a gap', () => {
    const given = options();
    const first = opened(given);
    expect(first.append([fact('a'), fact('b')]).ok).toBe(true);
    first.close();
    const seen: Entry[] = [];
    const second = opened(given, (entry) => void seen.push(entry));
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
    const given = options();
    const seen: Entry[] = [];
    const journal = opened(given, (entry) => void seen.push(entry));
    journal.append([Object.assign(fact('a'), { extra: undefined })]);
    expect(Object.keys(seen.at(-1)?.fact ?? {})).not.toContain('extra');
    journal.close();
  });

  it('commits rows of the caller in the same transaction, or nothing', () => {
    const journal = opened(options());
    const insert = (n: number) =>
      journal.append([fact(`row ${n}`)], (tx) =>
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
});

describe('follow', () => {
  it('gives the stored ones, then each new one, once and in order, also when followers append', () => {
    const journal = opened(options());
    const seen: string[] = [];
    let answered = 0;
    journal.follow(0, ({ seq }) => void seen.push(`one ${seq}`));
    journal.follow(1, ({ seq }) => {
      seen.push(`two ${seq}`);
      if (seq === 3 && answered++ === 0) journal.append([fact('answer')]);
    });
    journal.append([fact('question'), fact('another')]);
    const stop = journal.follow(4, ({ seq }) => void seen.push(`three ${seq}`));
    stop();
    journal.append([fact('last')]);
    expect(seen).toEqual([
      'one 1',
      'one 2',
      'two 2',
      'one 3',
      'two 3',
      'one 4',
      'two 4',
      'one 5',
      'two 5',
      'three 5',
      'one 6',
      'two 6',
    ]);
    journal.close();
  });
});
