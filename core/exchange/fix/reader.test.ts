import { describe, expect, it } from 'vitest';
import { VenueConfig } from '#core/exchange/config.ts';
import type { OrderEvent } from '#core/exchange/port.ts';
import type { Fact } from '#core/events.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { contractOfToday } from '#core/positions/stage-market.ts';
import { instrumentId } from '#core/model/instrument.ts';
import type { SessionRole } from '#core/exchange/events.ts';
import { decode, encode } from './codec.ts';
import type { Field } from './codec.ts';
import { createHoles } from '#core/exchange/holes.ts';
import { createReader } from './reader.ts';
import type { LinkChange } from './session-port.ts';

const FUTURE = contractOfToday({
  instrumentId: instrumentId('NSE', 'NIFTY26NOVFUT'),
  symbol: 'NIFTY26NOVFUT',
  token: '77',
});
const CURRENCY = contractOfToday({
  instrumentId: instrumentId('NSE', 'USDINR26NOVFUT'),
  segment: 'CD',
  symbol: 'USDINR26NOVFUT',
  token: '77',
});
const CONTRACTS: readonly Instrument[] = [FUTURE, CURRENCY];

const config = VenueConfig.parse({
  venue: 'sim',
  version: '4.4',
  orders: { host: 'x', port: 1, senderCompId: 'D', targetCompId: 'E' },
  trades: [
    { exchange: 'NSE', segment: 'FO' },
    { exchange: 'NSE', segment: 'CD' },
  ],
  ratePerSecond: null,
});

/** What one read of a session brings: the events that orders hear, and the facts beside them. */
function heard(role: SessionRole, ...parts: readonly (string | LinkChange)[]) {
  const events: OrderEvent[] = [];
  const facts: Fact[] = [];
  const holes = createHoles();
  const reader = createReader({
    config,
    host: {
      now: () => 1_795_340_000_000,
      reached: () => undefined,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    } as unknown as Parameters<typeof createReader>[0]['host'],
    instrument: (exchange, segment, token) =>
      CONTRACTS.find((one) => one.exchange === exchange && one.segment === segment && one.token === token) ??
      null,
    instrumentBySymbol: (exchange, symbol) =>
      CONTRACTS.find((one) => one.exchange === exchange && one.symbol === symbol) ?? null,
    beginBatch: () => ({
      interpret: (event) => {
        events.push(event);
        return [];
      },
      isPlaced: ({ account }) => account !== null,
    }),
    quote: () => null,
    quotes: () => undefined,
    missedTrades: () => holes.why(config.trades),
  });
  for (const part of parts) {
    const maker = reader.factMaker(role, () => undefined)();
    if (typeof part === 'string') maker.message(delivery(part));
    else maker.change(part);
    facts.push(...maker.facts());
    for (const fact of maker.facts()) holes.remember({ atMs: 0, fact });
  }
  const coverage = facts.flatMap((fact) => (fact.kind === 'coverage-changed' ? [fact.covered] : []));
  return { events, coverage: coverage.at(-1) ?? null };
}

function delivery(text: string) {
  const fields = text.split(' ').map((part): Field => {
    const [tag = '', value = ''] = part.split('=');
    return [Number(tag), value];
  });
  const decoded = decode(
    encode('FIX.4.4', [[35, '8'], [49, 'E'], [56, 'D'], [34, 2], [52, '20261122-09:20:00'], ...fields]),
  );
  if (!decoded.ok) throw new Error(decoded.refusal.detail);
  return { kind: 'deliver', seq: 2, message: decoded.value, possDup: false, possResend: false } as const;
}

const FILL = '150=F 39=2 37=9 17=X1 11=R1 1=AC1 54=2 38=65 32=65 31=10 14=65 151=0';

describe('the contract of a report', () => {
  it.each([
    ['by token and symbol where two segments know the token', '48=77 207=NSE 55=USDINR26NOVFUT', CURRENCY],
    ['by symbol where no token is said', '207=NSE 55=NIFTY26NOVFUT', FUTURE],
    ['nobody where two segments know the token and no symbol decides', '48=77 207=NSE 55=NIFTY', null],
  ])('is %s', (_name, names, expected) => {
    const [event] = heard('orders', `${FILL} ${names}`).events;
    expect(event?.kind === 'order-report' ? event.instrumentId : '').toBe(expected?.instrumentId ?? null);
  });
});

describe('the drop copy covers the day', () => {
  const KNOWN = `${FILL} 48=77 207=NSE 55=NIFTY26NOVFUT`;
  const passed: LinkChange = { kind: 'barrier-passed', id: 'drop-copy' };

  it.each<[string, readonly (string | LinkChange)[], boolean]>([
    ['once all that was said before is here', [KNOWN, passed], true],
    ['not while its link is down', [passed, { kind: 'down', why: 'line' }], false],
    ['not after a report that can not be read', [passed, KNOWN.replace('32=65', '32=1.5')], false],
    ['not after a trade of a contract that nobody knows', [passed, `${FILL} 48=1 207=NSE 55=X`], false],
    ['not after a trade that names no account', [passed, KNOWN.replace(' 1=AC1', '')], false],
    ['again when only the line was down', [passed, { kind: 'down', why: 'line' }, passed], true],
    ['not again when its numbers were lost', [passed, { kind: 'stopped', why: 'too low' }, passed], false],
    ['not when its numbers began anew', [{ kind: 'reset', by: 'asha', reason: 'x' }, passed], false],
    ['not again when messages never came', [passed, { kind: 'lost', why: 'skipped' }, passed], false],
    ['not again after what could not be kept', [`${FILL} 48=1 207=NSE 55=X`, passed], false],
  ])('%s', (_name, parts, expected) => {
    expect(heard('drop-copy', ...parts).coverage).toBe(expected);
  });
});
