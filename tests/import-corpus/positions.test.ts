import { describe, expect, it } from 'vitest';
import { createPendingImporter } from '#core/orders/service-import-pending.ts';
import type { ForeignOrderSeen } from '#core/orders/events.ts';
import { VenueId } from '#core/model/ids.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { NOW_MS, TODAY, accepted, corpusDesk } from './desk.ts';

const KITE = `instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange
1,2885,RELIANCE,RELIANCE INDUSTRIES,1420.5,,0,0.1,1,EQ,NSE,NSE
2,2886,SMALLCO-BE,SMALL CO,20,,0,0.01,1,EQ,NSE,NSE
3,35001,NIFTY26NOV25000CE,"NIFTY",120.05,2026-11-24,25000,0.05,65,CE,NFO-OPT,NFO
4,580470,GOLD26DECFUT,"GOLD",75250,2026-12-04,0,1,1,FUT,MCX-FUT,MCX
`;
const HEAD = 'account,exchange,symbol,product,quantity,unit,average_price\n';
const NIFTY = 'AC1,NSE,NIFTY26NOV25000CE,NRML,-130,units,120.05\n';
const NOTES = `# as_of: 2026-11-23T14:49:30+05:30\n# trading_date: ${TODAY}\n# cut: NSE:FO last-trade 4711\n`;

async function desk(folder: string) {
  const made = corpusDesk(folder);
  accepted(await made.contracts('kite', KITE));
  const file = (text: string, more: object = {}) => ({
    source: 'positions.csv',
    text,
    partial: false,
    ...more,
  });
  return { ...made, file };
}

const rowsOf = (made: Awaited<ReturnType<typeof desk>>, sha256: string): unknown[] =>
  made.journal.reader
    .all('SELECT body FROM import_rows WHERE sha256 = ? ORDER BY n', sha256)
    .map((row) => JSON.parse(String(row['body'])) as unknown);

describe('a file of positions', () => {
  it('gives units and exact costs; time, date and cut from its head', async () => {
    const folder = scratchFolder();
    const made = await desk(folder.path);
    const text = `${NOTES}account,exchange,symbol,product,quantity,unit,average_price,carried_quantity,carried_price,day_buy_quantity,day_buy_price,day_sell_quantity,day_sell_price,restriction
AC1,NSE,NIFTY26NOV25000CE,NRML,-2,LOTS,120.05,-1,118.123456,0,,1,121.5,
AC1,MCX,GOLD26DECFUT,Intraday,1,lots,75250,,,,,,,
AC2,NSE,RELIANCE,CNC,100,units,1420.5,,,,,,,pledged
AC2,NSE,SMALLCO-BE,delivery,7,units,20,,,,,,,
`;
    const report = accepted(await made.positions(made.file(text), 'asha'));
    expect(rowsOf(made, report.sha256)).toMatchObject([
      {
        account: 'AC1',
        instrumentId: 'NSE:NIFTY26NOV25000CE',
        product: 'NRML',
        quantity: -130,
        carriedQuantity: -65,
        carriedStated: true,
        carriedValueE4: -76_780_246,
        daySellQuantity: 65,
        daySellValueE4: 78_975_000,
        dayBuyQuantity: 0,
        dayBuyValueE4: 0,
        restriction: 'none',
      },
      { product: 'MIS', quantity: 1_000, carriedStated: false, carriedValueE4: 75_250 * 100 * 10_000 },
      { product: 'CNC', quantity: 100, restriction: 'pledged' },
      { product: 'CNC', quantity: 7, restriction: 'trade-to-trade' },
    ]);
    const cuts = [{ kind: 'last-trade', exchange: 'NSE', segment: 'FO', tradeNumber: 4711 }];
    expect(made.journal.read(0, 100).at(-1)?.fact).toMatchObject({
      kind: 'positions-imported',
      rows: 4,
      refused: 0,
      asOfMs: NOW_MS - 30_000,
      tradingDate: TODAY,
      cuts,
    });
    made.journal.close();
  });

  it.each([
    [
      'JSON',
      JSON.stringify([
        {
          account: 'AC1',
          exchange: 'NSE',
          symbol: 'NIFTY26NOV25000CE',
          product: 'NRML',
          quantity: -130,
          unit: 'units',
          average_price: 120.05,
        },
      ]),
      {},
    ],
    [
      'JSON with a head',
      JSON.stringify({
        as_of: '2026-11-23T14:49:30',
        unit: 'lots',
        rows: [
          {
            Account: 'AC1',
            exchange: 'NSE',
            symbol: 'NIFTY26NOV25000CE',
            product: 'NRML',
            quantity: '-2',
            'Average Price': '120.05',
          },
        ],
      }),
      { asOfMs: undefined },
    ],
    [
      'a map of columns',
      `client,exch,symbol,product,net,average_price\nAC1,NSE,NIFTY26NOV25000CE,NRML,-130,120.05\n`.replace(
        'client',
        '# unit: units\nclient',
      ),
      { columns: { client: 'account', exch: 'exchange', net: 'quantity' } },
    ],
  ])('as %s means the same', async (_, text, more) => {
    const folder = scratchFolder();
    const made = await desk(folder.path);
    const report = accepted(await made.positions(made.file(text, { asOfMs: NOW_MS, ...more }), 'asha'));
    expect(rowsOf(made, report.sha256)).toMatchObject([
      { account: 'AC1', quantity: -130, carriedValueE4: -156_065_000 },
    ]);
    made.journal.close();
  });

  const bad: readonly [string, string, object, string][] = [
    ['no time', HEAD + NIFTY, { asOfMs: undefined }, 'says of when the positions are'],
    ['a time that is none', `# as_of: noon\n${HEAD}${NIFTY}`, {}, 'as_of: noon is no time'],
    [
      'a trading date of next year',
      HEAD + NIFTY,
      { tradingDate: '2027-11-23' },
      'the trading date 2027-11-23 is after today, 2026-11-23',
    ],
    [
      'the trading date of tomorrow',
      `# trading_date: 2026-11-24\n${HEAD}${NIFTY}`,
      {},
      'the trading date 2026-11-24 is after today, 2026-11-23',
    ],
    [
      'a time that is still to come',
      HEAD + NIFTY,
      { asOfMs: NOW_MS + 121_000 },
      'as of 2026-11-23T14:52:01.000+05:30, more than 2 minutes ahead of the clock of this desk',
    ],
    ['a cut that is none', `# cut: NSE last 5\n${HEAD}${NIFTY}`, {}, 'cut: NSE last 5 can not be read'],
    [
      'no unit',
      (HEAD + NIFTY).replace(',unit,', ',u,'),
      {},
      'line 2, column unit: neither the column "unit" nor a note',
    ],
    [
      'an unknown unit',
      HEAD + NIFTY.replace('units', 'kg'),
      {},
      'line 2, column unit: "kg" is none of UNITS, LOTS',
    ],
    [
      'an unknown contract',
      HEAD + NIFTY.replace('25000CE', '99000CE'),
      {},
      'column symbol: NSE:NIFTY26NOV99000CE is in no contract file of this desk',
    ],
    ['an unknown product', HEAD + NIFTY.replace('NRML', 'BO'), {}, 'column product: "BO" is none of'],
    ['half a unit', HEAD + NIFTY.replace('-130', '-1.5'), {}, 'column quantity: "-1.5" is no whole number'],
    [
      'a price that is none',
      HEAD + NIFTY.replace('120.05', 'n/a'),
      {},
      'column average_price: "n/a" is no price',
    ],
    [
      'a row twice',
      HEAD + NIFTY + NIFTY,
      {},
      'line 3, column account: AC1/NSE:NIFTY26NOV25000CE/NRML is in the file twice',
    ],
    [
      'a day that does not add up',
      `account,exchange,symbol,product,quantity,unit,average_price,carried_quantity\n${NIFTY.trim()},-65\n`,
      {},
      '-130 units are not carried -65 + bought 0 - sold 0',
    ],
    [
      'a map to nowhere',
      HEAD + NIFTY,
      { columns: { account: 'client' } },
      'the column map names "client", which is no column',
    ],
    [
      'a map from nowhere',
      HEAD + NIFTY,
      { columns: { client: 'account' } },
      'the column map names "client", which is not in the file',
    ],
    ['no rows', HEAD, {}, 'the file has no rows'],
  ];
  it.each(bad)('with %s is refused and changes nothing', async (_, text, more, reason) => {
    const folder = scratchFolder();
    const made = await desk(folder.path);
    const before = made.state();
    const done = await made.positions(made.file(text, { asOfMs: NOW_MS, ...more }), 'asha');
    expect(done.ok ? 'accepted' : done.refusal.text).toContain(reason);
    expect(made.state()).toEqual(before);
    made.journal.close();
  });
});

describe('a file of pending orders', () => {
  const PENDING = `exchange_order_id,account,exchange,symbol,product,side,quantity,open_quantity,unit
1100000000000001,AC1,NSE,NIFTY26NOV25000CE,NRML,buy,130,65,units
1100000000000002,AC1,NSE,RELIANCE,,S,10,10,units
`;
  it('gives one fact an order, none for what is known, and none at all when a row is bad', async () => {
    const folder = scratchFolder();
    const made = await desk(folder.path);
    const venue = VenueId.parse('nse');
    const orders = (): ForeignOrderSeen[] =>
      made.journal
        .read(0, 100)
        .map(({ fact }) => fact)
        .filter((fact) => fact.kind === 'foreign-order-seen');
    const pending = createPendingImporter({
      journal: made.journal,
      host: made.host,
      find: (exchange, symbol) => made.instruments.port.bySymbol(exchange, symbol),
      venueOf: ({ exchange }) => (exchange === 'NSE' ? venue : null),
    });
    made.journal.follow(0, pending.projection.memory);
    const take = (text: string) => pending.importPending({ source: 'pending.csv', text, partial: false });
    expect(accepted(await take(PENDING))).toMatchObject({ rows: 2, unchanged: 0, refused: 0 });
    expect(orders()).toMatchObject([
      {
        exchangeOrderId: '1100000000000001',
        side: 'buy',
        quantity: 130,
        openQuantity: 65,
        product: 'NRML',
        source: 'file',
      },
      { exchangeOrderId: '1100000000000002', side: 'sell', quantity: 10, openQuantity: 10, product: null },
    ]);
    expect(accepted(await take(PENDING))).toMatchObject({ rows: 2, unchanged: 2 });
    expect(accepted(await take(PENDING.replace('130,65', '130,0')))).toMatchObject({ unchanged: 1 });
    const before = made.journal.head();
    const more = '1100000000000003,AC1,MCX,GOLD26DECFUT,MIS,buy,1,1,lots\n';
    expect(await take(PENDING + more)).toMatchObject({
      refusal: { text: expect.stringContaining('no connection that trades MCX:GOLD26DECFUT') },
    });
    expect(await take(PENDING.replace('10,10', '10,11'))).toMatchObject({
      refusal: {
        text: expect.stringContaining('line 3, column open_quantity: more is open than was ordered'),
      },
    });
    expect(made.journal.head()).toEqual(before);
    made.journal.close();
  });
});
