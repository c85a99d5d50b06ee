import { join } from 'node:path';
import { openJournal } from '#core/journal/open.ts';
import type { JournalFile } from '#core/journal/journal.ts';
import type { Projection } from '#core/journal/port.ts';
import { openSqlite, type Sqlite } from '#core/journal/sqlite.ts';
import { signerOf } from '#core/journal/signer.ts';
import type { Fact } from '#core/events.ts';
import {
  AccountId,
  DeskId,
  ExchangeOrderId,
  InstrumentId,
  OrderId,
  RequestId,
  VenueId,
} from '#core/model/ids.ts';

/** A desk's journal in a folder, not yet replayed; keyed and synced as a desk's is. */
function openDeskJournal(folder: string): JournalFile {
  const silent = () => undefined;
  const opened = openJournal({
    path: join(folder, 'desk.db'),
    desk: DeskId.parse('BENCH'),
    build: 'bench',
    host: { now: () => Date.now(), log: { info: silent, warn: silent, error: silent } },
    signer: signerOf(new Uint8Array(32).fill(7)),
    key: BENCH_KEY,
    reserveBytes: 1 << 20,
  });
  if (!opened.ok) throw new Error(opened.refusal.text);
  return opened.value;
}

/** The same, ready to append. */
export function readyJournal(folder: string, projections: readonly Projection[] = []): JournalFile {
  const journal = openDeskJournal(folder);
  const replayed = journal.replay(projections);
  if (!replayed.ok) throw new Error(replayed.refusal.text);
  return journal;
}

/** The least that durability takes: a file of the same kind and key with one table and no rules. */
export function openLeast(folder: string): Sqlite {
  const sqlite = openSqlite(join(folder, 'least.db'), { key: BENCH_KEY });
  sqlite.exec('CREATE TABLE least (n INTEGER PRIMARY KEY, body TEXT NOT NULL)');
  return sqlite;
}

const BENCH_KEY = new Uint8Array(32).fill(9);

/** The life of one order in four facts, as they lie in a log. */
export function lifeOf(n: number): readonly Fact[] {
  const orderId = OrderId.parse(`2026-11-23-BENCH-${n}`);
  const exchangeOrderId = ExchangeOrderId.parse(`12000000${n}`);
  const terms = {
    account: AccountId.parse(`UCC${n % 5_000}`),
    instrumentId: InstrumentId.parse(`NSE:NIFTY26NOV${20_000 + 50 * (n % 200)}CE`),
    product: 'MIS',
    side: 'sell',
    quantity: 65,
    type: 'limit',
    priceE4: null,
    timeInForce: 'DAY',
  } as const;
  const venue = VenueId.parse('nse-fo');
  const tradingDate = '2026-11-23';
  const evidence = {
    authority: 'mis-cut-off',
    reference: 'policy 4.2',
    channel: 'policy',
    instructedAtMs: 1_795_512_000_000,
    by: 'dealer-1',
  } as const;
  const key = { venue, tradingDate, side: 'sell', exchangeOrderId, tradeId: String(n) } as const;
  return [
    { kind: 'order-planned', v: 1, orderId, terms, venue, tradingDate, evidence, runId: null, slice: 1 },
    {
      kind: 'order-released',
      v: 1,
      orderId,
      requestId: RequestId.parse(`R${n}`),
      type: 'limit',
      priceE4: 1_200_500,
      timeInForce: 'DAY',
      reference: { priceE4: 1_190_000, source: 'live', ageMs: 120, cappedBy: 'none' },
      fundsE4: -650_000_000,
    },
    { kind: 'order-acknowledged', v: 1, orderId, exchangeOrderId, via: 'order-session' },
    {
      kind: 'order-filled',
      v: 1,
      orderId,
      key,
      quantity: 65,
      priceE4: 1_201_000,
      cumQuantity: 65,
      via: 'order-session',
      tradedAtMs: 1_795_512_001_000,
    },
  ];
}
