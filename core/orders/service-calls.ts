import { ok, type Result } from '#core/lib/result.ts';
import type { ExchangeOrderId, OrderId } from '#core/model/ids.ts';
import type { OrderFilter, OrderShown } from './contract.ts';
import type { PersonsDecision } from './domain-request.ts';
import type { AccountScope } from '#core/model/scope.ts';
import type { Order, OrderRefusal, OrdersPort } from './port.ts';
import { MAY_WORK } from './status-table.ts';

export interface Context {
  readonly by: string;
}
interface Persons {
  /** Who asks, and who agreed. */
  readonly persons: readonly string[];
}
interface Scoped {
  readonly scope: AccountScope;
}

interface CallsDeps extends Pick<OrdersPort, 'order' | 'orders' | 'foreignOrders' | 'cancelForeign'> {
  readonly decideDoubt: (orderId: OrderId, decision: PersonsDecision) => Result<null, OrderRefusal>;
}

/** Handlers of the orders contract. */
export function createCalls(deps: CallsDeps) {
  return {
    list: (filter: OrderFilter, { scope }: Scoped): readonly OrderShown[] => {
      const found: OrderShown[] = [];
      for (const order of deps.orders())
        if (scope.has(order.terms.account) && matches(order, filter)) found.push(orderShown(order));
      return found;
    },
    one: (input: { readonly orderId: OrderId }): OrderShown | null => {
      const order = deps.order(input.orderId);
      return order === null ? null : orderShown(order);
    },
    foreign: (_input: unknown, { scope }: Scoped) =>
      deps
        .foreignOrders()
        .filter(({ account }) => scope.has(account))
        .map(
          ({ venue, exchangeOrderId, account, instrumentId, product, side, openQuantity, cancel, text }) => ({
            venue,
            exchangeOrderId,
            account,
            instrumentId,
            product,
            side,
            openQuantity,
            cancel,
            text,
          }),
        ),
    cancelForeign: (input: { readonly exchangeOrderIds: readonly ExchangeOrderId[] }, context: Context) =>
      deps.cancelForeign(input.exchangeOrderIds, context.by),
    decideDoubt: (
      input: Omit<PersonsDecision, 'by'> & { readonly orderId: OrderId },
      { persons }: Persons,
    ): Result<{ readonly decided: true }, OrderRefusal> => {
      const { orderId, outcome, cumQuantity, reason } = input;
      const done = deps.decideDoubt(orderId, { outcome, cumQuantity, by: persons, reason });
      return done.ok ? ok({ decided: true as const }) : done;
    },
  };
}

function matches(order: Order, filter: OrderFilter): boolean {
  if (filter.account !== undefined && order.terms.account !== filter.account) return false;
  if (filter.instrumentId !== undefined && order.terms.instrumentId !== filter.instrumentId) return false;
  switch (filter.which) {
    case 'all':
      return true;
    case 'open':
      return order.status === 'PLANNED' || MAY_WORK.has(order.status) || order.reserved > 0;
    case 'in-doubt':
      return order.status === 'IN_DOUBT' || order.status === 'UNRESOLVED_YESTERDAY';
  }
}

/** An order as screens get it: flat, with its terms. */
function orderShown(order: Order): OrderShown {
  const { terms, requests: _requests, reference: _reference, acceptedRequestId: _accepted, ...rest } = order;
  return { ...terms, ...rest };
}
