import { AccountId, ExchangeOrderId, InstrumentId } from '#core/model/ids.ts';
import { Exchange, Instrument, Segment } from '#core/model/instrument.ts';
import { Product } from '#core/model/product.ts';
import { Side } from '#core/model/side.ts';
import { z } from 'zod';

/** The user who may act for every account of a seeded book, whatever its branch. */
export const DEALER = 'asha';

/**
 * The truth of a drill before it begins: who has what. The desk gets it as files (write.ts), the venue and the
 * judge read it as book.json. Quantities are exchange units, prices ten-thousandths of a rupee.
 */
export const BookAccount = z.object({
  account: AccountId,
  name: z.string().min(1),
  type: z.enum(['PRO', 'CLI', 'INST']),
  pan: z.string().regex(/^[A-Z]{5}\d{4}[A-Z]$/),
  participant: z.string(),
  branch: z.string().min(1),
  mobile: z.string(),
  segments: z.array(z.string()),
});
export type BookAccount = z.infer<typeof BookAccount>;

export const BookPosition = z.object({
  account: AccountId,
  instrumentId: InstrumentId,
  product: Product,
  /** Net units now, signed: the day's trades of the book are in it. */
  quantity: z.int(),
  /** Net units carried from the day before. */
  carriedQuantity: z.int(),
  averagePriceE4: z.int().nonnegative(),
  /** What an exit of everything may take: not CNC, and whole lots only matter to the judge through this. */
  exit: z.boolean(),
});
export type BookPosition = z.infer<typeof BookPosition>;

/** A trade main did today before it died; the venue's ledger and drop copy begin with them. */
export const DayTrade = z.object({
  tradeNumber: z.int().positive(),
  exchangeOrderId: ExchangeOrderId,
  account: AccountId,
  instrumentId: InstrumentId,
  product: Product,
  side: Side,
  quantity: z.int().positive(),
  priceE4: z.int().positive(),
  atMs: z.int(),
});
export type DayTrade = z.infer<typeof DayTrade>;

/** An order of main's that rests at the exchange when main dies. */
export const MainOrder = z.object({
  exchangeOrderId: ExchangeOrderId,
  account: AccountId,
  instrumentId: InstrumentId,
  product: Product,
  side: Side,
  quantity: z.int().positive(),
  priceE4: z.int().positive(),
  atMs: z.int(),
});
export type MainOrder = z.infer<typeof MainOrder>;

/** The trades up to this number are in the positions, for one exchange segment. */
export const BookCut = z.object({ exchange: Exchange, segment: Segment, tradeNumber: z.int().nonnegative() });
export type BookCut = z.infer<typeof BookCut>;

export const Book = z.object({
  seed: z.int(),
  /** `YYYY-MM-DD` in IST. */
  tradingDate: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  asOfMs: z.int(),
  instruments: z.array(Instrument),
  accounts: z.array(BookAccount),
  positions: z.array(BookPosition),
  dayTrades: z.array(DayTrade),
  mainOrders: z.array(MainOrder),
  cuts: z.array(BookCut),
  /** Accounts on the RMS margin shortfall list: the authority for their NRML rows. */
  shortfall: z.array(AccountId),
});
export type Book = z.infer<typeof Book>;
