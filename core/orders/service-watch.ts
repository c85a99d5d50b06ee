import type { Host } from '#core/host.ts';
import type { Entry } from '#core/events.ts';
import type { AskStatus, ExchangePort } from '#core/exchange/port.ts';
import type { Journal } from '#core/journal/port.ts';
import { present } from '#core/lib/assert.ts';
import { RequestId, type AccountId, type InstrumentId, type OrderId, type VenueId } from '#core/model/ids.ts';
import type { InstrumentsPort } from '#core/positions/port.ts';
import { isOrderFact } from './apply.ts';
import type { Closable } from './checks.ts';
import { excess } from './domain.ts';
import { addressOf, cancelObjection } from './domain-request.ts';
import type { OrderFact, OrderInDoubt } from './events.ts';
import type { Order, OrdersPort } from './port.ts';
import { contractText } from './records.ts';
import { ship, type SendDeps, type Shipment } from './service-send.ts';
import type { OrdersState } from './state.ts';
import { MAY_WORK } from './status-table.ts';

/** A question about one order is asked this often at most, then it waits for the next recovery or for persons. */
const ASKS_MAX = 5;

export interface WatchDeps extends SendDeps {
  readonly state: OrdersState;
  readonly journal: Pick<Journal, 'append' | 'follow' | 'head' | 'epoch'>;
  readonly positions: Closable;
  readonly instruments: Pick<InstrumentsPort, 'get'>;
  readonly exchange: Pick<ExchangePort, 'gateways'>;
  readonly host: Pick<Host, 'now' | 'soon' | 'reached' | 'log'>;
  readonly port: Pick<OrdersPort, 'cancel' | 'withdraw'>;
  /** Unanswered for this long, a request is in doubt; also the pause between two questions about an order. */
  readonly answerTimeoutMs: number;
}

interface Contract {
  readonly account: AccountId;
  readonly instrumentId: InstrumentId;
}

/**
 * What follows from facts without a person: the excess of an overcommitted row is cancelled at once (I2), a
 * request without an answer becomes a doubt, a doubt is asked about. It never sends an order.
 */
export function createWatch(deps: WatchDeps) {
  const dirty = new Map<string, Contract>();
  const asks = new Map<OrderId, { count: number; lastMs: number }>();
  let isScheduled = false;

  function mark(contract: Contract): void {
    dirty.set(contractText(contract.account, contract.instrumentId), contract);
    if (isScheduled) return;
    isScheduled = true;
    // Not within the append that told it: the gateway may be in the middle of the same message.
    deps.host.soon(() => {
      isScheduled = false;
      relieve(deps, dirty);
    });
  }
  function markAll(): void {
    for (const orderId of deps.state.unsettled()) mark(present(deps.state.order(orderId), 'an order').terms);
  }
  function onEntry({ fact }: Entry): void {
    if (fact.kind === 'positions-imported' || fact.kind === 'coverage-changed') markAll();
    if (fact.kind === 'venue-recovered') asks.clear();
    if (isOrderFact(fact)) markOf(deps.state, fact, mark);
  }

  return {
    /** After replay and reconciliation: follows the journal from here. Returns the way to stop. */
    start(): () => void {
      markAll();
      return deps.journal.follow(deps.journal.head().seq, onEntry);
    },
    /** To be called every second or so. */
    tick(): void {
      const nowMs = deps.host.now();
      raiseNoAnswer(deps, nowMs);
      askDoubts(deps, asks, nowMs);
      if (dirty.size > 0) relieve(deps, dirty);
    },
  };
}

/** The contract that a fact can have overcommitted. */
function markOf(state: OrdersState, fact: OrderFact, mark: (contract: Contract) => void): void {
  switch (fact.kind) {
    case 'foreign-fill-seen':
    case 'foreign-order-seen':
      mark(fact);
      return;
    case 'foreign-fill-busted': {
      const foreign = state.foreignContractOf(fact.key);
      if (foreign !== null) mark(foreign);
      return;
    }
    case 'order-planned':
    case 'order-withdrawn':
    case 'order-released':
    case 'foreign-order-ended':
    case 'foreign-cancel-requested':
    case 'foreign-cancel-refused':
    case 'day-rolled':
      return;
    case 'cancel-requested':
    case 'fill-busted':
    case 'fill-conflicted':
    case 'fill-corrected':
    case 'order-acknowledged':
    case 'order-canceled':
    case 'order-confirmed':
    case 'order-decided-by-persons':
    case 'order-done-for-day':
    case 'order-expired':
    case 'order-filled':
    case 'order-in-doubt':
    case 'order-not-delivered':
    case 'order-rejected':
    case 'order-replaced':
    case 'order-unresolved-yesterday':
    case 'replace-requested':
    case 'request-refused':
      mark(present(state.order(fact.orderId), 'the order of a fact').terms);
  }
}

/** Withdraws and cancels what is too much. What can not be cancelled yet stays marked for the next tick. */
function relieve(deps: WatchDeps, dirty: Map<string, Contract>): void {
  for (const [key, { account, instrumentId }] of Array.from(dirty)) {
    const orders = excess(deps.state, deps.positions, account, instrumentId);
    const planned = orders.filter((order) => order.status === 'PLANNED').map((order) => order.orderId);
    const working = orders.filter((order) => order.status !== 'PLANNED');
    const reason = 'overcommitted: more is reserved than may be closed';
    if (planned.length > 0) deps.port.withdraw(planned, reason);
    const ready = working.filter((order) => cancelObjection(order) === null).map((order) => order.orderId);
    const sent = ready.length === 0 ? null : deps.port.cancel(ready, 'policy', reason);
    if (sent !== null && !sent.ok) {
      deps.host.log.warn('the excess of an overcommitted row waits', { account, why: sent.refusal.text });
    }
    const gone = sent?.ok === true ? sent.value.sent.length : 0;
    if (gone === working.length) dirty.delete(key);
  }
}

/** The link is up and an answer is missing: neither done nor failed. */
function raiseNoAnswer(deps: WatchDeps, nowMs: number): void {
  const facts: OrderInDoubt[] = [];
  for (const orderId of deps.state.unsettled()) {
    const order = present(deps.state.order(orderId), 'an unsettled order');
    if (order.status === 'IN_DOUBT' || !MAY_WORK.has(order.status)) continue;
    if (deps.exchange.gateways.get(order.venue)?.ready() !== true) continue;
    const waits = order.requests.some(
      (request) => request.state === 'pending' && nowMs - request.atMs >= deps.answerTimeoutMs,
    );
    if (waits) facts.push({ kind: 'order-in-doubt', v: 1, orderId, why: 'no-answer' });
  }
  if (facts.length === 0) return;
  const committed = deps.journal.append(facts);
  if (!committed.ok) deps.host.log.error('doubts could not be written', { why: committed.refusal.text });
}

/** Asks the exchange what became of orders in doubt: a question can do no harm twice. */
function askDoubts(
  deps: WatchDeps,
  asks: Map<OrderId, { count: number; lastMs: number }>,
  nowMs: number,
): void {
  const byVenue = new Map<VenueId, Order[]>();
  for (const orderId of deps.state.unsettled()) {
    const order = present(deps.state.order(orderId), 'an unsettled order');
    if (order.status !== 'IN_DOUBT') continue;
    const asked = asks.get(orderId) ?? { count: 0, lastMs: 0 };
    if (asked.count >= ASKS_MAX || nowMs - asked.lastMs < deps.answerTimeoutMs) continue;
    byVenue.set(order.venue, [...(byVenue.get(order.venue) ?? []), order]);
  }
  const { seq } = deps.journal.head();
  for (const [venue, orders] of byVenue) {
    const gateway = deps.exchange.gateways.get(venue);
    if (gateway?.ready() !== true || !gateway.capabilities.orderStatus) continue;
    const room = Math.min(gateway.burstMax, gateway.allowance(nowMs));
    const commands: AskStatus[] = [];
    for (const order of orders.slice(0, Math.max(0, room))) {
      const instrument = deps.instruments.get(order.terms.instrumentId);
      if (instrument === null) continue;
      // Unique without a counter of its own: each question is journalled, so the head moves on.
      const requestId = RequestId.parse(`Q${deps.journal.epoch}-${seq.toString(36)}-${commands.length}`);
      commands.push({ kind: 'status', requestId, order: addressOf(order, instrument) });
      asks.set(order.orderId, { count: (asks.get(order.orderId)?.count ?? 0) + 1, lastMs: nowMs });
    }
    const shipment: Shipment = { gateway, commands, facts: [] };
    const sent = ship(deps, [shipment], []);
    if (!sent.ok)
      deps.host.log.warn('orders in doubt could not be asked about', { venue, why: sent.refusal.text });
  }
}
