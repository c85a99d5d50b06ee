import { describe, expect, it } from 'vitest';
import { instantOf } from '#core/model/market-clock.ts';
import { VenueId } from '#core/model/ids.ts';
import { Instrument, instrumentId } from '#core/model/instrument.ts';
import { decode, encode } from './codec.ts';
import type { Field, Message } from './codec.ts';
import { readCancelReject, readExecutionReport } from './reports.ts';

const NOW = instantOf('2026-11-23', 14 * 60 + 50);
const venue = VenueId.parse('sim');
const GOLD_IN_LOTS = Instrument.parse({
  instrumentId: instrumentId('MCX', 'GOLD26DECFUT'),
  exchange: 'MCX',
  segment: 'COM',
  kind: 'future',
  token: '4321',
  symbol: 'GOLD26DECFUT',
  underlying: 'GOLD',
  name: 'GOLD',
  series: '',
  isin: '',
  expiry: '2026-12-04',
  strikeE4: 0,
  optionType: '',
  lotSize: 100,
  multiplierNum: 1,
  multiplierDen: 10,
  orderUnit: 'lots',
  tickE4: 10_000,
  freezeQuantity: 1000,
  lowerBandE4: 0,
  upperBandE4: 0,
  filePriceE4: 0,
  settlement: 'physical',
  lastTradingMinute: 0,
  tenderStart: '',
  closingAuction: false,
});
const IN_UNITS: Instrument = { ...GOLD_IN_LOTS, orderUnit: 'units' };

/** `150=F 39=1 ...` as a received message. */
function message(version: string, type: string, text: string): Message {
  const fields = text
    .split(' ')
    .filter((part) => part !== '')
    .map((part): Field => {
      const at = part.indexOf('=');
      return [Number(part.slice(0, at)), part.slice(at + 1).replaceAll('_', ' ')];
    });
  const decoded = decode(
    encode(version, [[35, type], [49, 'EX'], [56, 'DESK'], [34, 2], [52, '20261123-09:20:00'], ...fields]),
  );
  if (!decoded.ok) throw new Error(decoded.refusal.detail);
  return decoded.value;
}

function read(version: string, text: string, instrument: Instrument | null = IN_UNITS) {
  return readExecutionReport(message(version, '8', `${text} 11=R1 1=AC1 54=2 38=130`), {
    venue,
    via: 'order-session',
    tradeIdTags: [880, 527, 17],
    instrumentOf: () => instrument,
    nowMs: NOW,
  });
}

describe('execution reports of both versions', () => {
  it.each<[string, string, string]>([
    ['FIX.4.4', '150=A 39=A 37=9', 'pending pending-new 9'],
    ['FIX.4.4', '150=0 39=0 37=9', 'new new 9'],
    ['FIX.4.4', '150=F 39=1 37=9 17=X1 527=T1 32=65 31=10.5', 'fill partially-filled 9 T1 65@105000'],
    ['FIX.4.2', '20=0 150=1 39=1 37=9 17=X1 32=65 31=10.5', 'fill partially-filled 9 X1 65@105000'],
    ['FIX.4.2', '20=0 150=2 39=2 37=9 17=X1 32=65 31=10.5', 'fill filled 9 X1 65@105000'],
    ['FIX.4.2', '20=1 150=1 39=1 37=9 17=X2 19=X1 32=65 31=10.5', 'bust partially-filled 9 X1 65@105000'],
    ['FIX.4.2', '20=2 150=1 39=1 37=9 17=X2 19=X1 32=60 31=10.5', 'correct partially-filled 9 X1 60@105000'],
    ['FIX.4.2', '20=3 150=0 39=0 37=9 17=0', 'status new 9'],
    ['FIX.4.4', '150=H 39=1 37=9 17=X2 19=X1 527=T1 32=65 31=10.5', 'bust partially-filled 9 T1 65@105000'],
    ['FIX.4.4', '150=G 39=1 37=9 17=X2 19=X1 32=65 31=10.5', 'correct partially-filled 9 X1 65@105000'],
    ['FIX.4.4', '150=I 39=4 37=9 17=0', 'status canceled 9'],
    ['FIX.4.4', '150=I 39=8 37=NONE 103=5 17=0', 'unknown rejected -'],
    ['FIX.4.4', '150=8 39=8 37=NONE 103=5', 'unknown rejected -'],
    ['FIX.4.4', '150=8 39=8 37=NONE 103=99', 'rejected rejected -'],
    ['FIX.4.4', '150=8 39=8 37=9 103=0 58=16606_over_freeze', 'rejected rejected 9'],
    ['FIX.4.4', '150=5 39=0 37=9 41=R0', 'replaced new 9'],
    ['FIX.4.4', '150=4 39=4 37=9 41=R0', 'canceled canceled 9 requested'],
    ['FIX.4.4', '150=4 39=4 37=9', 'canceled canceled 9 exchange'],
    [
      'FIX.4.4',
      '150=4 39=4 37=9 58=17071_self_trade_prevention',
      'canceled canceled 9 self-trade-prevention',
    ],
    ['FIX.4.4', '150=D 39=4 37=9 58=risk_reduction_mode', 'canceled canceled 9 risk-reduction-mode'],
    ['FIX.4.4', '150=D 39=0 37=9', 'status new 9'],
    ['FIX.4.4', '150=C 39=C 37=9', 'expired expired 9'],
    ['FIX.4.4', '150=3 39=3 37=9', 'done-for-day done-for-day 9'],
    ['FIX.4.4', '150=6 39=6 37=9', 'pending pending-cancel 9'],
  ])('%s %s', (version, text, expected) => {
    const report = read(version, text);
    expect(report.ok).toBe(true);
    if (!report.ok) return;
    const { trade, cancelCause, exchangeOrderId, status } = report.value;
    const parts = [report.value.report, status, exchangeOrderId ?? '-'];
    if (trade !== null) parts.push(trade.refersTo ?? trade.tradeId, `${trade.quantity}@${trade.priceE4}`);
    if (cancelCause !== null) parts.push(cancelCause);
    expect(parts.join(' ')).toBe(expected);
  });

  it.each([
    ['a part of a share', '150=F 39=1 37=9 17=X1 32=1.5 31=10'],
    ['a price finer than a ten-thousandth', '150=F 39=1 37=9 17=X1 32=1 31=10.00001'],
    ['no trade number', '150=F 39=1 37=9 32=1 31=10'],
    ['a quantity that is a word', '150=0 39=0 37=9 14=ten'],
  ])('an execution is never guessed: %s', (_name, text) => {
    const report = read('FIX.4.4', text);
    expect(report.ok ? 'read' : report.refusal.reason).toBe('unreadable-report');
  });
});

describe('quantities of a report', () => {
  const fill = '150=F 39=1 37=9 17=X1 32=2 31=10 14=2 151=0';
  it.each<[string, Instrument | null, (number | null)[]]>([
    ['in lots where the venue counts lots', GOLD_IN_LOTS, [200, 200, 0]],
    ['as they are where it counts units', IN_UNITS, [2, 2, 0]],
    ['not known of a contract that is not known, but for nothing', null, [0, null, 0]],
  ])('are %s', (_name, instrument, expected) => {
    const report = read('FIX.4.4', fill, instrument);
    if (!report.ok) throw new Error(report.refusal.text);
    const { trade, cumQuantity, leavesQuantity } = report.value;
    expect([trade?.quantity, cumQuantity, leavesQuantity]).toEqual(expected);
  });
});

describe('cancel rejects', () => {
  it.each([
    ['11=R2 41=R1 39=2 434=1 102=0', 'too-late filled'],
    ['11=R2 41=R1 39=8 434=1 102=1', 'unknown-order rejected'],
    ['11=R2 41=R1 39=0 434=1 102=3', 'other new'],
  ])('%s', (text, expected) => {
    const refused = readCancelReject(message('FIX.4.4', '9', text), venue);
    expect(`${refused?.reason} ${refused?.status}`).toBe(expected);
  });
});
