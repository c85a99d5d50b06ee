import { ok } from '#core/lib/result.ts';
import { RequestId } from '#core/model/ids.ts';
import { opposite } from '#core/model/side.ts';
import type { ExchangeGateway, GatewayCommand, NewOrder, OrderBatch, Staged } from '#core/exchange/port.ts';

/** Mistakes that a desk could make, planted on purpose: a drill must find each of them. */
export const PLANTS = ['double-send', 'wrong-side', 'lost-fill', 'overclose', 'drop-cancel'] as const;
export type PlantName = (typeof PLANTS)[number];

export interface Plant {
  readonly wrapGateway: (gateway: ExchangeGateway) => ExchangeGateway;
  readonly wrapBatch: (batch: OrderBatch) => OrderBatch;
}

/** Every so many orders or fills is spoilt, the first one soon. */
const EVERY = 5;

/** Counts, and says of every fifth that it is to be spoilt, beginning with the third. */
function everyFifth(): () => boolean {
  let count = 2;
  return () => {
    count += 1;
    return count % EVERY === 0;
  };
}

export function createPlant(name: PlantName): Plant {
  const same = <Item>(item: Item): Item => item;
  switch (name) {
    case 'double-send':
      return { wrapGateway: spoilCommands(doubled()), wrapBatch: same };
    case 'wrong-side':
      return {
        wrapGateway: spoilCommands(changed((order) => ({ ...order, side: opposite(order.side) }))),
        wrapBatch: same,
      };
    case 'overclose':
      return { wrapGateway: spoilCommands(changed(raised)), wrapBatch: same };
    case 'drop-cancel':
      return { wrapGateway: spoilCommands(withoutCancels), wrapBatch: same };
    case 'lost-fill':
      return { wrapGateway: same, wrapBatch: loseFills() };
  }
}

/** What leaves instead of one command. */
type Spoil = (command: GatewayCommand) => readonly GatewayCommand[];

/** The order, and once more under another name: the exchange can not know that it is the same. */
function doubled(): Spoil {
  const isDue = everyFifth();
  return (command) => {
    if (command.kind !== 'new' || !isDue()) return [command];
    return [command, { ...command, requestId: RequestId.parse(`${command.requestId}x`) }];
  };
}

function changed(change: (order: NewOrder) => NewOrder): Spoil {
  const isDue = everyFifth();
  return (command) => (command.kind === 'new' && isDue() ? [change(command)] : [command]);
}

function raised(order: NewOrder): NewOrder {
  return { ...order, quantity: order.quantity + order.instrument.lotSize };
}

function withoutCancels(command: GatewayCommand): readonly GatewayCommand[] {
  return command.kind === 'cancel' || command.kind === 'mass-cancel' ? [] : [command];
}

function spoilCommands(spoil: Spoil): (gateway: ExchangeGateway) => ExchangeGateway {
  return (gateway) => ({
    venue: gateway.venue,
    capabilities: gateway.capabilities,
    burstMax: gateway.burstMax,
    ready: () => gateway.ready(),
    allowance: (nowMs) => gateway.allowance(nowMs),
    stage(commands) {
      const spoilt = commands.flatMap(spoil);
      return spoilt.length === 0 ? ok(NOTHING_STAGED) : gateway.stage(spoilt);
    },
  });
}

/** Said to be on its way, and nothing is. */
const NOTHING_STAGED: Staged = {
  facts: [],
  tables: () => undefined,
  write: () => undefined,
  abandon: () => undefined,
};

/** Trades that are read from the wire and forgotten, by whichever session they come. */
function loseFills(): (batch: OrderBatch) => OrderBatch {
  const isDue = everyFifth();
  const decided = new Map<string, boolean>();
  const isLost = (tradeId: string): boolean => {
    const lost = decided.get(tradeId) ?? isDue();
    decided.set(tradeId, lost);
    return lost;
  };
  return (batch) => ({
    isPlaced: (report) => batch.isPlaced(report),
    interpret(event) {
      if (event.kind === 'order-report' && event.trade !== null && isLost(event.trade.tradeId)) return [];
      return batch.interpret(event);
    },
  });
}
