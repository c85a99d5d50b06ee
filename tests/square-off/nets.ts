import type { Projection } from '#core/journal/port.ts';
import { present } from '#core/lib/assert.ts';
import type { AccountId, InstrumentId, OrderId } from '#core/model/ids.ts';
import { closingSide, signOf } from '#core/model/side.ts';
import type { Order } from '#core/orders/port.ts';
import type { PositionRow, PositionsPort } from '#core/positions/port.ts';
import { rowKey } from '#core/square-off/plan-input.ts';
import { contractKey } from '#core/square-off/plan-quantity.ts';

/** Nets that move with every fill, ours and foreign, each certain. */
export function createBook(positions: readonly PositionRow[], orderOf: (orderId: OrderId) => Order) {
  const rows = new Map(positions.map((row) => [rowKey(row), row]));
  const fills = new Map<string, { key: string; units: number }>();
  const contracts = new Map<string, string[]>();
  for (const [key, row] of rows)
    contracts.set(contractKey(row), [...(contracts.get(contractKey(row)) ?? []), key]);
  const ofContract = (account: AccountId, instrumentId: InstrumentId): PositionRow[] =>
    (contracts.get(contractKey({ account, instrumentId })) ?? []).flatMap((key) => rows.get(key) ?? []);
  const move = (key: string, units: number): void => {
    const row = rows.get(key);
    if (row === undefined) return;
    const net = row.netLow + units;
    rows.set(key, {
      ...row,
      netLow: net,
      netHigh: net,
      closable: Math.abs(net),
      closingSide: closingSide(net),
    });
  };
  const projection: Projection = {
    name: 'positions',
    memory: ({ fact }) => {
      if (fact.kind === 'order-filled') {
        const { terms } = orderOf(fact.orderId);
        const units = signOf(terms.side) * fact.quantity;
        fills.set(JSON.stringify(fact.key), { key: rowKey(terms), units });
        move(rowKey(terms), units);
      }
      if (fact.kind === 'fill-busted') {
        const fill = present(fills.get(JSON.stringify(fact.key)), 'the fill of a bust');
        move(fill.key, -fill.units);
      }
      if (fact.kind === 'foreign-fill-seen' && fact.product !== null) {
        move(rowKey({ ...fact, product: fact.product }), signOf(fact.key.side) * fact.quantity);
      }
    },
  };
  const port: PositionsPort = {
    row: (key) => rows.get(rowKey(key)) ?? null,
    rows: () => rows.values(),
    rowsOf: (account) => [...rows.values()].filter((row) => row.account === account),
    closable: (key, side) => {
      const row = rows.get(rowKey(key));
      return row?.closingSide === side ? row.closable : 0;
    },
    closableOfContract: (account, instrumentId, side) => {
      const net = ofContract(account, instrumentId).reduce((sum, row) => sum + row.netLow, 0);
      return closingSide(net) === side ? Math.abs(net) : 0;
    },
    products: (account, instrumentId) => ofContract(account, instrumentId).map((row) => row.product),
    covered: () => null,
    shortfall: () => null,
  };
  return { port, projection };
}
