import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { present } from '#core/lib/assert.ts';
import { Instrument } from '#core/model/instrument.ts';
import type { FromMain } from './messages.ts';
import {
  AS_OF_MS,
  CONTRACT,
  deskThatFollows,
  PlayedBook,
  position,
  scriptedLink,
} from './service-follow-stage.ts';
import { until } from './service-link-stage.ts';

const PAN = 'ABCDE1234F';
const ACCOUNT = { account: 'C1', name: 'Asha', pan: PAN, branch: 'MUM01' };
const OF_MARKET = { account: 'C1', exchange: 'NSE', symbol: 'NIFTY', side: 'sell' };
const ORDER = { ...OF_MARKET, exchange_order_id: '17', quantity: '75', open_quantity: '75', unit: 'units' };
const small = () =>
  new PlayedBook('B', {
    users: [{ user: 'asha', role: 'dealer' }],
    accounts: [ACCOUNT],
    instruments: [CONTRACT],
    funds: [{ account: 'C1', cash: '250000.00' }],
    positions: [position('C1', 75), position('C2', -150)],
    pending: [ORDER],
  });

/** A desk with main's small book in force. */
async function following() {
  const folder = scratchFolder().path;
  const link = scriptedLink();
  const main = small();
  const desk = deskThatFollows({ folder, link });
  link.say(...main.snapshot());
  await until(() => desk.files.length === 5);
  desk.files.length = 0;
  return { folder, link, main, desk };
}

describe('a snapshot of main’s book', () => {
  it('is in force by one fact, and handed on in the order in which its parts lean on each other', async () => {
    const link = scriptedLink();
    const main = small();
    const desk = deskThatFollows({ folder: scratchFolder().path, link });
    expect(desk.port.place()).toBeNull();
    link.say(...main.snapshot(1));
    await until(() => desk.files.length === 5);
    expect(desk.of('book-followed')).toEqual([
      {
        kind: 'book-followed',
        v: 1,
        book: 'B',
        version: 1,
        asOfMs: AS_OF_MS,
        how: 'snapshot',
        parts: (['users', 'accounts', 'instruments', 'funds', 'positions', 'pending'] as const).map(
          (part) => ({ part, rows: part === 'positions' ? 2 : 1, sha256: main.sha256(part) }),
        ),
      },
    ]);
    expect(desk.handed()).toEqual([
      'instruments main:B/1 1',
      'accounts main:B/1 1',
      'users main:B/1 1',
      'positions main:B/1 2',
      'pending main:B/1 1',
    ]);
    expect(desk.port.place()).toEqual({ book: 'B', version: 1 });
    expect(desk.port.funds('C1')).toEqual({ account: 'C1', cash: '250000.00' });
    expect(desk.port.funds('C2')).toBeNull();
    expect(desk.port.book()).toMatchObject({ book: 'B', version: 1, stale: false });
    expect(desk.port.tradingDate()).toBe('2026-11-23');
  });

  it('comes as the documented files, with its time and its cut', async () => {
    const link = scriptedLink();
    const desk = deskThatFollows({ folder: scratchFolder().path, link });
    link.say(...small().snapshot());
    await until(() => desk.files.length === 5);
    const file = (part: string) =>
      present(
        desk.files.find((one) => one.part === part),
        part,
      );
    expect(Instrument.parse(JSON.parse(file('instruments').text))).toMatchObject({ lotSize: 75 });
    expect(JSON.parse(file('positions').text)).toEqual({
      source: 'main:B/1',
      as_of: '2026-11-23T14:49:30.000+05:30',
      trading_date: '2026-11-23',
      cut: ['NSE:FO last-trade 4711'],
      rows: [position('C1', 75), position('C2', -150)],
    });
    expect(file('positions')).toMatchObject({ asOfMs: AS_OF_MS, tradingDate: '2026-11-23' });
    expect(JSON.parse(file('accounts').text)).toMatchObject({ rows: [ACCOUNT] });
  });

  it('lies without a whole PAN in the file of the desk', async () => {
    const { desk } = await following();
    const bodies = desk.journal.reader
      .all('SELECT part, body FROM followed_rows')
      .map(
        ({ part, body }) => `${String(part)} ${Buffer.from(body as Uint8Array | string).toString('latin1')}`,
      );
    expect(bodies).toHaveLength(7);
    expect(bodies.filter((body) => body.includes(PAN))).toEqual([]);
    expect(bodies.filter((body) => body.startsWith('funds'))[0]).toContain('250000.00');
  });

  const broken: readonly (readonly [string, (sent: FromMain[]) => FromMain[], string])[] = [
    [
      'a row is another than the checksum says',
      (sent) =>
        sent.map((one) =>
          isRows(one, 'positions') ? { ...one, rows: [position('C1', 74), position('C2', -150)] } : one,
        ),
      'the checksum of positions at version 1 is another',
    ],
    [
      'a part is missing',
      (sent) => sent.filter((one) => !isRows(one, 'pending')),
      '0 rows of pending came, and the snapshot has 1',
    ],
    [
      'a row comes that it has not',
      (sent) =>
        sent.flatMap((one): FromMain[] => (isRows(one, 'pending') ? [one, { ...one, from: 1 }] : [one])),
      'more rows of pending came than the snapshot has',
    ],
    [
      'two rows have one key',
      (sent) =>
        sent.map((one) =>
          isRows(one, 'positions') ? { ...one, rows: [position('C1', 1), position('C1', 2)] } : one,
        ),
      '1 rows of positions came, and the snapshot has 2',
    ],
    [
      'a row has no key',
      (sent) => sent.map((one) => (isRows(one, 'pending') ? { ...one, rows: [{ side: 'buy' }] } : one)),
      'a row of pending has no key',
    ],
    [
      'a key could be in another order here than at main',
      (sent) => sent.map((one) => (isRows(one, 'users') ? { ...one, rows: [{ user: 'आशा' }] } : one)),
      'a key of users is not printable ASCII',
    ],
    ['it has no head', (sent) => sent.slice(1), 'rows of B2 came, and no snapshot of it began'],
    [
      'it is larger than any book',
      ([begin, ...rest]) => [
        {
          ...(begin as Extract<FromMain, { type: 'snapshot-begin' }>),
          parts: [{ part: 'users', rows: 600_001, sha256: '0'.repeat(64) }],
        },
        ...rest,
      ],
      'the snapshot has 600001 rows, more than 600000',
    ],
  ];
  it.each<[string, (sent: readonly FromMain[]) => readonly FromMain[]]>([
    ['twice', (sent) => sent.flatMap((one) => [one, one])],
    [
      'with its rows in another order',
      ([begin, ...rest]) => [begin, ...rest.slice(0, -1).reverse(), ...rest.slice(-1)] as FromMain[],
    ],
    ['and its last rows and its end come once more afterwards', (sent) => [...sent, ...sent.slice(-2)]],
  ])('is whole and in force once when every message comes %s', async (_how, wire) => {
    const { link, desk } = await following();
    const next = new PlayedBook('B2', {
      positions: [position('C1', 75), position('C2', -150), position('C3', 30)],
      users: [{ user: 'a' }, { user: 'b' }],
    });
    link.say(...wire(next.snapshot(1)));
    await until(() => desk.of('book-followed').length === 2);
    const delta = next.delta('users', [{ user: 'c' }]);
    link.say(delta, delta);
    await until(() => {
      desk.pass(1_000);
      return desk.of('book-followed').length === 3;
    });
    expect(desk.of('book-broken')).toEqual([]);
    expect(desk.port.book()).toMatchObject({ book: 'B2', version: 2 });
  });

  it.each(broken)('counts for nothing when %s; main is told and asked again', async (_what, change, why) => {
    const { link, desk, main } = await following();
    const next = new PlayedBook('B2', {
      positions: [position('C1', 75), position('C2', -150)],
      pending: [ORDER],
      users: [{ user: 'a' }],
    });
    const sent = change(next.snapshot()).map(
      (one) => ('book' in one ? { ...one, version: 1 } : one) as FromMain,
    );
    link.say(...sent);
    await until(() => desk.of('book-broken').length === 1);
    expect(desk.of('book-broken')).toEqual([{ kind: 'book-broken', v: 1, book: 'B', version: 1, why }]);
    expect(desk.of('book-followed')).toHaveLength(1);
    expect(desk.port.book()).toMatchObject({
      stale: true,
      text: `a new snapshot of main is awaited: ${why}`,
    });
    await until(() => {
      desk.pass(0);
      return link.asked().length > 0;
    });
    expect(link.asked()).toEqual([why]);
    // Deltas before it are passed by: what they change is not what is here.
    link.say(main.delta('positions', [position('C9', 1)]));
    link.say(...main.snapshot());
    await until(() => desk.of('book-followed').length === 2);
    await until(() => desk.files.length === 1);
    expect(desk.handed()).toEqual(['positions main:B/2 3']);
    expect(desk.port.book()).toMatchObject({ version: 2, stale: false });
    expect(desk.of('book-broken')).toHaveLength(1);
  });

  it('that keeps breaking the same way is one fact, and main is asked ever more slowly', async () => {
    const { link, desk } = await following();
    const bad = (): FromMain[] =>
      new PlayedBook('B2', { pending: [ORDER] }).snapshot().filter((one) => !isRows(one, 'pending'));
    const askedAt: number[] = [];
    link.say(...bad());
    await until(() => desk.port.book()?.stale === true);
    for (let passed = 0; passed < 300_000; passed += 1_000) {
      desk.pass(1_000);
      if (link.asked().length === askedAt.length) continue;
      askedAt.push(passed / 1_000);
      link.say(...bad());
      await desk.quiet();
    }
    expect(desk.of('book-broken')).toHaveLength(1);
    expect(askedAt).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
  });

  it('of a main that came back from an old copy is not taken', async () => {
    const { link, desk, main } = await following();
    link.say(main.delta('positions', [position('C1', 0)]));
    await until(() => desk.files.length === 0 && desk.of('book-followed').length === 1);
    desk.pass(1_000);
    await until(() => desk.of('book-followed').length === 2);
    link.say(...small().snapshot());
    await until(() => desk.of('book-broken').length === 1);
    expect(desk.of('book-broken')).toMatchObject([
      { why: expect.stringContaining("main's book B went back from version 2 to 1") },
    ]);
    expect(desk.port.book()).toMatchObject({ version: 2, stale: true });
  });

  it('tells of what main has no more: a position of zero, an order of which nothing is open', async () => {
    const { link, desk } = await following();
    link.say(...new PlayedBook('B2', { positions: [position('C1', 75)] }).snapshot());
    await until(() => desk.files.length === 2);
    const rows = desk.files.map(({ text }) => (JSON.parse(text) as { rows: unknown[] }).rows);
    expect(rows).toEqual([
      [
        position('C1', 75),
        {
          account: 'C2',
          exchange: 'NSE',
          symbol: 'NIFTY',
          product: 'NRML',
          quantity: '0',
          unit: 'units',
          average_price: '0',
        },
      ],
      [{ ...ORDER, open_quantity: '0' }],
    ]);
    // Told once: the next snapshot has no word of them.
    desk.files.length = 0;
    const third = new PlayedBook('B3', { positions: [position('C1', 80)] });
    link.say(...third.snapshot());
    await until(() => desk.files.length === 1);
    expect(desk.handed()).toEqual(['positions main:B3/1 1']);
  });

  it('of which a part is as it was is handed on without that part', async () => {
    const { link, desk } = await following();
    const again = small();
    again.version = 5;
    link.say(...again.snapshot());
    await until(() => desk.of('book-followed').length === 2);
    desk.pass(5_000);
    await until(() => desk.journal.reader.get('SELECT count(*) AS n FROM followed_rows')?.['n'] === 7);
    expect(desk.handed()).toEqual([]);
    again.version = 6;
    again.asOfMs += 1_000;
    link.say(...again.snapshot());
    await until(() => desk.files.length === 1);
    // The same positions, later: they prove more.
    expect(desk.handed()).toEqual(['positions main:B/6 2']);
  });
});

function isRows(one: FromMain, part: string): one is Extract<FromMain, { type: 'snapshot-rows' }> {
  return one.type === 'snapshot-rows' && one.part === part;
}
