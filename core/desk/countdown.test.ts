import { describe, expect, it } from 'vitest';
import { DEFAULT_CALENDAR } from '#core/model/calendar.ts';
import { instantOf, istTime } from '#core/model/market-clock.ts';
import { countdowns } from './countdown.ts';

describe('what comes next, per part of the market', () => {
  const traded = [
    { exchange: 'NSE', segment: 'CM' },
    { exchange: 'NSE', segment: 'FO' },
    { exchange: 'MCX', segment: 'COM' },
  ] as const;

  it.each<[minute: number, expected: readonly string[]]>([
    [
      14 * 60 + 50,
      [
        'cash, F&O shares: MIS cut-off 15:10:00',
        'cash, other shares: MIS cut-off 15:20:00',
        'equity derivatives: MIS cut-off 15:25:00',
        'commodity: MIS cut-off 23:40:00',
      ],
    ],
    [
      15 * 60 + 16,
      [
        'cash, F&O shares: auction takes orders 15:20:00',
        'cash, other shares: MIS cut-off 15:20:00',
        'equity derivatives: MIS cut-off 15:25:00',
        'commodity: MIS cut-off 23:40:00',
      ],
    ],
    [
      15 * 60 + 45,
      [
        'cash, F&O shares: closed for today',
        'cash, other shares: closed for today',
        'equity derivatives: closed for today',
        'commodity: MIS cut-off 23:40:00',
      ],
    ],
  ])('at minute %s', (minute, expected) => {
    const shown = countdowns(DEFAULT_CALENDAR, traded, () => 'open', instantOf('2026-11-23', minute));
    const lines = shown.map(
      ({ label, next, nextAtMs }) => `${label}: ${next}${nextAtMs === 0 ? '' : ` ${istTime(nextAtMs)}`}`,
    );
    expect([...new Set(lines)]).toEqual(expected);
  });
});
