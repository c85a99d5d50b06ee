import type { Journal, JournalRefusal } from '#core/journal/port.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { NAMED_MAX, badRowsText, refuseFile } from '#core/lib/table.ts';
import type { BadRow, FileRefusal } from '#core/lib/table.ts';
import { inTurns } from '#core/lib/turns.ts';
import type { Turns } from '#core/lib/turns.ts';
import { readTableAside } from '#core/lib/worker-table.ts';
import type { ExchangeOrderId, VenueId } from '#core/model/ids.ts';
import type { ForeignOrderSeen } from './events.ts';
import { pendingReader } from './import-pending.ts';
import type { PendingDeps } from './import-pending.ts';

export interface PendingFile {
  readonly source: string;
  readonly text: string;
  /** Our column by the file's. */
  readonly columns?: Readonly<Record<string, string>> | undefined;
  readonly partial: boolean;
}

export interface PendingReport {
  /** Orders in good rows; of them `unchanged` were known just so, and made no fact. */
  readonly rows: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly problems: readonly BadRow[];
}

export interface ImportPendingDeps extends PendingDeps {
  readonly journal: Pick<Journal, 'append'>;
  readonly host: Turns;
  /** What was last told of an order that is not ours, as it was told; null when it was never seen. */
  readonly known: (
    venue: VenueId,
    exchangeOrderId: ExchangeOrderId,
  ) => Pick<ForeignOrderSeen, 'quantity' | 'openQuantity' | 'product'> | null;
}

export type PendingRefusal =
  { readonly reason: 'rows-refused'; readonly text: string } | FileRefusal | JournalRefusal;

/** Facts that one file may bring: they are one transaction, so that half a file never pins half of a book. */
export const PENDING_ORDERS_MAX = 20_000;

/** Takes in main's resting orders: one `foreign-order-seen` each. What is known just so brings nothing. */
export async function importPendingOrders(
  deps: ImportPendingDeps,
  file: PendingFile,
): Promise<Result<PendingReport, PendingRefusal>> {
  const table = await readTableAside(file.source, file.text);
  if (!table.ok) return table;
  if (table.value.rows.length > PENDING_ORDERS_MAX) {
    return refuseFile(file.source, `more than ${PENDING_ORDERS_MAX} orders`);
  }
  const read = pendingReader(file.source, table.value, file.columns ?? {}, deps);
  if (!read.ok) return read;
  const orders: ForeignOrderSeen[] = [];
  const bad: BadRow[] = [];
  await inTurns(deps.host, table.value.rows, (row) => {
    const one = read.value(row);
    if ('order' in one) orders.push(one.order);
    else bad.push(one.bad);
  });
  if (bad.length > 0 && !(file.partial && orders.length > 0)) {
    return refuse({ reason: 'rows-refused', text: badRowsText(file.source, bad) });
  }
  const news = orders.filter((order) => !isKnown(deps, order));
  const kept = deps.journal.append(news);
  if (!kept.ok) return kept;
  const unchanged = orders.length - news.length;
  return ok({ rows: orders.length, unchanged, refused: bad.length, problems: bad.slice(0, NAMED_MAX) });
}

function isKnown(deps: ImportPendingDeps, order: ForeignOrderSeen): boolean {
  const known = deps.known(order.venue, order.exchangeOrderId);
  if (known === null) return false;
  const { quantity, openQuantity, product } = order;
  return (
    known.quantity === quantity &&
    known.openQuantity === openQuantity &&
    (product ?? known.product) === known.product
  );
}
