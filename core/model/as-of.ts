import { istDate, istTimestamp, MINUTE_MS } from './market-clock.ts';

/**
 * By so much the clocks of two machines may differ: what somebody says is of later than this is of no moment that was,
 * and what is to be surely after a moment of this desk has to be later by as much.
 */
const CLOCKS_APART_MAX_MS = 2 * MINUTE_MS;

/** Of when positions are, as a file or main says it. */
export interface AsOf {
  readonly asOfMs: number;
  readonly tradingDate: string;
}

/**
 * Why positions can not be of then; null: they can. One word of a later day would make every trade and every file of
 * today the older one, and nothing ever takes that back. The positions of a day come in on that day.
 */
export function aheadText({ asOfMs, tradingDate }: AsOf, nowMs: number): string | null {
  const today = istDate(nowMs);
  if (dayOf(tradingDate) > dayOf(today)) {
    return `the trading date ${tradingDate} is after today, ${today} by the clock of this desk: positions of a day come in on that day`;
  }
  if (asOfMs <= nowMs + CLOCKS_APART_MAX_MS) return null;
  return `the positions are as of ${istTimestamp(asOfMs)}, more than ${CLOCKS_APART_MAX_MS / MINUTE_MS} minutes ahead of the clock of this desk: look at both clocks`;
}

/** Whether positions of then have in them all that happened up to that moment of this desk's clock. */
export function isSurelyAfter({ asOfMs, tradingDate }: AsOf, atMs: number): boolean {
  return dayOf(tradingDate) >= dayOf(istDate(atMs)) && asOfMs > atMs + CLOCKS_APART_MAX_MS;
}

/** The digits of a date, so that dates compare whatever their punctuation. */
export function dayOf(date: string): string {
  return date.replaceAll('-', '');
}
