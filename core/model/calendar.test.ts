import { describe, expect, it } from 'vitest';
import { afterMisCutOff, DEFAULT_CALENDAR, deadlineOf, isUsDaylightSaving, phaseAt } from './calendar.ts';
import type { SessionState } from './calendar.ts';
import { Instrument } from './instrument.ts';
import { istTime, parseInstant } from './market-clock.ts';
import { present } from '#core/lib/assert.ts';

function contract(over: Partial<Instrument>): Instrument {
  return Instrument.parse({
    instrumentId: 'NSE:X',
    exchange: 'NSE',
    segment: 'FO',
    kind: 'future',
    token: '1',
    symbol: 'X',
    underlying: 'X',
    name: '',
    series: '',
    isin: '',
    expiry: '2026-11-24',
    strikeE4: 0,
    optionType: '',
    lotSize: 65,
    multiplierNum: 1,
    multiplierDen: 1,
    orderUnit: 'units',
    tickE4: 500,
    freezeQuantity: 1800,
    lowerBandE4: 0,
    upperBandE4: 0,
    filePriceE4: 0,
    settlement: 'cash',
    lastTradingMinute: 0,
    tenderStart: '',
    closingAuction: false,
    ...over,
  });
}

const share = contract({ segment: 'CM', kind: 'equity', expiry: '', closingAuction: true });
const smallShare = contract({ segment: 'CM', kind: 'equity', expiry: '' });
const future = contract({});
const dollar = contract({ segment: 'CD', expiry: '2026-11-23' });
const gold = contract({ exchange: 'MCX', segment: 'COM', expiry: '2026-12-04', tenderStart: '2026-11-30' });
const at = (time: string, date = '2026-11-23'): number =>
  present(parseInstant(`${date}T${time}`), 'an instant');

describe('phaseAt', () => {
  const table: [string, Instrument, string, SessionState, string][] = [
    ['F&O share trades until 15:15', share, '15:14:59', 'unknown', 'continuous'],
    ['then takes no entry', share, '15:15', 'unknown', 'auction-transition'],
    ['then the auction', share, '15:20', 'unknown', 'auction'],
    ['then limits only', share, '15:25', 'unknown', 'auction-limit-only'],
    ['the random close may come at 15:28', share, '15:28', 'unknown', 'closed'],
    ['other shares trade until 15:30', smallShare, '15:29', 'unknown', 'continuous'],
    ['derivatives until 15:40', future, '15:39', 'unknown', 'continuous'],
    ['and no longer', future, '15:40', 'unknown', 'closed'],
    ['an expiring currency contract ends at 12:30', dollar, '12:30', 'unknown', 'closed'],
    ['the exchange beats the calendar: reopened at 15:45', future, '15:50', 'open', 'continuous'],
    ['the exchange beats the calendar: halted', future, '14:50', 'halted', 'halted'],
    ['the exchange beats the calendar: closed', future, '14:50', 'closed', 'closed'],
    ['risk-reduction mode', future, '14:50', 'risk-reduction', 'risk-reduction'],
    ['`open` of the segment does not speak of a share in its auction', share, '15:21', 'open', 'auction'],
    [
      'the closing auction of others leaves a small share alone',
      smallShare,
      '15:21',
      'closing-auction',
      'continuous',
    ],
    ['gold in the American winter', gold, '23:50', 'unknown', 'continuous'],
    ['an expired contract', contract({ expiry: '2026-11-20' }), '14:50', 'unknown', 'closed'],
  ];
  it.each(table)('%s', (_name, instrument, time, session, phase) => {
    expect(phaseAt(DEFAULT_CALENDAR, instrument, at(time), session)).toBe(phase);
  });
});

describe('deadlineOf', () => {
  const table: [string, Instrument, 'MIS' | 'NRML', string, string, string, string][] = [
    ['MIS share: its cut-off first', share, 'MIS', '14:50', '15:10:00', 'mis-cut-off', '15:28:00'],
    ['then the auction', share, 'MIS', '15:12', '15:15:00', 'closing-auction', '15:28:00'],
    ['then its end', share, 'MIS', '15:16', '15:28:00', 'segment-close', '15:28:00'],
    ['a carried future', future, 'NRML', '14:50', '15:40:00', 'segment-close', '15:40:00'],
    [
      'an expiring one: the file says',
      contract({ expiry: '2026-11-23', lastTradingMinute: 900 }),
      'NRML',
      '14:50',
      '15:00:00',
      'last-trading-time',
      '15:00:00',
    ],
    [
      'an expiring one: the file is silent',
      contract({ expiry: '2026-11-23' }),
      'NRML',
      '14:50',
      '15:30:00',
      'last-trading-time',
      '15:30:00',
    ],
    ['MIS of an expiring currency contract', dollar, 'MIS', '11:00', '12:15:00', 'mis-cut-off', '12:30:00'],
  ];
  it.each(table)('%s', (_name, instrument, product, time, due, why, last) => {
    const deadline = present(deadlineOf(DEFAULT_CALENDAR, instrument, product, at(time)), 'a deadline');
    expect([istTime(deadline.dueMs), deadline.why, istTime(deadline.lastMs)]).toEqual([due, why, last]);
  });

  it('tender start comes before the close of its own day', () => {
    const deadline = deadlineOf(DEFAULT_CALENDAR, gold, 'NRML', at('08:00', '2026-11-30'));
    expect(deadline?.why).toBe('tender-start');
  });
});

describe('cut-off and daylight saving', () => {
  it('MIS may be closed from its cut-off on', () => {
    expect(afterMisCutOff(DEFAULT_CALENDAR, future, at('15:24:59'))).toBe(false);
    expect(afterMisCutOff(DEFAULT_CALENDAR, future, at('15:25'))).toBe(true);
  });

  it.each([
    ['2026-03-07', false],
    ['2026-03-09', true],
    ['2026-10-30', true],
    ['2026-11-02', false],
  ])('New York on %s: daylight saving %s', (date, daylight) => {
    expect(isUsDaylightSaving(date)).toBe(daylight);
  });
});
