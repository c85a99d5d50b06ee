import type { ExchangePort } from '#core/exchange/port.ts';
import { refuse, ok, type Result } from '#core/lib/result.ts';
import type { AccountId, InstrumentId, OrderId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { Side } from '#core/model/side.ts';
import type { InstrumentsPort } from '#core/positions/port.ts';
import type { RowKey } from '#core/square-off/events.ts';
import type { OutsideOf } from '#core/sync/port.ts';
import {
  evidenceObjection,
  quantityObjection,
  roomObjection,
  type Closable,
  type Objection,
} from './checks.ts';
import type { OrderPlanned, OrderTerms } from './events.ts';
import type { Numbering } from './numbering.ts';
import type { Order, PlannedOrder } from './port.ts';
import { contractSide, rowSide } from './records.ts';
import type { OrdersState } from './state.ts';

/** What decisions read; nothing here changes anything. */
export interface Deciding {
  readonly state: OrdersState;
  readonly positions: Closable;
  readonly instruments: Pick<InstrumentsPort, 'get'>;
  readonly exchange: Pick<ExchangePort, 'gatewayOf' | 'tradingSession'>;
  readonly numbering: Numbering;
  readonly mayTrade: () => null | 'main-is-up';
  readonly outside: OutsideOf;
  /** Trading date, `YYYY-MM-DD`. */
  readonly today: string;
}

/** Sums over the orders of one decision, per row and side and per contract and side. */
export class Running {
  readonly #sums = new Map<string, number>();

  of(terms: OrderTerms): { readonly row: number; readonly contract: number } {
    return {
      row: this.#sums.get(rowSide(terms, terms.side)) ?? 0,
      contract: this.#sums.get(contractSide(terms.account, terms.instrumentId, terms.side)) ?? 0,
    };
  }
  add(terms: OrderTerms, quantity: number): void {
    for (const key of [
      rowSide(terms, terms.side),
      contractSide(terms.account, terms.instrumentId, terms.side),
    ]) {
      this.#sums.set(key, (this.#sums.get(key) ?? 0) + quantity);
    }
  }
}

/** Main is in charge unless an emergency is on: then nothing new goes out, and cancels still do. */
export function modeObjection(deciding: Pick<Deciding, 'mayTrade'>): Objection | null {
  return deciding.mayTrade() === null
    ? null
    : { reason: 'main-is-up', text: 'no emergency is declared: main trades, this desk does not' };
}

/** What stops the whole account until a person has looked: yesterday's question, a trade with two contents. */
export function accountObjection(state: OrdersState, account: AccountId): Objection | null {
  const troubles = state.troublesOf(account);
  if (troubles === undefined) return null;
  for (const [orderId, trouble] of troubles) {
    return { reason: 'account-blocked', text: `${trouble} of order ${orderId}` };
  }
  return null;
}

/** True when a side of the row holds an order of ours and more than may be closed (I2, by an outside fact). */
export function isOvercommitted(state: OrdersState, positions: Closable, row: RowKey): boolean {
  return (['buy', 'sell'] as const).some((side) => isOvercommittedOn(state, positions, row, side));
}

function isOvercommittedOn(state: OrdersState, positions: Closable, row: RowKey, side: Side): boolean {
  if (state.reservedByUs(row, side) === 0) return false;
  if (state.reserved(row, side) > positions.closable(row, side)) return true;
  const ofContract = positions.closableOfContract(row.account, row.instrumentId, side);
  return state.reservedOfContract(row.account, row.instrumentId, side) > ofContract;
}

/** A planned order on a known contract with a venue, within the rules of quantity and authority. */
export function termsObjection(
  deciding: Deciding,
  planned: Pick<PlannedOrder, 'terms' | 'evidence'>,
): Result<{ readonly instrument: Instrument; readonly venue: OrderPlanned['venue'] }, Objection> {
  const { terms, evidence } = planned;
  const instrument = deciding.instruments.get(terms.instrumentId);
  if (instrument === null) {
    return refuse({
      reason: 'unknown-instrument',
      text: `${terms.instrumentId} is in no contract file of today`,
    });
  }
  const gateway = deciding.exchange.gatewayOf(instrument);
  if (gateway === null) return refuse({ reason: 'no-venue', text: `no venue trades ${terms.instrumentId}` });
  const objection =
    deciding.outside(terms.account, instrument) ??
    evidenceObjection(evidence) ??
    quantityObjection(instrument, terms.quantity) ??
    accountObjection(deciding.state, terms.account);
  return objection === null ? ok({ instrument, venue: gateway.venue }) : refuse(objection);
}

/** Plans orders, all or none: each within closable, on top of the ones before it (I2, both levels). */
export function decidePlan(
  deciding: Deciding,
  orders: readonly PlannedOrder[],
): Result<readonly OrderPlanned[], Objection> {
  const mode = modeObjection(deciding);
  if (mode !== null) return refuse(mode);
  const running = new Running();
  const facts: OrderPlanned[] = [];
  for (const [index, planned] of orders.entries()) {
    const { terms, evidence, runId, slice } = planned;
    const checked = termsObjection(deciding, planned);
    if (!checked.ok) return refuse(at(index, terms, checked.refusal));
    running.add(terms, terms.quantity);
    const room = roomObjection(deciding.state, deciding.positions, terms, running.of(terms));
    if (room !== null) return refuse(at(index, terms, room));
    const orderId = deciding.numbering.orderId(deciding.today);
    facts.push({
      kind: 'order-planned',
      v: 1,
      orderId,
      terms,
      venue: checked.value.venue,
      tradingDate: deciding.today,
      evidence,
      runId,
      slice,
    });
  }
  return ok(facts);
}

function at(index: number, terms: OrderTerms, objection: Objection): Objection {
  const { account, instrumentId, product } = terms;
  return {
    ...objection,
    text: `order ${index + 1}, ${account} ${instrumentId} ${product}: ${objection.text}`,
  };
}

/**
 * Which orders of ours go when more is reserved in a contract than may be closed: per side, planned ones first,
 * newest first, until both levels hold. Orders already being cancelled count as gone; what is owed by ended orders
 * can not be cancelled and stays.
 */
export function excess(
  state: OrdersState,
  positions: Closable,
  account: AccountId,
  instrumentId: InstrumentId,
): readonly Order[] {
  const holding = state.holdingOf(account, instrumentId);
  return (['buy', 'sell'] as const).flatMap((side) =>
    excessOfSide(
      state,
      positions,
      holding.filter((order) => order.terms.side === side),
      side,
    ),
  );
}

function excessOfSide(
  state: OrdersState,
  positions: Closable,
  holding: readonly Order[],
  side: Side,
): readonly Order[] {
  const first = holding[0];
  if (first === undefined) return [];
  const { account, instrumentId } = first.terms;
  let overContract =
    state.reservedOfContract(account, instrumentId, side) -
    positions.closableOfContract(account, instrumentId, side);
  const overRow = new Map<string, number>();
  for (const { terms } of holding) {
    overRow.set(terms.product, state.reserved(terms, side) - positions.closable(terms, side));
  }
  function takeOff(order: Order): void {
    overContract -= order.reserved;
    overRow.set(order.terms.product, (overRow.get(order.terms.product) ?? 0) - order.reserved);
  }
  const leaving = holding.filter(isLeaving);
  leaving.forEach(takeOff);
  const chosen: Order[] = [];
  for (const order of holding.filter((one) => !isLeaving(one) && canLeave(one)).toSorted(plannedThenNewest)) {
    if (overContract <= 0 && (overRow.get(order.terms.product) ?? 0) <= 0) continue;
    chosen.push(order);
    takeOff(order);
  }
  return chosen;
}

function isLeaving(order: Order): boolean {
  return order.requests.some((request) => request.kind === 'cancel' && request.state === 'pending');
}

function canLeave(order: Order): boolean {
  switch (order.status) {
    case 'PLANNED':
    case 'PENDING_NEW':
    case 'NEW':
    case 'PARTIALLY_FILLED':
    case 'PENDING_REPLACE':
    case 'IN_DOUBT':
      return true;
    case 'CANCELED':
    case 'DONE_FOR_DAY':
    case 'EXPIRED':
    case 'FILLED':
    case 'PENDING_CANCEL':
    case 'REJECTED':
    case 'UNRESOLVED_YESTERDAY':
    case 'WITHDRAWN':
      return false;
  }
}

function plannedThenNewest(one: Order, other: Order): number {
  const planned = Number(other.status === 'PLANNED') - Number(one.status === 'PLANNED');
  if (planned !== 0) return planned;
  return newerFirst(one.orderId, other.orderId);
}

function newerFirst(one: OrderId, other: OrderId): number {
  return one === other ? 0 : one > other ? -1 : 1;
}
