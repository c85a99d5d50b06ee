import type { ExchangeGateway } from '#core/exchange/port.ts';
import { present } from '#core/lib/assert.ts';
import { ok, refuse, type Result } from '#core/lib/result.ts';
import type { OrderId } from '#core/model/ids.ts';
import { roomObjection } from './checks.ts';
import { modeObjection, termsObjection } from './domain.ts';
import {
  decideRelease,
  goingObjection,
  goingOf,
  notReady,
  unsent,
  type Going,
  type Releasing,
} from './domain-release.ts';
import type { OrderPlanned, OrderWithdrawn } from './events.ts';
import type { OrderRefusal, OrdersPort, PlannedOrder, Release } from './port.ts';
import { ship, type Shipment } from './service-send.ts';
import { cancel, cancelForeign, replace } from './service-requests.ts';
import type { CommandDeps } from './service-requests.ts';
/** A dealer's single exit. A limit order's price is in its terms. */
export interface PlaceOrder extends Pick<PlannedOrder, 'terms' | 'evidence'> {
  readonly reference: Release['reference'];
}

type Commands = Pick<OrdersPort, 'release' | 'withdraw' | 'cancel' | 'cancelForeign' | 'replace'>;

/** What can be asked of orders: each decides on memory, commits, then writes. */
export function createCommands(deps: CommandDeps) {
  const releasing = (): Releasing => ({
    ...deps.deciding(),
    nowMs: deps.host.now(),
    marginBasisPoints: deps.config.marginBasisPoints,
  });
  const commands: Commands = {
    release: (releases) => release(deps, releasing(), releases),
    withdraw: (orderIds, reason) => withdraw(deps, orderIds, reason),
    cancel: (orderIds, by, reason) => cancel(deps, orderIds, by, reason),
    cancelForeign: (exchangeOrderIds, by) => cancelForeign(deps, exchangeOrderIds, by),
    replace: (orderId, change, by) => replace(deps, orderId, change, by),
  };
  return { ...commands, place: (order: PlaceOrder) => place(deps, releasing(), order) };
}

function release(
  deps: CommandDeps,
  releasing: Releasing,
  releases: readonly Release[],
): ReturnType<OrdersPort['release']> {
  const mode = modeObjection(releasing);
  if (mode !== null) return refuse(mode);
  const { going, withdrawn, held } = decideRelease(releasing, releases);
  if (going.length === 0 && withdrawn.length === 0) {
    return held === null ? ok({ sent: [], withdrawn: [] }) : refuse(held);
  }
  const shipped = ship(deps, byGateway(going), withdrawn);
  if (!shipped.ok && withdrawn.length === 0) return shipped;
  const sent = shipped.ok ? shipped.value.flatMap(releasedIn) : [];
  if (!shipped.ok && isJournalRefusal(shipped.refusal)) return shipped;
  return ok({ sent, withdrawn: withdrawn.map((fact) => fact.orderId) });
}

function isJournalRefusal(refusal: OrderRefusal): boolean {
  return refusal.reason === 'journal-not-writable' || refusal.reason === 'journal-read-only';
}

function releasedIn(shipment: Shipment): readonly OrderId[] {
  return shipment.facts.flatMap((fact) => (fact.kind === 'order-released' ? [fact.orderId] : []));
}

function byGateway(going: readonly Going[]): readonly Shipment[] {
  const groups = Map.groupBy(going, (one) => one.gateway.venue);
  return [...groups.values()].map((group) => ({
    gateway: present(group[0], 'an order of a group').gateway,
    commands: group.map((one) => one.command),
    facts: group.map((one) => one.fact),
  }));
}

/** Plan and release in one transaction: one exit, one commit, one write. */
function place(
  deps: CommandDeps,
  releasing: Releasing,
  order: PlaceOrder,
): Result<{ readonly orderId: OrderId }, OrderRefusal> {
  const mode = modeObjection(releasing);
  if (mode !== null) return refuse(mode);
  const checked = termsObjection(releasing, order);
  if (!checked.ok) return checked;
  const { instrument, venue } = checked.value;
  const gateway = present(releasing.exchange.gatewayOf(instrument), 'the venue of a contract');
  const { terms, evidence, reference } = order;
  const objection =
    roomObjection(releasing.state, releasing.positions, terms, {
      row: terms.quantity,
      contract: terms.quantity,
    }) ??
    goingObjection(releasing, terms, instrument, gateway) ??
    gatewayObjection(gateway, releasing.nowMs);
  if (objection !== null) return refuse(objection);
  const orderId = releasing.numbering.orderId(releasing.today);
  const planned: OrderPlanned = {
    kind: 'order-planned',
    v: 1,
    orderId,
    terms,
    venue,
    tradingDate: releasing.today,
    evidence,
    runId: null,
    slice: 1,
  };
  const going = goingOf(releasing, unsent(planned), { ...terms, reference }, instrument, gateway);
  const shipment: Shipment = { gateway, commands: [going.command], facts: [planned, going.fact] };
  const shipped = ship(deps, [shipment], []);
  return shipped.ok ? ok({ orderId }) : shipped;
}

function gatewayObjection(gateway: ExchangeGateway, nowMs: number): OrderRefusal | null {
  if (!gateway.ready()) return notReady(gateway);
  if (Math.min(gateway.burstMax, gateway.allowance(nowMs)) >= 1) return null;
  return {
    reason: 'rate-exceeded',
    text: 'as many messages as the venue allows in this second are on their way',
  };
}

function withdraw(
  deps: CommandDeps,
  orderIds: readonly OrderId[],
  reason: string,
): Result<null, OrderRefusal> {
  const facts: OrderWithdrawn[] = [];
  for (const orderId of new Set(orderIds)) {
    const order = deps.state.order(orderId);
    if (order === undefined)
      return refuse({ reason: 'unknown-order', text: `${orderId} is no order of this desk` });
    if (order.status === 'WITHDRAWN') continue;
    if (order.status !== 'PLANNED') {
      return refuse({ reason: 'not-working', text: `${orderId} is ${order.status}: it was sent` });
    }
    facts.push({ kind: 'order-withdrawn', v: 1, orderId, reason });
  }
  if (facts.length === 0) return ok(null);
  const committed = deps.journal.append(facts);
  return committed.ok ? ok(null) : committed;
}
