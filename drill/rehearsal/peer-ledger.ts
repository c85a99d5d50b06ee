import { readFileSync } from 'node:fs';
import { parseE4 } from '#core/model/price.ts';
import type { Book } from '#drill/book/book.ts';
import type { LedgerRecord } from '#drill/exchange/record.ts';
import { z } from 'zod';

/** A line of another exchange's ledger, as tests/peers/quickfix-acceptor.cpp writes them. Quantities as on the wire. */
const Line = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('order'),
    order: z.string(),
    clOrdId: z.string(),
    account: z.string(),
    symbol: z.string(),
    token: z.string(),
    side: z.enum(['1', '2']),
    quantity: z.int(),
    price: z.string(),
  }),
  z.object({
    t: z.literal('trade'),
    order: z.string(),
    trade: z.string(),
    account: z.string(),
    symbol: z.string(),
    side: z.enum(['1', '2']),
    quantity: z.int(),
    price: z.string(),
  }),
  z.object({ t: z.literal('canceled'), order: z.string(), clOrdId: z.string() }),
  z.object({
    t: z.literal('replaced'),
    order: z.string(),
    clOrdId: z.string(),
    quantity: z.int(),
    price: z.string(),
  }),
  z.object({ t: z.literal('rejected'), order: z.string(), clOrdId: z.string(), why: z.string() }),
]);
type Line = z.infer<typeof Line>;

/** A ledger that can not be read: says which line and why. */
class PeerLedgerError extends Error {
  override readonly name = 'PeerLedgerError';
}

/**
 * The ledger of another exchange in the words of the drill's own. `owner` is the desk's CompID: nobody else trades
 * there. Units: what its contracts count on the wire (lots at some exchanges) becomes exchange units.
 */
export function readPeerLedger(path: string, book: Book, owner: string): LedgerRecord[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const context = { book, owner, orders: new Map<string, Extract<Line, { t: 'order' }>>() };
  return lines.flatMap((text, index) => {
    if (text.trim() === '') return [];
    const parsed = Line.safeParse(JSON.parse(text));
    if (parsed.success) return [recordOf(parsed.data, context)];
    throw new PeerLedgerError(
      `${path}, line ${index + 1}: ${parsed.error.issues[0]?.message ?? 'not understood'}`,
    );
  });
}

interface Context {
  readonly book: Book;
  readonly owner: string;
  readonly orders: Map<string, Extract<Line, { t: 'order' }>>;
}

function recordOf(line: Line, context: Context): LedgerRecord {
  const atMs = 0;
  switch (line.t) {
    case 'order':
      context.orders.set(line.order, line);
      return accepted(line, context);
    case 'trade':
      return {
        kind: 'filled',
        atMs,
        exchangeOrderId: line.order,
        tradeNumber: line.trade,
        quantity: line.quantity * unitOf(context, line),
        priceE4: parseE4(line.price) ?? 0,
        tradingDate: context.book.tradingDate,
      };
    case 'canceled':
      return {
        kind: 'canceled',
        atMs,
        exchangeOrderId: line.order,
        openQuantity: 0,
        cause: 'requested',
        text: '',
      };
    case 'replaced': {
      const unit = unitOf(context, context.orders.get(line.order) ?? { symbol: '' });
      const quantity = line.quantity * unit;
      const { order: exchangeOrderId, clOrdId: clientOrderId } = line;
      return {
        kind: 'replaced',
        atMs,
        exchangeOrderId,
        clientOrderId,
        quantity,
        priceE4: parseE4(line.price),
      };
    }
    case 'rejected':
      return {
        kind: 'refused',
        atMs,
        owner: context.owner,
        clientOrderId: line.clOrdId,
        account: '',
        instrumentId: '',
        side: 'buy',
        quantity: 0,
        code: 0,
        text: line.why,
      };
  }
}

function accepted(line: Extract<Line, { t: 'order' }>, context: Context): LedgerRecord {
  return {
    kind: 'accepted',
    atMs: 0,
    exchangeOrderId: line.order,
    owner: context.owner,
    clientOrderId: line.clOrdId,
    account: line.account,
    instrumentId: contractOf(context, line)?.instrumentId ?? line.symbol,
    side: line.side === '1' ? 'buy' : 'sell',
    quantity: line.quantity * unitOf(context, line),
    type: 'limit',
    priceE4: parseE4(line.price),
    timeInForce: 'DAY',
  };
}

function contractOf({ book }: Context, line: { readonly symbol: string }) {
  return book.instruments.find(({ symbol }) => symbol === line.symbol);
}

function unitOf(context: Context, line: { readonly symbol: string }): number {
  const contract = contractOf(context, line);
  return contract?.orderUnit === 'lots' ? contract.lotSize : 1;
}
