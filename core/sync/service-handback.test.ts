import { onTestFinished, describe, expect, it } from 'vitest';
import { openNewEpoch } from '#core/journal/open.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { scratchOptions } from '#core/journal/stage.ts';
import { openSqlite } from '#core/journal/sqlite.ts';
import { join } from 'node:path';
import {
  carry,
  openDesk,
  someFacts,
  toHandback,
  waiting,
  type StagedDesk,
} from './service-handback-stage.ts';
import { PlayedLine, PlayedMain, WINDOW } from './service-handback-stage-main.ts';

function stage() {
  const { path } = scratchFolder();
  const line = new PlayedLine();
  const main = new PlayedMain('D1');
  const desk = openDesk(path, line);
  onTestFinished(desk.close);
  return { path, line, main, desk };
}

/** What main has is what the desk has: each row once, in order. */
function sameLog(desk: StagedDesk, main: PlayedMain): void {
  expect(main.log()).toEqual(
    desk.journal.stored(0, 1_000_000).rows.map(({ epoch, seq, body }) => `${epoch}/${seq} ${body}`),
  );
}

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
    // What main said is a fact, once: two persons go on by it.
    expect(old.desk.journal.read(4, 10).map(({ fact }) => fact)).toMatchObject([{ kind: 'main-has-more' }]);
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
