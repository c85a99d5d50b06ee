import { describe, expect, it } from 'vitest';
import { contract } from '#tests/square-off/book.ts';
import { createMaySend } from './service-may-send.ts';
import type { User } from './port.ts';

/** A lot of 65; one rupee of premium a unit is Rs 65 a lot. */
const CALL = contract('NIFTY26NOV25000CE');
const RUPEE_E4 = 10_000;

const person = (orderRupees: number | null, exitRupees: number | null): User => ({
  user: 'asha',
  name: 'Asha',
  email: '',
  mobile: '',
  role: 'dealer',
  branch: 'HO',
  accounts: [],
  limits: {
    orderNotionalE4: orderRupees === null ? null : orderRupees * RUPEE_E4,
    exitNotionalE4: exitRupees === null ? null : exitRupees * RUPEE_E4,
  },
  exchangeUsers: [],
  status: 'active',
  source: { kind: 'desk' },
});

function bounds(
  options: { lastE4?: number | null; exchange?: 'exchange-id-missing' | 'exchange-id-lapsed' } = {},
) {
  const { lastE4 = null, exchange } = options;
  return createMaySend({
    mayNotSend: () => (exchange === undefined ? null : { reason: exchange, text: exchange }),
    instrument: (id) => (id === CALL.instrumentId ? CALL : null),
    quote: () => ({ lastE4 }),
    today: () => '2026-11-25',
  });
}
const order = (quantity: number, rupees: number | null) => ({
  instrumentId: CALL.instrumentId,
  quantity,
  priceE4: rupees === null ? null : rupees * RUPEE_E4,
});
const reason = (refusal: { reason: string } | null): string => refusal?.reason ?? 'may';

describe('the limit of one order', () => {
  it.each<[string, number | null, ReturnType<typeof order>, number | null, string]>([
    ['at the limit', 6_500, order(65, 100), null, 'may'],
    ['a rupee above it', 6_499, order(65, 100), null, 'over-order-limit'],
    ['none is set', null, order(65, 1_000_000), null, 'may'],
    ['at market, by the last price', 6_500, order(65, null), 100 * RUPEE_E4, 'may'],
    ['at market, the last price above it', 6_500, order(65, null), 101 * RUPEE_E4, 'over-order-limit'],
    ['at market, and nobody knows a price', 6_500, order(65, null), null, 'over-order-limit'],
    ['at market without a limit', null, order(65, null), null, 'may'],
  ])('%s', (_what, limit, wanted, lastE4, expected) => {
    expect(reason(bounds({ lastE4 }).order(person(limit, null), wanted))).toBe(expected);
  });
});

describe('the limit of one exit', () => {
  const exit = (rupees: bigint) => ({
    notionalE4: rupees * BigInt(RUPEE_E4),
    instrumentIds: [CALL.instrumentId],
  });
  it.each<[string, number | null, bigint, string]>([
    ['at the limit', 50_00_000, 50_00_000n, 'may'],
    ['a rupee above it', 50_00_000, 50_00_001n, 'over-exit-limit'],
    ['more than a number holds', 50_00_000, 10n ** 20n, 'over-exit-limit'],
    ['none is set', null, 10n ** 20n, 'may'],
  ])('%s', (_what, limit, rupees, expected) => {
    expect(reason(bounds().exit(person(null, limit), exit(rupees)))).toBe(expected);
  });

  it('says both amounts, as a dealer reads them', () => {
    expect(bounds().exit(person(null, 50_00_000), exit(75_00_000n))?.text).toBe(
      "Rs 75,00,000 is more than asha's Rs 50,00,000 an exit",
    );
  });
});

describe('the id at the exchange', () => {
  it.each(['exchange-id-missing', 'exchange-id-lapsed'] as const)('%s keeps orders and exits', (exchange) => {
    const { order: one, exit } = bounds({ exchange });
    const asha = person(null, null);
    expect(reason(one(asha, order(65, 1)))).toBe(exchange);
    expect(reason(exit(asha, { notionalE4: 1n, instrumentIds: [CALL.instrumentId] }))).toBe(exchange);
  });

  it('is not asked of the desk itself, which is no person', () => {
    expect(bounds({ exchange: 'exchange-id-missing' }).order(null, order(65, 1))).toBeNull();
  });
});
