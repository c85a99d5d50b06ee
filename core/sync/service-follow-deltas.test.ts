import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { Instrument } from '#core/model/instrument.ts';
import { INSTRUMENT_INTEGERS, INSTRUMENTS_A_FILE } from './domain-follow.ts';
import { deskThatFollows, PlayedBook, position, scriptedLink } from './service-follow-stage.ts';
import { until } from './service-link-stage.ts';

/** A desk with main's book in force: two positions, and so many contracts. */
async function following(contracts = 3) {
  const folder = scratchFolder().path;
  const link = scriptedLink();
  const main = new PlayedBook('B', {
    instruments: Array.from({ length: contracts }, (_, n) => contract(n)),
    positions: [position('C1', 75), position('C2', -150)],
  });
  const desk = deskThatFollows({ folder, link });
  link.say(...main.snapshot());
  await until(() => desk.files.length === 2);
  desk.files.length = 0;
  return { folder, link, main, desk };
}

function contract(n: number, lotSize = 75): Readonly<Record<string, string>> {
  const name = `S${String(n).padStart(6, '0')}`;
  return { instrumentId: `NSE:${name}`, exchange: 'NSE', symbol: name, lotSize: String(lotSize) };
}

/** The rows of the last file of positions, as account and quantity. */
function positionsOf(desk: { readonly files: readonly { readonly part: string; readonly text: string }[] }) {
  const text = desk.files.findLast(({ part }) => part === 'positions')?.text ?? '{"rows":[]}';
  const { rows } = JSON.parse(text) as { rows: readonly Record<string, string>[] };
  return rows.map((row) => `${row['account'] ?? ''} ${row['quantity'] ?? ''}`);
}

describe('deltas of main’s book', () => {
  it('are put in force and handed on together, at most once a second', async () => {
    const { link, main, desk } = await following();
    for (let n = 1; n <= 20; n += 1) link.say(main.delta('positions', [position('C1', 75 - n)]));
    desk.pass(999);
    await desk.quiet();
    expect(desk.of('book-followed')).toHaveLength(1);
    desk.pass(1);
    await until(() => desk.files.length === 1);
    expect(desk.of('book-followed').slice(1)).toMatchObject([
      {
        version: 21,
        how: 'delta',
        asOfMs: main.asOfMs,
        parts: [{ part: 'positions', rows: 2, sha256: main.sha256('positions') }],
      },
    ]);
    expect(desk.handed()).toEqual(['positions main:B/21 2']);
    expect(positionsOf(desk)).toEqual(['C1 55', 'C2 -150']);
    expect(desk.port.place()).toEqual({ book: 'B', version: 21 });
    // Of each row one is kept, not twenty.
    await until(() => desk.journal.reader.get('SELECT count(*) AS n FROM followed_rows')?.['n'] === 5);
  });

  it('that bring back what was are handed on again, as other bytes', async () => {
    const { link, main, desk } = await following();
    for (const quantity of [0, 75, 0]) {
      link.say(main.delta('positions', [position('C1', quantity)]));
      const before = desk.files.length;
      desk.pass(1_000);
      await until(() => desk.files.length > before);
    }
    expect(desk.files.map(({ text }) => text)).toHaveLength(new Set(desk.files.map(({ text }) => text)).size);
    expect(positionsOf(desk)).toEqual(['C1 0', 'C2 -150']);
  });

  it('that take a row away tell so', async () => {
    const { link, main, desk } = await following();
    link.say(main.delta('positions', [], ['C2|NSE|NIFTY|NRML']));
    desk.pass(1_000);
    await until(() => desk.files.length === 1);
    expect(desk.of('book-followed').at(-1)).toMatchObject({ parts: [{ rows: 1 }] });
    expect(positionsOf(desk)).toEqual(['C1 75', 'C2 0']);
  });

  it('of contracts hand on the contracts that changed', async () => {
    const { link, main, desk } = await following();
    link.say(main.delta('instruments', [contract(1, 50)]), main.delta('instruments', [contract(9)]));
    await desk.wrote(3);
    desk.pass(1_000);
    await until(() => desk.files.length === 1);
    const lines = desk.files[0]?.text.split('\n').map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([
      { followed: 'main:B/3', ...contract(1), lotSize: 50 },
      { ...contract(9), lotSize: 75 },
    ]);
  });

  it('that are here already change nothing', async () => {
    const { link, main, desk } = await following();
    const first = main.delta('positions', [position('C1', 1)]);
    link.say(first, first, main.delta('positions', [position('C2', 2)]), first);
    await desk.wrote(3);
    desk.pass(1_000);
    await until(() => desk.files.length === 1);
    expect(positionsOf(desk)).toEqual(['C1 1', 'C2 2']);
    expect(desk.of('book-broken')).toEqual([]);
  });

  it.each([
    ['one is missing', 'version 3 came after 1'],
    ['they are of another book', 'a delta of OTHER, and B is here'],
    ['their checksum is another', 'the checksum of positions at version 2 is another'],
    ['their key is none', 'a key of positions is not printable ASCII'],
  ])('break the book when %s, and a new snapshot mends it', async (what, why) => {
    const { link, main, desk } = await following();
    const delta = main.delta('positions', [position('C1', 1)]);
    if (what === 'one is missing') link.say(main.delta('positions', [position('C1', 2)]));
    else if (what === 'they are of another book') link.say({ ...delta, book: 'OTHER' });
    else if (what === 'their key is none') link.say({ ...delta, removes: ['C\n'] });
    else link.say({ ...delta, upserts: [position('C1', 3)] });
    desk.pass(1_000);
    await until(() => desk.of('book-broken').length === 1);
    expect(desk.of('book-broken')).toMatchObject([{ book: 'B', version: 1, why }]);
    expect(desk.handed()).toEqual([]);
    expect(desk.port.place()).toBeNull();
    // What is in force stays so, and says that it is old.
    expect(desk.port.book()).toMatchObject({ version: 1, stale: true });
    link.say(main.delta('positions', [position('C1', 4)]), ...main.snapshot());
    await until(() => desk.files.length === 1);
    expect(positionsOf(desk)).toEqual(['C1 4', 'C2 -150']);
    expect(desk.port.book()).toMatchObject({ version: main.version, stale: false });
    expect(desk.of('book-broken')).toHaveLength(1);
  });
});

describe('a restart', () => {
  it('goes on from what is in force; what was written beside it counts for nothing', async () => {
    const { folder, link, main, desk } = await following();
    const lost = main.delta('positions', [position('C1', 1), position('C9', 9)]);
    link.say(lost);
    await desk.wrote(2);
    await desk.close();
    const again = scriptedLink();
    const next = deskThatFollows({ folder, link: again });
    expect(next.port.place()).toEqual({ book: 'B', version: 1 });
    // Main has it otherwise now: the row that was written and never in force is not there.
    const other = new PlayedBook('B', {
      instruments: [0, 1, 2].map((n) => contract(n)),
      positions: [position('C1', 75), position('C2', -150)],
    });
    again.say(other.delta('positions', [position('C1', 5)]));
    next.pass(1_000);
    await until(() => next.files.length === 1);
    expect(positionsOf(next)).toEqual(['C1 5', 'C2 -150']);
    expect(next.of('book-broken')).toEqual([]);
    expect(next.handed()).toEqual(['positions main:B/2 2']);
  });

  it('in the middle of a snapshot leaves the book that was, and nothing of the other', async () => {
    const { folder, link, desk } = await following();
    const other = new PlayedBook('B2', { positions: [position('C7', 1)] });
    link.say(...other.snapshot().slice(0, -1));
    await until(() => desk.journal.reader.get('SELECT max(generation) AS g FROM followed_rows')?.['g'] === 2);
    await desk.close();
    const next = deskThatFollows({ folder });
    expect(next.port.place()).toEqual({ book: 'B', version: 1 });
    await until(() => next.journal.reader.get('SELECT max(generation) AS g FROM followed_rows')?.['g'] === 1);
    expect(next.handed()).toEqual([]);
  });

  it('hands on what was in force and not yet handed on', async () => {
    const { folder, link, main, desk } = await following();
    desk.refusals.set('positions', 'another import is running');
    link.say(main.delta('positions', [position('C1', 1)]));
    desk.pass(1_000);
    await until(() => desk.port.book()?.text.includes('another import') === true);
    expect(desk.port.book()).toMatchObject({ version: 2, stale: true });
    await desk.close();
    const next = deskThatFollows({ folder });
    await until(() => next.files.length === 1);
    expect(next.handed()).toEqual(['positions main:B/2 2']);
    expect(next.port.book()).toMatchObject({ version: 2, stale: false });
  });

  it('with a broken book comes without one', async () => {
    const { folder, link, desk } = await following();
    link.say(new PlayedBook('X', {}).delta('positions', []));
    await until(() => desk.of('book-broken').length === 1);
    await desk.close();
    const next = deskThatFollows({ folder });
    expect(next.port.place()).toBeNull();
    expect(next.port.book()).toMatchObject({ version: 1, stale: true });
  });
});

describe('a link that is cut', () => {
  it('in the middle of a snapshot: the next one is taken from its beginning', async () => {
    const { link, desk } = await following();
    const other = new PlayedBook('B2', { positions: [position('C7', 1), position('C8', 1)] });
    const sent = other.snapshot(1);
    link.say(...sent.slice(0, 2));
    link.become('down');
    expect(desk.port.book()?.text).toContain('the cable is out');
    link.become('up');
    expect(desk.port.place()).toEqual({ book: 'B', version: 1 });
    link.say(...sent);
    await until(() => desk.files.length === 1);
    expect(positionsOf(desk)).toEqual(['C1 0', 'C2 0', 'C7 1', 'C8 1']);
    expect(desk.of('book-broken')).toEqual([]);
  });

  it('between deltas: main sends again what was not yet in force', async () => {
    const { link, main, desk } = await following();
    const deltas = [1, 2, 3].map((n) => main.delta('positions', [position('C1', n)]));
    link.say(...deltas.slice(0, 2));
    await desk.wrote(3);
    link.become('down');
    link.become('up');
    expect(desk.port.place()).toEqual({ book: 'B', version: 1 });
    link.say(...deltas);
    await desk.wrote(4);
    desk.pass(1_000);
    await until(() => desk.files.length === 1);
    expect(positionsOf(desk)).toEqual(['C1 3', 'C2 -150']);
  });
});

describe('a book of 150,000 contracts', () => {
  it('is taken in without ever holding the desk for more than a turn', async () => {
    const folder = scratchFolder().path;
    const link = scriptedLink();
    const main = new PlayedBook('B', { instruments: Array.from({ length: 150_000 }, (_, n) => contract(n)) });
    const desk = deskThatFollows({ folder, link, ticking: true });
    for (const message of main.snapshot()) {
      link.say(message);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => desk.files.length === 150_000 / INSTRUMENTS_A_FILE);
    // Written, checked and gathered: three times 600 pages. Each look at the clock is half a millisecond, one a page, so
    // that a turn of five has ten pages; what begins within one turn may last for another.
    expect(desk.around.turns).toBeGreaterThan((3 * 600) / 10);
    expect(desk.around.longestTurn).toBeLessThanOrEqual(2 * 11);
    expect(desk.handed().every((one) => one === `instruments main:B/1 ${INSTRUMENTS_A_FILE}`)).toBe(true);
    const names = desk.files.flatMap(({ text }) => text.split('\n'));
    expect(names).toHaveLength(150_000);
    expect(desk.of('book-followed')).toHaveLength(1);
  });
});

it('knows which fields of a contract are numbers', () => {
  const integers = Object.entries(Instrument.shape)
    .filter(([, field]) => field.safeParse(1).success)
    .map(([name]) => name);
  expect([...INSTRUMENT_INTEGERS].toSorted()).toEqual(integers.toSorted());
});
