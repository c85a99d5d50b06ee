import { AccountId } from '#core/model/ids.ts';
import { instantOf } from '#core/model/market-clock.ts';
import type { Book, BookAccount, BookPosition } from '#drill/book/book.ts';
import { makeInstruments } from '#drill/book/instruments.ts';

/** A trading Monday; the desk's clock is moved to it, so that its market is open whenever this runs. */
const TRADING_DATE = '2026-11-23';
/** 14:50 IST. */
const AS_OF_MINUTE = 14 * 60 + 50;
export const AS_OF_MS = instantOf(TRADING_DATE, AS_OF_MINUTE);
/** Rows of one client. */
const ROWS_A_CLIENT = 10;

/** MIS rows of futures and shares, long and short in turn, one order each, none a hedge of another. */
export function unhedgedBook(rows: number): Book {
  const contracts = makeInstruments(TRADING_DATE).filter(
    ({ exchange, kind }) => exchange === 'NSE' && kind !== 'option',
  );
  const clients = Math.ceil(rows / ROWS_A_CLIENT);
  const accounts: BookAccount[] = Array.from({ length: clients }, (_, index) => ({
    account: AccountId.parse(`B${String(index).padStart(5, '0')}`),
    name: `Client ${index}`,
    type: 'CLI',
    pan: `ABCDE${String(index).padStart(4, '0')}F`,
    participant: '',
    branch: 'HO',
    mobile: '',
    segments: ['CM', 'FO'],
  }));
  const positions: BookPosition[] = Array.from({ length: rows }, (_, index) => {
    const contract = contracts[(index % ROWS_A_CLIENT) * 3];
    const account = accounts[Math.floor(index / ROWS_A_CLIENT)];
    if (contract === undefined || account === undefined)
      throw new Error('a book has a contract for each row');
    const quantity = contract.lotSize * (index % 2 === 0 ? 1 : -1);
    const averagePriceE4 = contract.filePriceE4;
    return {
      account: account.account,
      instrumentId: contract.instrumentId,
      product: 'MIS' as const,
      quantity,
      carriedQuantity: quantity,
      averagePriceE4,
      exit: true,
    };
  });
  const segments = new Map(contracts.map((one) => [`${one.exchange}:${one.segment}`, one]));
  return {
    seed: 1,
    tradingDate: TRADING_DATE,
    asOfMs: AS_OF_MS,
    instruments: contracts,
    accounts,
    positions,
    dayTrades: [],
    mainOrders: [],
    shortfall: [],
    cuts: [...segments.values()].map(({ exchange, segment }) => ({ exchange, segment, tradeNumber: 0 })),
  };
}
