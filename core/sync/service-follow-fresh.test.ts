import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { FromMain } from './messages.ts';
import {
  CONTRACT,
  deskThatFollows,
  NOW_MS,
  PlayedBook,
  position,
  scriptedLink,
} from './service-follow-stage.ts';
import { until } from './service-link-stage.ts';

/** A desk with two positions of main in force. */
async function following() {
  const link = scriptedLink();
  const main = new PlayedBook('B', {
    instruments: [CONTRACT],
    positions: [position('C1', 75), position('C2', -150)],
  });
  const desk = deskThatFollows({ folder: scratchFolder().path, link });
  link.say(...main.snapshot());
  await until(() => desk.files.length === 2);
  desk.files.length = 0;
  return { link, main, desk };
}

describe("positions of main's book that are of another time", () => {
  it.each([
    [
      'of a trading date after today',
      { tradingDate: '2027-11-23' },
      'the trading date 2027-11-23 is after today',
    ],
    ['of a time to come', { asOfMs: NOW_MS + 121_000 }, 'the positions are as of 2026-11-23T16:01:31'],
  ])('%s are not taken, as a delta or as a snapshot', async (_name, told, why) => {
    const { link, desk, main } = await following();
    link.say({ ...main.delta('positions', [position('C1', 0)]), ...told });
    await until(() => desk.of('book-broken').length === 1);
    expect(desk.of('book-broken')).toMatchObject([{ why: expect.stringContaining(why) }]);
    link.say(...Object.assign(new PlayedBook('B2', { positions: [position('C1', 0)] }), told).snapshot());
    await desk.quiet();
    expect(desk.handed()).toEqual([]);
    expect(desk.of('book-followed')).toHaveLength(1);
    expect(desk.port.book()).toMatchObject({ version: 1, stale: true, text: expect.stringContaining(why) });
  });
});

describe('a book of main that the tables do not take', () => {
  it('is broken by name, and the desk goes on', async () => {
    const { link, desk, main } = await following();
    link.say({ ...main.delta('positions', [position('C1', 0)]), asOfMs: main.asOfMs + 0.5 });
    desk.pass(1_000);
    await until(() => desk.of('book-broken').length === 1);
    expect(desk.of('book-broken')).toMatchObject([
      {
        why: "main's book could not be taken in: SqliteError: cannot store REAL value in INTEGER column followed.as_of_ms",
      },
    ]);
    expect(desk.port.book()).toMatchObject({ version: 1, stale: true });
    link.say(...main.snapshot());
    await until(() => desk.files.length === 1);
    expect(desk.port.book()).toMatchObject({ version: 2, stale: false });
  });

  it.each([1_795_425_570_000.5, 1e20, -1])('is no message at all with a time of %d', (asOfMs) => {
    const [begin] = Object.assign(new PlayedBook('B', {}), { asOfMs }).snapshot();
    expect(FromMain.safeParse(begin).error?.issues[0]?.path).toEqual(['asOfMs']);
  });
});
