import { assert } from '#core/lib/assert.ts';
import { OrderId, RequestId, type DeskId } from '#core/model/ids.ts';

/** FIX venues of India take 20 characters in ClOrdID. */
const REQUEST_ID_MAX = 20;
const COUNTER_WIDTH = 4;
const DATE_WIDTH = 3;
const FIRST_YEAR = 2020;

/**
 * Names that are never given twice, by this desk or another, before or after a restart or a new epoch.
 *
 * Order `20261123-DESK1-000042`, from the second epoch on `20261123-DESK1.2-000042`: a restored copy has
 * forgotten its last orders, so its epoch is part of the name. Request `1Z800161DESK1`: date (3), counter (4),
 * epoch and desk, in base 36, at most 20 characters. Counters follow from the ids in the log, by date: a clock
 * that goes back finds the old date's counter where it stood.
 */
export interface Numbering {
  orderId(date: string): OrderId;
  requestId(date: string): RequestId;
  /** Learns an id from the log; ids of other desks and epochs are theirs. */
  seenOrder(id: OrderId): void;
  seenRequest(id: RequestId): void;
  /** Numbers handed out since the last `settle` were not committed, or were and have been seen. */
  settle(): void;
}

export function createNumbering(desk: DeskId, epoch: number): Numbering {
  const orderDesk = epoch === 1 ? desk : `${desk}.${epoch}`;
  const requestDesk = `${epoch.toString(36).toUpperCase()}${desk}`;
  assert(
    DATE_WIDTH + COUNTER_WIDTH + requestDesk.length <= REQUEST_ID_MAX,
    'desk and epoch fit a request id of 20 characters',
  );
  const committed = new Map<string, number>();
  const handedOut = new Map<string, number>();

  function next(series: string): number {
    const number = (handedOut.get(series) ?? committed.get(series) ?? 0) + 1;
    handedOut.set(series, number);
    return number;
  }
  function seen(series: string, number: number): void {
    if (number > (committed.get(series) ?? 0)) committed.set(series, number);
  }
  const orderPattern = new RegExp(`^(\\d{8})-${escaped(orderDesk)}-(\\d{6,})$`);

  return {
    orderId(date) {
      const day = date.replaceAll('-', '');
      return OrderId.parse(`${day}-${orderDesk}-${String(next(`order ${day}`)).padStart(6, '0')}`);
    },
    requestId(date) {
      const day = shortDate(date);
      const counter = next(`request ${day}`).toString(36).toUpperCase().padStart(COUNTER_WIDTH, '0');
      assert(counter.length === COUNTER_WIDTH, 'a desk makes fewer than 1,679,616 requests a day');
      return RequestId.parse(`${day}${counter}${requestDesk}`);
    },
    seenOrder(id) {
      const match = orderPattern.exec(id);
      if (match !== null) seen(`order ${match[1] ?? ''}`, Number(match[2]));
    },
    seenRequest(id) {
      if (id.slice(DATE_WIDTH + COUNTER_WIDTH) !== requestDesk) return;
      const counter = Number.parseInt(id.slice(DATE_WIDTH, DATE_WIDTH + COUNTER_WIDTH), 36);
      if (Number.isSafeInteger(counter)) seen(`request ${id.slice(0, DATE_WIDTH)}`, counter);
    },
    settle() {
      handedOut.clear();
    },
  };
}

/** `2026-11-23` in three characters of base 36: years since 2020 x 372 + month x 31 + day, good until 2145. */
function shortDate(date: string): string {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  assert(year >= FIRST_YEAR && month >= 1 && day >= 1, 'a trading date is YYYY-MM-DD');
  const number = (year - FIRST_YEAR) * 372 + (month - 1) * 31 + (day - 1);
  return number.toString(36).toUpperCase().padStart(DATE_WIDTH, '0');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
