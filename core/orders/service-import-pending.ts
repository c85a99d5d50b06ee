import type { Journal, JournalRefusal, Projection } from '#core/journal/port.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { NAMED_MAX, badRowsText, refuseFile } from '#core/lib/table.ts';
import type { BadRow, FileRefusal } from '#core/lib/table.ts';
import { inTurns } from '#core/lib/turns.ts';
import type { Turns } from '#core/lib/turns.ts';
import { readTableAside } from '#core/lib/worker-table.ts';
import type { PendingFile, PendingReport } from './contract.ts';
import type { ForeignOrderSeen } from './events.ts';
import { pendingReader } from './import-pending.ts';
import type { PendingDeps } from './import-pending.ts';

export interface ImportPendingDeps extends PendingDeps {
  readonly journal: Pick<Journal, 'append'>;
  readonly host: Turns;
}

export type PendingRefusal =
  { readonly reason: 'rows-refused'; readonly text: string } | FileRefusal | JournalRefusal;

/** Facts that one file may bring: they are one transaction, so that half a file never pins half of a book. */
const PENDING_ORDERS_MAX = 20_000;

type Stated = Pick<ForeignOrderSeen, 'quantity' | 'openQuantity' | 'product'>;

/** Takes in files of main's resting orders, and remembers of the log what files said of them today. */
export function createPendingImporter(deps: ImportPendingDeps) {
  const stated = new Map<string, Stated>();
  let running = false;
  const projection: Projection = {
    name: 'pending-order-files',
    memory: ({ fact }) => {
      if (fact.kind === 'day-rolled') stated.clear();
      if (fact.kind !== 'foreign-order-seen' || fact.source !== 'file') return;
      const { quantity, openQuantity, product } = fact;
      stated.set(keyOf(fact), { quantity, openQuantity, product });
    },
  };
  const importPending = async (file: PendingFile): Promise<Result<PendingReport, PendingRefusal>> => {
    if (running) return refuseFile(file.source, 'another import is running');
    running = true;
    try {
      return await importPendingOrders(deps, stated, file);
    } finally {
      running = false;
    }
  };
  return { importPending, projection };
}

/** One `foreign-order-seen` for each order, in one transaction. What a file said just so before brings nothing. */
async function importPendingOrders(
  deps: ImportPendingDeps,
  stated: ReadonlyMap<string, Stated>,
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
  const news = orders.filter((order) => !isSame(stated.get(keyOf(order)), order));
  const kept = deps.journal.append(news);
  if (!kept.ok) return kept;
  const problems = bad.slice(0, NAMED_MAX).map((one) => ({ ...one }));
  return ok({ rows: orders.length, unchanged: orders.length - news.length, refused: bad.length, problems });
}

function keyOf(order: ForeignOrderSeen): string {
  return `${order.venue}/${order.exchangeOrderId}`;
}

function isSame(before: Stated | undefined, { quantity, openQuantity, product }: ForeignOrderSeen): boolean {
  return before?.quantity === quantity && before.openQuantity === openQuantity && before.product === product;
}
