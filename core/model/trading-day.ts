import { winterShift } from './calendar.ts';
import type { Calendar, SegmentClock } from './calendar.ts';
import type { Exchange, Segment } from './instrument.ts';
import { instantOf, MINUTE_MS } from './market-clock.ts';

/** A day on which something is traded, as a desk plans it. Epoch milliseconds. */
export interface TradingDay {
  /** By now the desk has to be ready. */
  readonly readyMs: number;
  /** The last of what this desk trades closes, by the calendar. */
  readonly closesMs: number;
}

interface Traded {
  readonly exchange: Exchange;
  readonly segment: Segment;
}

/** The date (`YYYY-MM-DD`, IST) as a trading day of these parts of the market; null when nothing of them trades. */
export function tradingDayOf(calendar: Calendar, traded: readonly Traded[], date: string): TradingDay | null {
  if (isWeekend(date) ? !calendar.specialDays.includes(date) : calendar.holidays.includes(date)) return null;
  const ends = calendar.clocks
    .filter((clock) => traded.some((part) => isOf(clock, part)))
    .map((clock) => clock.auction?.endMinute ?? clock.continuousEndMinute + winterShift(clock, date));
  if (ends.length === 0) return null;
  return {
    readyMs: instantOf(date, calendar.readinessMinute),
    closesMs: instantOf(date, Math.max(...ends)),
  };
}

function isOf(clock: SegmentClock, { exchange, segment }: Traded): boolean {
  return clock.segment === segment && (clock.exchanges.length === 0 || clock.exchanges.includes(exchange));
}

const [SUNDAY, SATURDAY] = [0, 6] as const;

/** 1970-01-01 was a Thursday. Noon in IST is the same day in UTC. */
function isWeekend(date: string): boolean {
  const days = Math.floor(instantOf(date, 720) / (1440 * MINUTE_MS));
  const weekday = (days + 4) % 7;
  return weekday === SUNDAY || weekday === SATURDAY;
}
