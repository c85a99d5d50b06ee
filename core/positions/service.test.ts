import { EVERY_ACCOUNT } from '#core/model/scope.ts';
import { describe, expect, it } from 'vitest';
import type { Entry, Fact } from '#core/events.ts';
import type { Quote } from '#core/exchange/port.ts';
import type { SqlValue, Tx } from '#core/journal/port.ts';
import { ok } from '#core/lib/result.ts';
import { AccountId, DeskId, InstrumentId } from '#core/model/ids.ts';
import type { RowKey } from '#core/square-off/events.ts';
import { createPositions, type ImportPositions } from './service.ts';
import { C1, NIFTY, TODAY } from './stage.ts';
import { contractOfToday, market } from './stage-market.ts';

const GOLD = InstrumentId.parse('MCX:GOLD26DECFUT');
const UNKNOWN = InstrumentId.parse('NSE:WHAT');

const CONTRACTS = [
  contractOfToday({ instrumentId: NIFTY, filePriceE4: 1_000_000 }),
  contractOfToday({ instrumentId: GOLD, exchange: 'MCX', segment: 'COM', multiplierDen: 10 }),
];

/** A log that keeps import rows as the SQL table does, in the order of keys. */
function desk(quotes: readonly Quote[] = [], importPositions?: ImportPositions) {
  const table = new Map<string, string>();
  const entries: Entry[] = [];
  const overcommitted = new Set<string>();
  const reserved = new Map<string, number>();
  const all = (_sql: string, sha256: SqlValue) =>
    [...table].filter(([key]) => key.startsWith(`${String(sha256)} `)).map(([, body]) => ({ body }));
  const reader = { all, get: () => undefined };
  const tx: Tx = {
    ...reader,
    run: (_sql, sha256, n, body) => {
      table.set(`${String(sha256)} ${String(n)}`, String(body));
    },
  };
  const append = (facts: readonly Fact[], tables?: (tx: Tx) => void) => {
    tables?.(tx);
    const added = facts.map((fact, n): Entry => {
      const seq = entries.length + n + 1;
      return { desk: DeskId.parse('D1'), epoch: 1, seq, atMs: seq, fact };
    });
    entries.push(...added);
    for (const entry of added) positions.projection.memory(entry);
    return ok(added);
  };
  const positions = createPositions({
    journal: { append, reader },
    instruments: market(CONTRACTS),
    quotes: (id) => quotes.find((quote) => quote.instrumentId === id) ?? null,
    overcommitted: (row) => overcommitted.has(`${row.account} ${row.instrumentId} ${row.product}`),
    reserved: (row, side) => reserved.get(`${row.account} ${row.instrumentId} ${row.product} ${side}`) ?? 0,
    now: () => 10_000,
    importPositions,
  });
  return {
    ...positions,
    append,
    entries,
    overcommitted,
    reserved,
    hold: (
      rows: readonly (Partial<RowKey> & { quantity: number; carriedValueE4: number })[],
      sha256 = `file-${entries.length}`,
      asOfMs = 5,
    ) => {
      append(
        [
          {
            kind: 'positions-imported',
            v: 1,
            source: 'book.csv',
            sha256,
            rows: rows.length,
            refused: 0,
            asOfMs,
            tradingDate: TODAY,
            cuts: [{ kind: 'none-of-today' }],
            by: 'test',
          },
        ],
        (inside) => {
          for (const [n, row] of rows.entries()) {
            inside.run('', sha256, n, JSON.stringify({ ...FILE_ROW, carriedQuantity: row.quantity, ...row }));
          }
        },
      );
    },
  };
}

const FILE_ROW = {
  account: 'C1',
  instrumentId: NIFTY,
  product: 'NRML',
  dayBuyQuantity: 0,
  dayBuyValueE4: 0,
  daySellQuantity: 0,
  daySellValueE4: 0,
  restriction: 'none',
};

const quote = (instrumentId: InstrumentId, lastE4: number, atMs: number): Quote => ({
  instrumentId,
  bidE4: 0,
  bidQuantity: 0,
  askE4: 0,
  askQuantity: 0,
  lastE4,
  atMs,
});

const BOOK = [
  { quantity: 130, carriedValueE4: 130 * 900_000 },
  { quantity: 1000, carriedValueE4: 75_000_000_000, instrumentId: GOLD },
  { quantity: 10, carriedValueE4: 10, instrumentId: UNKNOWN, account: AccountId.parse('C2') },
];

const EVERYONE = { scope: EVERY_ACCOUNT };

describe('the grid', () => {
  it('shows each row with its price, the age of it, source, as-of and proof', () => {
    const { hold, handlers } = desk([quote(GOLD, 752_500_000, 8_000)]);
    hold(BOOK);
    const shown = handlers.list({}, EVERYONE).rows.map((row) => ({
      id: row.instrumentId,
      net: row.net,
      price: row.price,
      unrealisedE4: row.unrealisedE4,
      from: `${row.source} ${row.asOfMs} ${row.proof}`,
    }));
    const from = 'book.csv 5 unproven';
    expect(shown).toEqual([
      {
        id: NIFTY,
        net: 130,
        price: { priceE4: 1_000_000, source: 'file', ageMs: null },
        unrealisedE4: 13_000_000,
        from,
      },
      {
        id: GOLD,
        net: 1000,
        price: { priceE4: 752_500_000, source: 'live', ageMs: 2_000 },
        unrealisedE4: 250_000_000,
        from,
      },
      { id: UNKNOWN, net: 10, price: null, unrealisedE4: null, from },
    ]);
  });

  it.each([
    [{}, [NIFTY, GOLD, UNKNOWN]],
    [{ account: C1 }, [NIFTY, GOLD]],
    [{ exchange: 'MCX' }, [GOLD]],
    [{ assetClass: 'fno' }, [NIFTY]],
    [{ product: 'MIS' }, []],
    [{ proof: 'proven' }, []],
    [{ openOnly: true }, [NIFTY, GOLD, UNKNOWN]],
  ] as const)('filters by %j', (filter, wanted) => {
    const { hold, handlers } = desk();
    hold(BOOK);
    expect(handlers.list(filter, EVERYONE).rows.map((row) => row.instrumentId)).toEqual(wanted);
  });

  it('sums per class and leaves nothing out in silence', () => {
    const { hold, handlers } = desk();
    hold(BOOK);
    const summary = handlers.summary({}, EVERYONE);
    const [equity, fno, currency, commodity] = summary.classes;
    expect(fno).toMatchObject({ rows: 1, openRows: 1, unpricedRows: 0, unrealisedE4: 13_000_000n });
    expect(commodity).toMatchObject({ rows: 1, openRows: 1, unpricedRows: 1, unrealisedE4: 0n });
    expect([equity?.rows, currency?.rows, summary.unknownRows]).toEqual([0, 0, 1]);
    expect(summary.unrealisedE4).toBe(13_000_000n);
  });

  it('sums past the safe integers', () => {
    const { hold, handlers } = desk([quote(GOLD, 1, 0)]);
    const rich = 9_000_000_000_000_000;
    hold(
      ['C1', 'C2', 'C3'].map((name) => ({
        quantity: 1000,
        carriedValueE4: rich,
        instrumentId: GOLD,
        account: AccountId.parse(name),
      })),
    );
    expect(handlers.summary({}, EVERYONE).unrealisedE4).toBe(3n * (100n - BigInt(rich)));
  });
});

describe('the port', () => {
  it('gives what may be closed on the closing side only, per row and per contract', () => {
    const { hold, port } = desk();
    hold([...BOOK, { quantity: -65, carriedValueE4: 0, product: 'MIS' as const }]);
    const key = { account: C1, instrumentId: NIFTY, product: 'NRML' as const };
    expect([port.closable(key, 'sell'), port.closable(key, 'buy')]).toEqual([130, 0]);
    expect([
      port.closable({ ...key, product: 'MIS' }, 'sell'),
      port.closable({ ...key, product: 'MIS' }, 'buy'),
    ]).toEqual([0, 65]);
    expect([port.closableOfContract(C1, NIFTY, 'sell'), port.closableOfContract(C1, NIFTY, 'buy')]).toEqual([
      65, 0,
    ]);
    expect(port.products(C1, NIFTY)).toEqual(['NRML', 'MIS']);
    expect(port.rowsOf(C1).length).toBe(3);
    expect(port.closable({ ...key, product: 'CNC' }, 'sell')).toBe(0);
  });

  it('reddens a row that is overcommitted', () => {
    const { hold, port, overcommitted } = desk();
    hold(BOOK);
    overcommitted.add(`C1 ${NIFTY} NRML`);
    expect([...port.rows()].map((row) => row.warnings.includes('overcommitted'))).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('what orders pin', () => {
  it('stands beside what may be closed, of the closing side only', () => {
    const { hold, handlers, reserved } = desk();
    hold(BOOK);
    reserved.set(`C1 ${NIFTY} NRML sell`, 65).set(`C1 ${GOLD} NRML buy`, 100);
    const shown = handlers
      .list({}, EVERYONE)
      .rows.map((row) => [row.instrumentId, row.closable, row.reserved]);
    expect(shown).toEqual([
      [NIFTY, 130, 65],
      [GOLD, 1000, 0],
      [UNKNOWN, 0, 0],
    ]);
  });
});

describe('the margin shortfall list', () => {
  const list = (...accounts: string[]) => ({
    source: 'rms.csv',
    asOfMs: 1,
    rows: accounts.map((account, n) => ({ account: AccountId.parse(account), reference: `line ${n + 1}` })),
  });

  it('takes the place of the one before; the same list again changes nothing', () => {
    const { handlers, port, entries } = desk();
    expect(handlers.importShortfall(list('C1', 'C2'), { by: 'rms' })).toEqual(
      ok({ rows: 2, repeated: false }),
    );
    expect(handlers.importShortfall(list('C1', 'C2'), { by: 'rms' })).toEqual(
      ok({ rows: 2, repeated: true }),
    );
    expect([entries.length, port.shortfall(C1)]).toEqual([1, { reference: 'line 1' }]);
    handlers.importShortfall(list('C2'), { by: 'rms' });
    expect([port.shortfall(C1), port.shortfall(AccountId.parse('C2'))]).toEqual([
      null,
      { reference: 'line 1' },
    ]);
  });

  it('that names an account twice is refused and changes nothing', () => {
    const { handlers, port, entries } = desk();
    expect(handlers.importShortfall(list('C1', 'C1'), { by: 'rms' })).toMatchObject({
      refusal: { reason: 'account-twice' },
    });
    expect([entries.length, port.shortfall(C1)]).toEqual([0, null]);
  });
});

describe('a file of positions', () => {
  it('that is older than what is here says of how many rows', async () => {
    const taken = { sha256: 'later', rows: 2, refused: 0, repeated: false, problems: [] };
    const stage = desk([], (file) => {
      stage.hold(BOOK.slice(0, file.source === 'one' ? 1 : 2), file.source, file.asOfMs);
      return ok({ ...taken, sha256: file.source });
    });
    const older = async (source: string, asOfMs: number) => {
      const file = { source, text: '', asOfMs, partial: false };
      const done = await stage.handlers.import(file, { by: 'asha' });
      return done.ok ? done.value.older : done.refusal.text;
    };
    expect([await older('one', 500), await older('two', 400), await older('three', 600)]).toEqual([0, 1, 0]);
  });
});

describe('drop copy', () => {
  it('covers a part of the market, misses some of it, or has said nothing of today', () => {
    const stage = desk();
    const at = { exchange: 'NSE', segment: 'FO' } as const;
    const told = (covered: boolean) => {
      stage.append([{ kind: 'coverage-changed', v: 1, ...at, covered, why: 'test' }]);
      return stage.port.covered('NSE', 'FO');
    };
    const rolled = { kind: 'day-rolled', v: 1, from: '2026-11-23', to: '2026-11-24' } as const;
    expect([told(true), told(false), told(true)]).toEqual([true, false, true]);
    expect(stage.port.covered('MCX', 'COM')).toBeNull();
    stage.append([rolled]);
    expect(stage.port.covered('NSE', 'FO')).toBeNull();
  });
});
