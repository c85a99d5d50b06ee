import type { TradingSessionStatus } from '#core/exchange/events.ts';
import { winterShift } from '#core/model/calendar.ts';
import type { Calendar, SegmentClock } from '#core/model/calendar.ts';
import type { Exchange, Segment } from '#core/model/instrument.ts';
import { instantOf, istDate } from '#core/model/market-clock.ts';
import type { Countdown } from './contract.ts';

const LABELS: Readonly<Record<Segment, string>> = {
  CM: 'cash',
  FO: 'equity derivatives',
  CD: 'currency',
  COM: 'commodity',
};

/**
 * What comes next for each part of the market that this desk trades, by the calendar, with the exchange's own
 * word about its session beside it.
 */
export function countdowns(
  calendar: Calendar,
  traded: readonly { readonly exchange: Exchange; readonly segment: Segment }[],
  sessionOf: (exchange: Exchange, segment: Segment) => TradingSessionStatus,
  nowMs: number,
): Countdown[] {
  return traded.flatMap(({ exchange, segment }) =>
    calendar.clocks
      .filter(
        (clock) =>
          clock.segment === segment && (clock.exchanges.length === 0 || clock.exchanges.includes(exchange)),
      )
      .filter((clock) => clock.underlyings.length === 0)
      .map((clock) => {
        const next = nextOf(clock, nowMs);
        return { exchange, segment, label: labelOf(clock), status: sessionOf(exchange, segment), ...next };
      }),
  );
}

function labelOf(clock: SegmentClock): string {
  if (clock.segment !== 'CM') return LABELS[clock.segment];
  return clock.closingAuction === true ? 'cash, F&O shares' : 'cash, other shares';
}

function nextOf(clock: SegmentClock, nowMs: number): { nextAtMs: number; next: string } {
  const date = istDate(nowMs);
  const shift = winterShift(clock, date);
  const moments: readonly (readonly [minute: number, next: string])[] = [
    [clock.openMinute, 'opens'],
    [clock.misCutOffMinute + shift, 'MIS cut-off'],
    [clock.continuousEndMinute + shift, clock.auction === null ? 'closes' : 'continuous trading ends'],
    ...(clock.auction === null
      ? []
      : ([
          [clock.auction.entryMinute, 'auction takes orders'],
          [clock.auction.limitOnlyMinute, 'auction takes limit orders only'],
          [clock.auction.endMinute, 'auction may close'],
        ] as const)),
  ];
  for (const [minute, next] of moments) {
    const nextAtMs = instantOf(date, minute);
    if (nextAtMs > nowMs) return { nextAtMs, next };
  }
  return { nextAtMs: 0, next: 'closed for today' };
}
