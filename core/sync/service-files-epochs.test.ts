import { describe, expect, it, onTestFinished } from 'vitest';
import { openNewEpoch } from '#core/journal/open.ts';
import { openSqlite } from '#core/journal/sqlite.ts';
import { scratchOptions } from '#core/journal/stage.ts';
import { FILE_ROWS_MAX } from './domain-files.ts';
import { ack, ASKED, files, stage } from './service-files-stage.ts';
import { certificateAt } from './service-certificate-stage.ts';
import { openDesk } from './service-handback-stage.ts';
import { filled, NIFTY, rowOf } from './stage-facts.ts';

describe('a new epoch over a row that broke, in the middle of the trades of an emergency', () => {
  /** Of the trades from seq 6 on the first stands, the second is damaged, and the rest was left with it. */
  function broken(trades: number, seq = 7) {
    const { path, line, desk } = stage(trades);
    desk.close();
    const sqlite = openSqlite(scratchOptions(path).path);
    sqlite.exec(
      `UPDATE log SET body = replace(replace(body, '25', '26'), 'moves', 'MOVES') WHERE seq = ${seq}`,
    );
    sqlite.close();
    const opened = openNewEpoch(scratchOptions(path), ['asha', 'ravi']);
    if (!opened.ok) throw new Error(opened.refusal.text);
    expect(opened.value.replay([])).toMatchObject({ ok: true });
    opened.value.close();
    const again = openDesk(path, line, desk.around);
    onTestFinished(() => again.close());
    return again;
  }

  it('can be certified: no file waits for what is not handed over', () => {
    const desk = broken(3);
    const [file] = files(desk);
    expect(file?.rows).toBe(1);
    desk.handlers.readAck({ text: ack(file?.text ?? '') }, ASKED);
    desk.handlers.reconcile();
    expect(desk.port.status().notYet).toEqual([]);
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ ok: true });
    const { id = '', closing } = desk.port.status().certificates[0] ?? {};
    const read = desk.handlers.certificate({ id });
    // From seq 3 on, without 7 to 9, which were left.
    expect(read.ok && JSON.parse(read.value.json)).toMatchObject({ facts: (closing?.seq ?? 0) - 3 + 1 - 3 });
  });

  it('counts what main gets, names how much it never gets, and each row of it is a difference', () => {
    const desk = broken(5);
    desk.around.rows = [rowOf(0)];
    desk.around.exchange = [{ account: 'C1', instrumentId: NIFTY, product: 'MIS', net: 0 }];
    const [file] = files(desk);
    desk.handlers.readAck({ text: ack(file?.text ?? '') }, ASKED);
    desk.handlers.reconcile();
    const [difference] = desk.handlers.differences().differences;
    expect(difference).toMatchObject({
      cause: 'fact-not-known-to-main',
      proposed: 'book-by-hand',
      text: 'Trades of this row were left with a broken epoch: they are in no file, and main never gets them.',
    });
    const { round = 0, key = '' } = difference ?? {};
    desk.handlers.decide({ round, key, repair: 'book-by-hand', why: 'RMS books it' }, ASKED);
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ ok: true });
    const { content, page } = certificateAt(desk, 0);
    // Left: four trades and the move to HANDBACK after them.
    expect(content).toMatchObject({
      totals: { trades: 1, soldUnits: 5 },
      left: { facts: 5, trades: 4 },
      opening: { seq: 3 },
      declared: { why: 'a test moves it' },
      accepted: null,
    });
    expect(page).toContain('5 facts, 4 of them trades: main never gets them');
  });

  it('does not repeat what a row says that was left, and opens with one that stands', () => {
    const desk = broken(5, 3);
    desk.handlers.reconcile();
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ ok: true });
    const { content, page } = certificateAt(desk, 0);
    expect(content).toMatchObject({
      declared: null,
      accepted: null,
      left: { trades: 5 },
      totals: { trades: 0 },
    });
    expect(desk.journal.read(content.opening.seq - 1, 1)[0]?.fact.kind).toBe('epoch-opened');
    expect(page).not.toContain('MOVES');
    expect(page).toContain('not known: its fact was left with a broken epoch');
  });

  it('hands over what was traded later, however much was left', () => {
    const desk = broken(FILE_ROWS_MAX + 10);
    desk.append([filled('O1', '900', 'T-later', 5)]);
    expect(files(desk).map(({ rows }) => rows)).toEqual([1, 1]);
  });
});

describe('a later emergency by file', () => {
  it('does not speak again of what main refused in an emergency that was certified', () => {
    const { desk } = stage();
    desk.around.rows = [rowOf(0)];
    desk.around.exchange = [{ account: 'C1', instrumentId: NIFTY, product: 'MIS', net: 0 }];
    const [file] = files(desk);
    desk.handlers.readAck({ text: ack(file?.text ?? '', { refused: [[7, 'no such client']] }) }, ASKED);
    desk.handlers.reconcile();
    const [difference] = desk.handlers.differences().differences;
    const { round = 0, key = '' } = difference ?? {};
    desk.handlers.decide({ round, key, repair: 'book-by-hand', why: 'RMS books it' }, ASKED);
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ ok: true });
    desk.move('STANDBY', 'EMERGENCY');
    desk.move('EMERGENCY', 'HANDBACK');
    desk.handlers.reconcile();
    expect(desk.handlers.differences().differences).toEqual([]);
  });
});
