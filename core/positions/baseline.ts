import { AccountId, InstrumentId } from '#core/model/ids.ts';
import { Product } from '#core/model/product.ts';
import { z } from 'zod';

const units = z.int();
const count = z.int().nonnegative();

/** Why a row may not be closed by an exit-all: what the broker's file says about the shares themselves. */
export const Restriction = z.enum(['none', 't1', 'pledged', 'trade-to-trade', 'holding']);
export type Restriction = z.infer<typeof Restriction>;

/**
 * One row of an imported position file, as it lies in `import_rows.body` (JSON) under the file's SHA-256.
 *
 * Quantities are net exchange units, never lots (see Instrument): a long is positive, a short negative. Values
 * are cost totals in ten-thousandths of a rupee, price x quantity x multiplier, never averages. The exchange
 * is the part of `instrumentId` before the colon; the contract itself may come in later.
 *
 * A file without the day's columns has `carriedQuantity = quantity` and zeros for the day. For money that is the
 * likely reading; it is no word about the start of day, and `carriedStated` keeps the two apart.
 */
export const BaselineRow = z
  .object({
    account: AccountId,
    instrumentId: InstrumentId,
    product: Product,
    /** Net units as of the file: carried + bought - sold. */
    quantity: units,
    /** Net units at the start of the day. */
    carriedQuantity: units,
    /** The file itself says what was carried. Rows of before this was kept did not tell. */
    carriedStated: z.boolean().default(false),
    /** Cost of the carried quantity, signed like it. */
    carriedValueE4: units,
    dayBuyQuantity: count,
    dayBuyValueE4: count,
    daySellQuantity: count,
    daySellValueE4: count,
    restriction: Restriction,
  })
  .refine((row) => row.quantity === row.carriedQuantity + row.dayBuyQuantity - row.daySellQuantity, {
    message: 'quantity must be carriedQuantity + dayBuyQuantity - daySellQuantity',
    path: ['quantity'],
  });
export type BaselineRow = z.infer<typeof BaselineRow>;

/** One row of RMS's margin shortfall list in `import_rows.body`: the account and the line that names it. */
export const ShortfallRow = z.object({
  account: AccountId,
  reference: z.string().min(1).max(120),
});
export type ShortfallRow = z.infer<typeof ShortfallRow>;
