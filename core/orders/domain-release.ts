import { assert, present } from '#core/lib/assert.ts';
import type { ExchangeGateway, NewOrder } from '#core/exchange/port.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { VenueId } from '#core/model/ids.ts';
import { priceObjection, roomObjection, sessionObjection, type Objection } from './checks.ts';
import { accountObjection, Running, type Deciding } from './domain.ts';
import type { OrderPlanned, OrderReleased, OrderWithdrawn } from './events.ts';
import { fundsOf } from './funds.ts';
import type { Order, Release } from './port.ts';

/** One order ready to go: its fact and its command, under a request id that no other order ever had. */
export interface Going {
  readonly order: Pick<Order, 'orderId' | 'venue'>;
  readonly gateway: ExchangeGateway;
  readonly fact: OrderReleased;
  readonly command: NewOrder;
}

export interface ReleaseDecision {
  readonly going: readonly Going[];
  /** May no longer go: withdrawn with the reason. */
  readonly withdrawn: readonly OrderWithdrawn[];
  /** May go later (rate, halt, link): stays planned. The first reason, for the caller. */
  readonly held: Objection | null;
}

export interface Releasing extends Deciding {
  readonly nowMs: number;
  readonly marginBasisPoints: number;
}

/**
 * Which of the planned orders go now. Everything is checked again: account, row and contract (I2), price, trading
 * session. Per venue at most its burst and what its rate allows in this second.
 */
export function decideRelease(releasing: Releasing, releases: readonly Release[]): ReleaseDecision {
  const running = new Running();
  const budget = new Map<VenueId, number>();
  const seen = new Set<string>();
  const going: Going[] = [];
  const withdrawn: OrderWithdrawn[] = [];
  let held: Objection | null = null;
  for (const release of releases) {
    const order = releasing.state.order(release.orderId);
    // Sent already, withdrawn already, or named twice: one intent is one order at most (I3).
    if (order?.status !== 'PLANNED' || seen.has(order.orderId)) continue;
    seen.add(order.orderId);
    const verdict = judge(releasing, order, release, running, budget);
    if (verdict.kind === 'hold') {
      held ??= verdict.objection;
    } else if (verdict.kind === 'withdraw') {
      running.add(order.terms, -order.reserved);
      const reason = `${verdict.objection.reason}: ${verdict.objection.text}`;
      withdrawn.push({ kind: 'order-withdrawn', v: 1, orderId: order.orderId, reason });
    } else {
      going.push(goingOf(releasing, order, release, verdict.instrument, verdict.gateway));
    }
  }
  return { going, withdrawn, held };
}

type Verdict =
  | { readonly kind: 'go'; readonly instrument: Instrument; readonly gateway: ExchangeGateway }
  | { readonly kind: 'hold'; readonly objection: Objection }
  | { readonly kind: 'withdraw'; readonly objection: Objection };

function judge(
  releasing: Releasing,
  order: Order,
  release: Release,
  running: Running,
  budget: Map<VenueId, number>,
): Verdict {
  const instrument = releasing.instruments.get(order.terms.instrumentId);
  const gateway = instrument === null ? null : releasing.exchange.gatewayOf(instrument);
  if (instrument === null || gateway === null || gateway.venue !== order.venue) {
    const text = `${order.terms.instrumentId} can not be traded on ${order.venue} any more`;
    return { kind: 'withdraw', objection: { reason: 'unknown-instrument', text } };
  }
  if (order.tradingDate !== releasing.today) {
    const text = `it was planned for ${order.tradingDate}, today is ${releasing.today}`;
    return { kind: 'withdraw', objection: { reason: 'not-working', text } };
  }
  if (!gateway.ready()) return { kind: 'hold', objection: notReady(gateway) };
  const left = budget.get(gateway.venue) ?? Math.min(gateway.burstMax, gateway.allowance(releasing.nowMs));
  if (left < 1) {
    const text = 'as many messages as the venue allows in this second are on their way';
    return { kind: 'hold', objection: { reason: 'rate-exceeded', text } };
  }
  const objection = releaseObjection(releasing, order, release, instrument, gateway, running);
  if (objection !== null) {
    return { kind: objection.reason === 'market-closed' ? 'hold' : 'withdraw', objection };
  }
  budget.set(gateway.venue, left - 1);
  return { kind: 'go', instrument, gateway };
}

export function notReady(gateway: ExchangeGateway): Objection {
  return { reason: 'not-recovered', text: `${gateway.venue} is not connected and recovered` };
}

function releaseObjection(
  releasing: Releasing,
  order: Order,
  release: Release,
  instrument: Instrument,
  gateway: ExchangeGateway,
  running: Running,
): Objection | null {
  return (
    releasing.outside(order.terms.account, instrument) ??
    accountObjection(releasing.state, order.terms.account) ??
    // The order is in the sums already as planned: nothing is added to them.
    roomObjection(releasing.state, releasing.positions, order.terms, running.of(order.terms)) ??
    goingObjection(releasing, release, instrument, gateway)
  );
}

/** Price, kind and trading session of an order that is about to go. */
export function goingObjection(
  deciding: Deciding,
  release: Pick<Release, 'type' | 'priceE4' | 'timeInForce'>,
  instrument: Instrument,
  gateway: ExchangeGateway,
): Objection | null {
  const { type, priceE4, timeInForce } = release;
  const session = deciding.exchange.tradingSession(instrument.exchange, instrument.segment);
  if (timeInForce === 'IOC' && !gateway.capabilities.immediateOrCancel) {
    return { reason: 'not-supported', text: `${gateway.venue} takes no immediate-or-cancel orders` };
  }
  return (
    sessionObjection(session, type, timeInForce) ??
    priceObjection(instrument, type, priceE4, gateway.capabilities)
  );
}

/** The fact and the command of an order that goes. Market orders carry no price. */
export function goingOf(
  releasing: Releasing,
  order: Pick<Order, 'orderId' | 'venue' | 'terms' | 'requests'>,
  release: Omit<Release, 'orderId'>,
  instrument: Instrument,
  gateway: ExchangeGateway,
): Going {
  assert(order.requests.length === 0, 'an order is sent once: what was sent is only asked about (I3)');
  const { orderId, terms } = order;
  const { type, timeInForce, reference } = release;
  const priceE4 = type === 'market' ? null : present(release.priceE4, 'the price of a limit order');
  const requestId = releasing.numbering.requestId(releasing.today);
  const valuedAt = priceE4 ?? reference?.priceE4 ?? instrument.filePriceE4;
  const fundsE4 = fundsOf(instrument, terms.side, terms.quantity, valuedAt, releasing.marginBasisPoints);
  const { account, side, quantity } = terms;
  return {
    order: { orderId, venue: gateway.venue },
    gateway,
    fact: {
      kind: 'order-released',
      v: 1,
      orderId,
      requestId,
      type,
      priceE4,
      timeInForce,
      reference,
      fundsE4,
    },
    command: {
      kind: 'new',
      requestId,
      orderId,
      account,
      instrument,
      side,
      quantity,
      type,
      priceE4,
      timeInForce,
    },
  };
}

/** The order that a planned fact makes, before it is committed. */
export function unsent(fact: OrderPlanned): Pick<Order, 'orderId' | 'venue' | 'terms' | 'requests'> {
  return { orderId: fact.orderId, venue: fact.venue, terms: fact.terms, requests: [] };
}
