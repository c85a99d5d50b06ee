import type { Entry, Fact } from '#core/events.ts';
import {
  AccountId,
  DeskId,
  ExchangeOrderId,
  InstrumentId,
  OrderId,
  RequestId,
  VenueId,
} from '#core/model/ids.ts';
import type { Product } from '#core/model/product.ts';
import type { Side } from '#core/model/side.ts';
import type { FillKey } from '#core/orders/events.ts';
import { BaselineRow } from './baseline.ts';
import { contractOf, createBook, rowOf, type Book } from './book.ts';
import { apply } from './domain.ts';
import type { Cut } from './events.ts';
import type { InstrumentsPort, PositionRow } from './port.ts';
import { contractSpan, derive } from './row.ts';
import { contractOfToday, market } from './stage-market.ts';

/** Positions told in a few words, for tests: a small market, a log, and the book that follows it. */

export const TODAY = '2026-11-23';
export const NIFTY = InstrumentId.parse('NSE:NIFTY26NOV25000CE');
export const VENUE = VenueId.parse('nse-fo');
export const C1 = AccountId.parse('C1');

export interface Held {
  readonly quantity: number;
  readonly account?: string;
  readonly instrumentId?: string;
  readonly product?: Product;
  readonly carriedQuantity?: number;
  readonly carriedStated?: boolean;
  readonly carriedValueE4?: number;
  readonly dayBuyQuantity?: number;
  readonly dayBuyValueE4?: number;
  readonly daySellQuantity?: number;
  readonly daySellValueE4?: number;
}

export interface Told {
  readonly tradeId: string;
  readonly side: Side;
  readonly quantity: number;
  readonly priceE4?: number;
  readonly product?: Product | null;
  readonly instrumentId?: InstrumentId;
  readonly day?: string;
}

export const START_OF_DAY: readonly Cut[] = [{ kind: 'none-of-today' }];
export const upTo = (tradeNumber: number): readonly Cut[] => [
  { kind: 'last-trade', exchange: 'NSE', segment: 'FO', tradeNumber },
];
export const exactly = (...tradeNumbers: string[]): readonly Cut[] => [
  { kind: 'trades', exchange: 'NSE', segment: 'FO', tradeNumbers },
];

export function createStage(
  instruments: InstrumentsPort = market([contractOfToday({ instrumentId: NIFTY })]),
) {
  const log: Entry[] = [];
  const files = new Map<string, readonly BaselineRow[]>();
  const imported = { positions: (sha256: string) => files.get(sha256) ?? [], shortfall: () => [] };
  const book = createBook(instruments);
  let orders = 0;

  const tell = (fact: Fact): void => {
    const seq = log.length + 1;
    const entry = { desk: DeskId.parse('D1'), epoch: 1, seq, atMs: seq, fact };
    log.push(entry);
    apply(book, entry, imported);
  };

  return {
    book,
    tell,
    cover: (covered = true, lasting = false) => {
      tell({ kind: 'coverage-changed', v: 1, exchange: 'NSE', segment: 'FO', covered, lasting, why: 'test' });
    },
    importFile: (
      held: readonly Held[],
      cuts: readonly Cut[],
      asOfMs = 0,
      tradingDate = TODAY,
      refused = 0,
    ) => {
      const sha256 = `file-${log.length}`;
      files.set(sha256, held.map(baselineRow));
      const rows = held.length;
      tell({
        kind: 'positions-imported',
        v: 1,
        source: sha256,
        sha256,
        rows,
        refused,
        asOfMs,
        tradingDate,
        cuts,
        by: 'test',
      });
    },
    ...foreignVerbs(tell),
    /** Plans and releases an order of ours; returns the way to fill it. */
    order: (told: Omit<Told, 'tradeId'>) => {
      orders += 1;
      const orderId = OrderId.parse(`O${orders}`);
      tellOrder(tell, orderId, told);
      return verbsOf(tell, orderId, told);
    },
    row: (product: Product = 'NRML', instrumentId: string = NIFTY) => presentRow(book, instrumentId, product),
    contract: () => {
      const contract = contractOf(book, C1, NIFTY);
      return contract === null ? null : contractSpan(book, contract);
    },
    rows: () => rowsOf(book),
    replayed: () => {
      const again = createBook(instruments);
      for (const entry of log) apply(again, entry, imported);
      return rowsOf(again);
    },
  };
}

function keyOf(told: Pick<Told, 'side' | 'tradeId' | 'day'>): FillKey {
  return {
    venue: VENUE,
    tradingDate: told.day ?? TODAY,
    side: told.side,
    exchangeOrderId: ExchangeOrderId.parse('X1'),
    tradeId: told.tradeId,
  };
}

function baselineRow(held: Held): BaselineRow {
  return BaselineRow.parse({
    account: C1,
    instrumentId: NIFTY,
    product: 'NRML',
    carriedQuantity: held.quantity - (held.dayBuyQuantity ?? 0) + (held.daySellQuantity ?? 0),
    carriedValueE4: 0,
    dayBuyQuantity: 0,
    dayBuyValueE4: 0,
    daySellQuantity: 0,
    daySellValueE4: 0,
    restriction: 'none',
    ...held,
  });
}

function foreignVerbs(tell: (fact: Fact) => void) {
  return {
    foreign: (told: Told) => {
      tell({
        kind: 'foreign-fill-seen',
        v: 1,
        key: keyOf(told),
        account: C1,
        instrumentId: told.instrumentId ?? NIFTY,
        product: told.product === undefined ? 'NRML' : told.product,
        quantity: told.quantity,
        priceE4: told.priceE4 ?? 0,
        via: 'drop-copy',
        tradedAtMs: 0,
      });
    },
    bustForeign: (told: Pick<Told, 'side' | 'tradeId'>) => {
      tell({ kind: 'foreign-fill-busted', v: 1, key: keyOf(told), via: 'drop-copy' });
    },
  };
}

/** What the exchange may say of an order of ours. */
function verbsOf(tell: (fact: Fact) => void, orderId: OrderId, told: Omit<Told, 'tradeId'>) {
  return {
    fill: (tradeId: string, quantity = told.quantity) => {
      tellFill(tell, orderId, { ...told, tradeId, quantity });
    },
    bust: (tradeId: string) => {
      tell({
        kind: 'fill-busted',
        v: 1,
        orderId,
        key: keyOf({ ...told, tradeId }),
        via: 'order-session',
      });
    },
    correct: (tradeId: string, quantity: number, priceE4: number) => {
      const key = keyOf({ ...told, tradeId });
      tell({ kind: 'fill-corrected', v: 1, orderId, key, quantity, priceE4, via: 'order-session' });
    },
    conflict: (tradeId: string, claimed: number) => {
      tell({
        kind: 'fill-conflicted',
        v: 1,
        orderId,
        key: keyOf({ ...told, tradeId }),
        known: { quantity: told.quantity, priceE4: 0 },
        claimed: { quantity: claimed, priceE4: 0 },
        via: 'drop-copy',
      });
    },
  };
}

function tellOrder(tell: (fact: Fact) => void, orderId: OrderId, told: Omit<Told, 'tradeId'>): void {
  const { side, quantity, product, instrumentId, day } = told;
  tell({
    kind: 'order-planned',
    v: 1,
    orderId,
    venue: VENUE,
    tradingDate: day ?? TODAY,
    terms: {
      account: C1,
      instrumentId: instrumentId ?? NIFTY,
      product: product ?? 'NRML',
      side,
      quantity,
      type: 'market',
      priceE4: null,
      timeInForce: 'DAY',
    },
    evidence: {
      authority: 'mis-cut-off',
      reference: 'test',
      channel: 'policy',
      instructedAtMs: 0,
      by: 'test',
    },
    runId: null,
    slice: 1,
  });
  tell({
    kind: 'order-released',
    v: 1,
    orderId,
    requestId: RequestId.parse(`${orderId}-1`),
    type: 'market',
    priceE4: null,
    timeInForce: 'DAY',
    reference: null,
    fundsE4: 0,
  });
}

function tellFill(tell: (fact: Fact) => void, orderId: OrderId, told: Told): void {
  tell({
    kind: 'order-filled',
    v: 1,
    orderId,
    key: keyOf(told),
    quantity: told.quantity,
    priceE4: told.priceE4 ?? 0,
    cumQuantity: null,
    via: 'order-session',
    tradedAtMs: 0,
  });
}

function presentRow(book: Book, instrumentId: string, product: Product): PositionRow | null {
  const key = { account: C1, instrumentId: InstrumentId.parse(instrumentId), product };
  const [state, contract] = [rowOf(book, key), contractOf(book, C1, key.instrumentId)];
  return state === null || contract === null ? null : derive(book, state, contract).row;
}

function rowsOf(book: Book): readonly PositionRow[] {
  return [...book.rows.values()].map((state) => {
    const contract = contractOf(book, state.key.account, state.key.instrumentId);
    if (contract === null) throw new Error('a row has its contract');
    return derive(book, state, contract).row;
  });
}

/** `low..high closable side proof: warnings` of a row. */
export function said(row: PositionRow | null): string {
  if (row === null) return 'no row';
  const { netLow, netHigh, closable, closingSide, proof, warnings } = row;
  return `${netLow}..${netHigh} ${closable} ${closingSide ?? '-'} ${proof}${warnings.map((w) => ` ${w}`).join('')}`;
}
