import { z } from 'zod';
import { listen, type Connection } from '#core/exchange/fix/connection.ts';
import type { Exchange } from './exchange.ts';
import { bust, correct, fillResting, mainEnters, manualTrade, NotPossible } from './interventions.ts';
import type { Market } from './market.ts';
import type { Server } from './server.ts';
import type { VenueEvent } from './venue-types.ts';

const HOST = '127.0.0.1';
/** The longest line of a command. */
const MAX_LINE = 65_536;

const segment = { exchange: z.string(), segment: z.string() };
const trade = {
  owner: z.string().default(''),
  account: z.string(),
  instrumentId: z.string(),
  side: z.enum(['buy', 'sell']),
  quantity: z.int().positive(),
  priceE4: z.int().positive().nullable().default(null),
};

/** What a person, a drill or a test may ask of the venue; one JSON object a line, one answer a line. */
export const ControlCommand = z.discriminatedUnion('do', [
  z.object({ do: z.literal('status') }),
  z.object({ do: z.literal('orders'), account: z.string().optional(), owner: z.string().optional() }),
  z.object({ do: z.literal('trades'), owner: z.string() }),
  z.object({
    do: z.literal('segment'),
    ...segment,
    status: z.enum(['open', 'halted', 'closed', 'pre-open', 'auction']),
  }),
  z.object({ do: z.literal('halt'), ...segment }),
  z.object({ do: z.literal('resume'), ...segment }),
  z.object({ do: z.literal('risk-reduction'), on: z.boolean() }),
  z.object({ do: z.literal('bust'), tradeNumber: z.string() }),
  z.object({ do: z.literal('correct'), tradeNumber: z.string(), priceE4: z.int().positive() }),
  z.object({ do: z.literal('manual-trade'), ...trade }),
  z.object({ do: z.literal('main-order'), ...trade }),
  z.object({
    do: z.literal('fill-main'),
    exchangeOrderId: z.string(),
    quantity: z.int().positive().nullable().default(null),
  }),
  z.object({ do: z.literal('cancel-working'), owner: z.string() }),
  z.object({ do: z.literal('kill-order-sessions') }),
  z.object({ do: z.literal('amnesia') }),
]);
export type ControlCommand = z.infer<typeof ControlCommand>;
/** A command as it is written: what has a default may be left out. */
export type ControlInput = z.input<typeof ControlCommand>;

export interface ControlOptions {
  readonly exchange: Exchange;
  readonly server: Server;
  readonly port: number;
}

/** Listens on loopback; resolves with the port. */
export function startControl(
  options: ControlOptions,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const listener = listen(
      { host: HOST, port: options.port },
      {
        listening: (port) => resolve({ port, close: () => listener.close() }),
        failed: (reason) => reject(new Error(`control on port ${options.port}: ${reason}`)),
        accept: (connection) => {
          const decoder = new TextDecoder();
          let pending = '';
          return {
            connected: () => undefined,
            bytes: (bytes) => {
              pending += decoder.decode(bytes, { stream: true });
              const lines = pending.split('\n');
              pending = lines.pop() ?? '';
              if (pending.length > MAX_LINE) connection.close('a command is too long');
              for (const line of lines) if (line.trim() !== '') answer(line, connection, options);
            },
            closed: () => undefined,
          };
        },
      },
    );
  });
}

function answer(line: string, connection: Connection, options: ControlOptions): void {
  let reply: unknown;
  try {
    const command = ControlCommand.safeParse(JSON.parse(line));
    reply = command.success
      ? { ok: true, ...perform(command.data, options) }
      : { ok: false, error: command.error.issues[0]?.message ?? 'no command' };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof NotPossible)) throw error;
    reply = { ok: false, error: error.message };
  }
  connection.write(new TextEncoder().encode(`${JSON.stringify(reply)}\n`));
}

function perform(command: ControlCommand, { exchange, server }: ControlOptions): Record<string, unknown> {
  const { market } = exchange.venue;
  const publish = (make: () => readonly VenueEvent[]): Record<string, unknown> => {
    let events: readonly VenueEvent[] = [];
    exchange.turn((turn) => {
      events = make();
      exchange.publish(events, turn);
    });
    return { events: events.map(({ record }) => record) };
  };
  const setSegment = (
    of: { exchange: string; segment: string },
    status: 'open' | 'halted' | 'closed' | 'pre-open' | 'auction',
  ) => publish(() => exchange.venue.setSegment(of.exchange, of.segment, status));
  switch (command.do) {
    case 'status':
      return statusOf(exchange, server);
    case 'orders':
      return {
        orders: [...market.orders.values()].filter(
          (order) =>
            (command.account === undefined || order.account === command.account) &&
            (command.owner === undefined || order.owner === command.owner),
        ),
      };
    case 'trades':
      return { trades: tradesOf(market, command.owner) };
    case 'segment':
      return setSegment(command, command.status);
    case 'halt':
      return setSegment(command, 'halted');
    case 'resume':
      return setSegment(command, 'open');
    case 'risk-reduction':
      return publish(() => exchange.venue.setRiskReduction(command.on));
    case 'bust':
      return publish(() => bust(market, command.tradeNumber));
    case 'correct':
      return publish(() => correct(market, command.tradeNumber, command.priceE4));
    case 'manual-trade':
      return publish(() =>
        manualTrade(market, { ...command, owner: command.owner === '' ? 'DEALER' : command.owner }),
      );
    case 'main-order':
      return publish(() => mainEnters(market, command));
    case 'fill-main':
      return publish(() => fillResting(market, command.exchangeOrderId, command.quantity));
    case 'cancel-working':
      return publish(() =>
        exchange.venue.cancelAll(
          (order) => order.owner === command.owner,
          'exchange',
          'cancelled by the exchange',
        ),
      );
    case 'kill-order-sessions':
      return { cut: server.killOrderSessions() };
    case 'amnesia':
      server.amnesia();
      return {};
  }
}

/** Each side of a trade that is an order of this owner. */
function tradesOf(market: Market, owner: string): readonly object[] {
  return [...market.trades.values()].flatMap(
    ({ tradeNumber, instrumentId, quantity, atMs, state, ...sides }) =>
      [sides.buyOrder, sides.sellOrder].flatMap((id) => {
        const order = market.orders.get(id);
        if (order?.owner !== owner) return [];
        const { exchangeOrderId, account, side } = order;
        const tradingDate = market.tradingDateOf(atMs);
        const busted = state === 'busted';
        return [{ exchangeOrderId, tradeNumber, tradingDate, account, instrumentId, side, quantity, busted }];
      }),
  );
}

function statusOf(exchange: Exchange, server: Server): Record<string, unknown> {
  const { market, riskReduction } = exchange.venue;
  const orders = [...market.orders.values()];
  return {
    faults: exchange.faults.counts(),
    orders: orders.length,
    working: orders.filter((order) => order.state === 'working').length,
    trades: market.trades.size,
    segments: Object.fromEntries(market.segments()),
    riskReduction,
    sessions: Object.fromEntries(
      [...exchange.dispatch.members()].map((member) => [member.name, member.isActive()]),
    ),
    ports: server.ports,
    pid: process.pid,
  };
}
