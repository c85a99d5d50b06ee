import fc from 'fast-check';
import { onTestFinished, describe, expect, it } from 'vitest';
import { checkChain } from '#core/journal/check.ts';
import { openNewEpoch } from '#core/journal/open.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { boundReached, scratchOptions } from '#core/journal/stage.ts';
import { openSqlite } from '#core/journal/sqlite.ts';
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import {
  carry,
  emptyAround,
  openDesk,
  PlayedLine,
  PlayedMain,
  WINDOW,
  type StagedDesk,
} from './service-handback-stage.ts';

function stage() {
  const { path } = scratchFolder();
  const line = new PlayedLine();
  const main = new PlayedMain('D1');
  const desk = openDesk(path, line);
  onTestFinished(desk.close);
  return { path, line, main, desk };
}

function someFacts(count: number, from = 0) {
  return Array.from({ length: count }, (_, n) => boundReached(`fact-${from + n}`));
}

/** Into HANDBACK, as an emergency goes. */
function toHandback(desk: StagedDesk): void {
  desk.move('SUSPECT', 'EMERGENCY');
  desk.move('EMERGENCY', 'HANDBACK');
}

/** What main has is what the desk has: each row once, in order. */
function sameLog(desk: StagedDesk, main: PlayedMain): void {
  const { rows } = desk.journal.stored(0, 1_000_000);
  expect([...main.rows.keys()].toSorted(byPlace)).toEqual(rows.map(({ epoch, seq }) => `${epoch}/${seq}`));
  for (const { epoch, seq, body } of rows) expect(main.rows.get(`${epoch}/${seq}`)?.body).toBe(body);
}

function byPlace(one: string, other: string): number {
  const [epoch = 0, seq = 0] = one.split('/').map(Number);
  const [otherEpoch = 0, otherSeq = 0] = other.split('/').map(Number);
  return epoch - otherEpoch || seq - otherSeq;
}

const waiting = (desk: StagedDesk): number => desk.port.status().handback.waiting;

describe('handing the log over', () => {
  it('sends no fact while main is not trusted, and all of them in HANDBACK and STANDBY', () => {
    const { line, main, desk } = stage();
    line.up(main);
    desk.append(someFacts(10));
    carry(desk, line, main);
    desk.move('SUSPECT', 'EMERGENCY');
    carry(desk, line, main);
    expect([main.rows.size, waiting(desk)]).toEqual([0, 13]);
    desk.move('EMERGENCY', 'HANDBACK');
    carry(desk, line, main);
    expect([main.rows.size, waiting(desk)]).toEqual([14, 0]);
    desk.move('HANDBACK', 'STANDBY');
    desk.append(someFacts(3));
    carry(desk, line, main);
    sameLog(desk, main);
    desk.move('STANDBY', 'SUSPECT');
    carry(desk, line, main);
    expect(waiting(desk)).toBe(1);
  });

  it('has no more on its way than the window', () => {
    const { line, main, desk } = stage();
    toHandback(desk);
    desk.append(someFacts(500));
    line.up(main);
    desk.settle();
    const rows = line.toMain.flatMap((message) => (message.type === 'facts' ? message.rows : []));
    expect(rows.length).toBe(WINDOW);
    carry(desk, line, main);
    sameLog(desk, main);
  });

  it('goes on when a full line takes messages again', () => {
    const { line, main, desk } = stage();
    toHandback(desk);
    desk.append(someFacts(300));
    line.room = 0;
    line.up(main, 10_000);
    desk.settle();
    expect(line.toMain.length).toBe(0);
    line.room = 1;
    carry(desk, line, main);
    sameLog(desk, main);
    expect(main.duplicates).toBe(0);
  });

  it('sends again what nobody answers, and resumes where main says', () => {
    const { line, main, desk } = stage();
    toHandback(desk);
    desk.append(someFacts(100));
    line.up(main);
    desk.settle();
    line.toMain.length = 0;
    desk.pass(5_000);
    desk.settle();
    expect(line.toMain.length).toBe(0);
    desk.pass(5_000);
    desk.settle();
    expect(line.toMain.length).toBeGreaterThan(0);
    line.cut();
    line.up(main);
    carry(desk, line, main);
    sameLog(desk, main);
    expect(main.duplicates).toBe(0);
  });

  it('keeps the acknowledged place through a restart', () => {
    const { path, line, main, desk } = stage();
    toHandback(desk);
    desk.append(someFacts(50));
    line.up(main);
    carry(desk, line, main);
    const { acked } = desk.port.status().handback;
    line.cut();
    desk.close();
    const again = openDesk(path, line);
    onTestFinished(again.close);
    expect(again.port.status().handback.acked).toEqual(acked);
    expect(acked.seq).toBeGreaterThan(50);
  });

  it('keeps the acknowledged place at most once a tick', () => {
    const { line, main, desk } = stage();
    toHandback(desk);
    desk.append(someFacts(400));
    line.up(main);
    const commits = (): number =>
      Number(desk.journal.reader.get('SELECT table_commits FROM desk')?.['table_commits']);
    const before = commits();
    while (waiting(desk) > 0) {
      desk.settle();
      for (const message of line.toMain.splice(0)) for (const answer of main.hear(message)) line.say(answer);
    }
    expect(commits()).toBe(before);
    desk.pass(500);
    desk.pass(500);
    expect(commits()).toBe(before + 1);
  });

  it('says when main is back with old data, and hands that over again', () => {
    const { line, main, desk } = stage();
    toHandback(desk);
    desk.append(someFacts(100));
    line.up(main);
    carry(desk, line, main);
    main.lose(30);
    line.cut();
    line.up(main);
    carry(desk, line, main);
    sameLog(desk, main);
    expect(desk.port.status().handback.text).toContain('Main came back with the facts up to seq');
    const facts = desk.journal.read(0, 1_000).filter(({ fact }) => fact.kind === 'main-has-less');
    expect(facts.length).toBe(1);
    line.cut();
    line.up(main);
    carry(desk, line, main);
    expect(desk.journal.read(0, 1_000).filter(({ fact }) => fact.kind === 'main-has-less').length).toBe(1);
  });
});

describe('what main does not take', () => {
  /** One body changed in the file, under the log's own name. */
  function tamper(path: string, seq: number): void {
    const sqlite = openSqlite(join(path, 'desk.db'));
    sqlite.run("UPDATE log SET body = replace(body, 'fact-', 'fakt-') WHERE seq = ?", seq);
    sqlite.close();
  }

  it('is named once, and nothing after it goes until a person asks', () => {
    const { path, line, main, desk } = stage();
    toHandback(desk);
    desk.append(someFacts(100));
    tamper(path, 50);
    line.up(main);
    carry(desk, line, main);
    const named = () =>
      desk.journal.read(0, 1_000).flatMap(({ fact }) => (fact.kind === 'facts-not-taken' ? [fact] : []));
    expect(named()).toMatchObject([{ at: { epoch: 1, seq: 50 }, reason: 'hash' }]);
    expect(desk.port.status().handback.notTaken).toMatchObject({ at: { seq: 50 } });
    expect(main.rows.size).toBe(49);
    const { duplicates } = main;
    line.cut();
    line.up(main);
    carry(desk, line, main);
    expect([main.duplicates, named().length]).toEqual([duplicates, 1]);
    desk.handlers.reconcile();
    carry(desk, line, main);
    expect([main.rows.size, named().length]).toEqual([49, 1]);
    expect(desk.port.status().notYet.join(' ')).toContain(
      'Main does not take the facts from epoch 1, seq 50',
    );
  });

  it('stays refused over a restart of the desk', () => {
    const { path, line, main, desk } = stage();
    toHandback(desk);
    desk.append(someFacts(100));
    tamper(path, 50);
    line.up(main);
    carry(desk, line, main);
    line.cut();
    desk.close();
    const again = openDesk(path, line);
    onTestFinished(again.close);
    line.up(main);
    again.settle();
    expect(line.toMain).toEqual([]);
  });
});

describe('a copy of the desk that was put back', () => {
  it('is refused by the greeting of a main that knows more', () => {
    const { line, main, desk } = stage();
    toHandback(desk);
    desk.append(someFacts(20));
    line.up(main);
    carry(desk, line, main);
    line.cut();
    const old = stage();
    toHandback(old.desk);
    old.line.up(main);
    carry(old.desk, old.line, main);
    expect(old.desk.port.status().handback.text).toContain('it is an old copy');
    expect(old.desk.port.status().notYet.join(' ')).toContain('it is an old copy');
    expect(old.desk.journal.head().seq).toBe(4);
  });

  it('hands over its new epoch, and nothing is mixed', () => {
    const { path, line, main, desk } = stage();
    toHandback(desk);
    desk.append(someFacts(20));
    line.up(main);
    carry(desk, line, main);
    line.cut();
    desk.close();
    // The newest rows are lost with their disk: what came back is older than what this desk had written.
    const sqlite = openSqlite(join(path, 'desk.db'));
    sqlite.run('DELETE FROM log WHERE seq > 15');
    sqlite.run('DELETE FROM heads WHERE seq > 15');
    sqlite.close();
    const fresh = openNewEpoch(scratchOptions(path), ['head', 'admin']);
    if (!fresh.ok) throw new Error(fresh.refusal.text);
    fresh.value.replay([]);
    fresh.value.close();
    const again = openDesk(path, line);
    onTestFinished(again.close);
    expect(again.journal.epoch).toBe(2);
    again.append(someFacts(10, 100));
    const before = [...main.rows.keys()].filter((place) => place.startsWith('1/'));
    line.up(main);
    carry(again, line, main);
    expect([...main.rows.keys()].filter((place) => place.startsWith('1/'))).toEqual(before);
    const { rows } = again.journal.stored(15, 1_000);
    expect([...main.rows.keys()].filter((place) => place.startsWith('2/'))).toEqual(
      rows.map(({ seq }) => `2/${seq}`),
    );
    expect(waiting(again)).toBe(0);
  });
});

const Step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('append' as const), n: fc.integer({ min: 1, max: 30 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('to-main' as const), n: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('to-desk' as const), n: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('twice' as const), n: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('swap' as const), n: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('vanish' as const), n: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const), n: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const), n: fc.constant(0) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('lose' as const), n: fc.integer({ min: 1, max: 60 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), n: fc.integer({ min: 1, max: 12 }) }),
  },
);

describe('whatever is cut, repeated, reordered, lost or killed', () => {
  it('main ends with each row once, in order, its chain verified, and the desk knows it', () => {
    fc.assert(
      fc.property(fc.array(Step, { minLength: 10, maxLength: 80 }), (steps) => {
        const { path } = scratchFolder();
        const line = new PlayedLine();
        const main = new PlayedMain('D1');
        const around = emptyAround();
        let desk = openDesk(path, line, around);
        try {
          toHandback(desk);
          line.up(main);
          for (const { do: what, n } of steps) {
            if (!line.isUp) line.up(main);
            desk.settle();
            const { toMain, toDesk } = line;
            switch (what) {
              case 'append':
                desk.append(someFacts(n, desk.journal.head().seq));
                break;
              case 'to-main':
                for (const message of toMain.splice(0, n)) toDesk.push(...main.hear(message));
                break;
              case 'to-desk':
                for (const message of toDesk.splice(0, n)) line.say(message);
                break;
              case 'twice': {
                for (const queue of [toMain, toDesk] as unknown[][]) {
                  const copy = queue[n % Math.max(queue.length, 1)];
                  if (copy !== undefined) queue.push(copy);
                }
                break;
              }
              case 'swap':
                for (const queue of [toMain, toDesk] as unknown[][]) queue.push(...queue.splice(0, n % 3));
                break;
              case 'vanish':
                for (const queue of [toMain, toDesk]) queue.splice(n % Math.max(queue.length, 1), 1);
                break;
              case 'cut':
                line.cut();
                break;
              case 'restart':
                line.cut();
                desk.close();
                desk = openDesk(path, line, around);
                break;
              case 'lose':
                line.cut();
                main.lose(n);
                break;
              case 'wait':
                desk.pass(n * 1_000);
            }
          }
          if (!line.isUp) line.up(main);
          carry(desk, line, main, 15);
          sameLog(desk, main);
          expect(waiting(desk)).toBe(0);
          expect(desk.port.status().handback.acked.seq).toBe(desk.journal.head().seq);
        } finally {
          desk.close();
        }
        const sqlite = openSqlite(join(path, 'desk.db'), { readOnly: true });
        expect(checkChain(sqlite).broken).toBe(null);
        sqlite.close();
        rmSync(path, { recursive: true });
      }),
      { numRuns: 60 },
    );
  });
});
