import type { Reader } from '#core/journal/port.ts';
import { ok, refuse, type Result } from '#core/lib/result.ts';
import type { InstrumentId, OrderId } from '#core/model/ids.ts';
import type { AccountScope } from '#core/model/scope.ts';
import type { OrderShown } from '#core/orders/contract.ts';
import type { Evidence, OrderTerms } from '#core/orders/events.ts';
import type { OrderRefusal, OrdersPort, Release } from '#core/orders/port.ts';
import type { User } from '#core/users/port.ts';
import type { HistoryInput, PlaceInput, TradeShown, TransactionShown } from './contract.ts';
import { factsOf, messagesOf, storedOrder, tradesOf, tradesOfOrder } from './store.ts';

interface Context {
  readonly by: string;
  /** The person, or the one who answers for the key. */
  readonly actor: { readonly user: User | null };
}
interface Scoped {
  readonly scope: AccountScope;
}

export interface TradesDeps {
  readonly orders: Pick<OrdersPort, 'order' | 'cancel' | 'replace' | 'withdraw'> & {
    readonly place: (order: {
      readonly terms: OrderTerms;
      readonly evidence: Evidence;
      readonly reference: Release['reference'];
    }) => Result<{ readonly orderId: OrderId }, OrderRefusal>;
    readonly handlers: { readonly one: (input: { readonly orderId: OrderId }) => OrderShown | null };
  };
  readonly reader: Reader;
  /** Why this person may not send such an order (limit, exchange id); null when they may. */
  readonly mayPlace: (user: User | null, order: OrderWanted) => OrderRefusal | null;
}

/** Price null: at market. */
export interface OrderWanted {
  readonly instrumentId: InstrumentId;
  readonly quantity: number;
  readonly priceE4: number | null;
}

/** The front door for single orders, and the trade book. What may be done, the orders service decides. */
export function createTrades(deps: TradesDeps) {
  const handlers = {
    place: (input: PlaceInput, context: Context) => {
      const { evidence, ...terms } = input;
      const refusal = deps.mayPlace(context.actor.user, input);
      if (refusal !== null) return refuse(refusal);
      const reference = input.priceE4 === null ? null : dealersPrice(input.priceE4);
      return deps.orders.place({ terms, evidence: { ...evidence, by: context.by }, reference });
    },
    modify: (
      input: { readonly orderId: OrderId; readonly quantity: number; readonly priceE4: number },
      context: Context,
    ) => {
      const order = deps.orders.order(input.orderId);
      const refusal =
        order === null
          ? null
          : deps.mayPlace(context.actor.user, { ...input, instrumentId: order.terms.instrumentId });
      if (refusal !== null) return refuse(refusal);
      return asked(deps.orders.replace(input.orderId, input, context.by));
    },
    cancel: (input: { readonly orderId: OrderId; readonly reason: string }, context: Context) =>
      cancel(deps, input, context),
    history: (input: HistoryInput, { scope }: Scoped): { trades: TradeShown[]; more: boolean } =>
      tradesOf(deps.reader, input, scope),
    details: (input: { readonly orderId: OrderId }): TransactionShown | null => details(deps, input.orderId),
  };
  return { handlers };
}

function dealersPrice(priceE4: number): NonNullable<Release['reference']> {
  return { priceE4, source: 'dealer', ageMs: 0, cappedBy: 'dealer' };
}

function asked(done: Result<null, OrderRefusal>): Result<{ readonly asked: true }, OrderRefusal> {
  return done.ok ? ok({ asked: true as const }) : done;
}

/** A planned order is withdrawn, a working one is asked to end: the answer to that comes as a fact. */
function cancel(
  deps: TradesDeps,
  input: { readonly orderId: OrderId; readonly reason: string },
  context: Context,
): Result<{ readonly asked: true }, OrderRefusal> {
  const { orderId, reason } = input;
  if (deps.orders.order(orderId)?.status === 'PLANNED') {
    return asked(deps.orders.withdraw([orderId], `${context.by}: ${reason}`));
  }
  const done = deps.orders.cancel([orderId], context.by, reason);
  if (!done.ok) return done;
  return done.value.sent.includes(orderId)
    ? ok({ asked: true as const })
    : refuse({ reason: 'not-working', text: `${orderId} could not be asked to end` });
}

function details(deps: TradesDeps, orderId: OrderId): TransactionShown | null {
  const stored = storedOrder(deps.reader, orderId);
  if (stored === undefined) return null;
  const order = deps.orders.order(orderId);
  const facts = factsOf(deps.reader, orderId);
  const number = stored['exchange_order_id'];
  const requests = order === null ? [] : order.requests.map((request) => ({ ...request }));
  const names = requests.map((request) => String(request.requestId));
  if (typeof number === 'string') names.push(number);
  return {
    order: deps.orders.handlers.one({ orderId }),
    stored,
    requests,
    facts,
    messages: messagesOf(
      deps.reader,
      facts.map((fact) => fact.seq),
      names,
    ),
    trades: tradesOfOrder(deps.reader, orderId),
  };
}
