import { describe, expect, it } from 'vitest';
import { DEFAULT_CALENDAR } from './calendar.ts';
import { istTime } from './market-clock.ts';
import { tradingDayOf } from './trading-day.ts';

const FO = { exchange: 'NSE', segment: 'FO' } as const;
const CM = { exchange: 'NSE', segment: 'CM' } as const;
const COM = { exchange: 'MCX', segment: 'COM' } as const;
const CALENDAR = {
  ...DEFAULT_CALENDAR,
  holidays: ['2026-11-24'],
  specialDays: ['2026-11-08'],
};

describe('a trading day', () => {
  it.each<[what: string, date: string, traded: readonly (typeof FO | typeof CM | typeof COM)[], is: string]>([
    ['Monday, derivatives', '2026-11-23', [FO], '08:45:00 to 15:40:00'],
    ['cash closes before derivatives do', '2026-11-23', [CM, FO], '08:45:00 to 15:40:00'],
    ['cash alone, with its shares without auction', '2026-11-23', [CM], '08:45:00 to 15:30:00'],
    ['commodities in winter', '2026-11-23', [FO, COM], '08:45:00 to 23:55:00'],
    ['commodities in summer', '2026-07-06', [COM], '08:45:00 to 23:30:00'],
    ['a holiday', '2026-11-24', [FO], 'none'],
    ['Saturday', '2026-11-21', [FO], 'none'],
    ['Sunday', '2026-11-22', [FO], 'none'],
    ['a Sunday with trading', '2026-11-08', [FO], '08:45:00 to 15:40:00'],
    ['nothing is traded', '2026-11-23', [], 'none'],
  ])('%s', (_what, date, traded, is) => {
    const day = tradingDayOf(CALENDAR, traded, date);
    expect(day === null ? 'none' : `${istTime(day.readyMs)} to ${istTime(day.closesMs)}`).toBe(is);
  });
});
