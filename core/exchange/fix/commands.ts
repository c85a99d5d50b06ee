import { assert } from '#core/lib/assert.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { formatE4 } from '#core/model/price.ts';
import type { Side } from '#core/model/side.ts';
import type { OrderType, TimeInForce } from '#core/orders/events.ts';
import type { VenueConfig } from '#core/exchange/config.ts';
import type { GatewayCommand, OrderAddress } from '#core/exchange/port.ts';
import { formatUtc } from './codec-time.ts';
import type { Field } from './codec.ts';
import type { AppMessage } from './machine-types.ts';

type Mapping = Pick<VenueConfig, 'version' | 'mapping'>;

/**
 * A command as a FIX message (FIX 4.2 volume 4, FIX 4.4 volume 4), its request id as the reference. Quantities
 * leave in the venue's order unit. An order of others is named by OrderID (37) alone, repeated in 41 because
 * the field is required.
 */
export function commandMessage(command: GatewayCommand, mapping: Mapping, nowMs: number): AppMessage {
  return { type: TYPES[command.kind], body: bodyOf(command, mapping, nowMs), ref: command.requestId };
}

const TYPES = { new: 'D', cancel: 'F', replace: 'G', 'mass-cancel': 'q', status: 'H' } as const;

function bodyOf(command: GatewayCommand, mapping: Mapping, nowMs: number): readonly Field[] {
  switch (command.kind) {
    case 'new':
      return [
        [11, command.requestId],
        [1, command.account],
        ...handlInst(mapping),
        ...instrumentFields(command.instrument, mapping),
        [54, sideCode(command.side)],
        [60, formatUtc(nowMs)],
        [38, wireQuantity(command.instrument, command.quantity)],
        ...priceFields(command.type, command.priceE4, command.timeInForce),
        ...positionEffect(command.instrument, mapping),
        ...mapping.mapping.extraFields,
      ];
    case 'cancel':
      return [
        [41, originalOf(command.order)],
        ...orderNumber(command.order),
        [11, command.requestId],
        [1, command.order.account],
        ...instrumentFields(command.order.instrument, mapping),
        [54, sideCode(command.order.side)],
        [60, formatUtc(nowMs)],
        [38, wireQuantity(command.order.instrument, command.order.quantity)],
        ...mapping.mapping.extraFields,
      ];
    case 'replace':
      return [
        [41, originalOf(command.order)],
        ...orderNumber(command.order),
        [11, command.requestId],
        [1, command.order.account],
        ...handlInst(mapping),
        ...instrumentFields(command.order.instrument, mapping),
        [54, sideCode(command.order.side)],
        [60, formatUtc(nowMs)],
        [38, wireQuantity(command.order.instrument, command.quantity)],
        ...priceFields(command.type, command.priceE4, command.timeInForce),
        ...mapping.mapping.extraFields,
      ];
    case 'mass-cancel':
      assert(mapping.version === '4.4', 'mass cancel is a message of FIX 4.3 and later');
      return [
        [11, command.requestId],
        [530, '7'],
        [60, formatUtc(nowMs)],
      ];
    case 'status':
      return [
        ...orderNumber(command.order),
        [11, originalOf(command.order)],
        [1, command.order.account],
        ...instrumentFields(command.order.instrument, mapping),
        [54, sideCode(command.order.side)],
      ];
  }
}

/** TradingSessionStatusRequest (g) with updates. */
export function sessionStatusRequest(requestId: string): AppMessage {
  return {
    type: 'g',
    body: [
      [335, requestId],
      [263, '1'],
    ],
  };
}

/** MarketDataRequest (V): top of book and last trade with updates. */
export function marketDataRequest(
  requestId: string,
  instruments: readonly Instrument[],
  mapping: Mapping,
): AppMessage {
  return {
    type: 'V',
    body: [
      [262, requestId],
      [263, '1'],
      [264, 1],
      [265, 1],
      [267, 3],
      [269, '0'],
      [269, '1'],
      [269, '2'],
      [146, instruments.length],
      ...instruments.flatMap((instrument) => instrumentFields(instrument, mapping)),
    ],
  };
}

/** Quantity in the venue's order unit: lots at MCX, units elsewhere. */
export function wireQuantity(instrument: Instrument, quantity: number): number {
  if (instrument.orderUnit === 'units') return quantity;
  assert(quantity % instrument.lotSize === 0, 'a venue that counts lots gets whole lots');
  return quantity / instrument.lotSize;
}

/** Units of a quantity that came in the venue's order unit. */
export function unitsOf(instrument: Instrument, wire: number): number {
  return instrument.orderUnit === 'units' ? wire : wire * instrument.lotSize;
}

function instrumentFields(instrument: Instrument, { mapping }: Mapping): Field[] {
  if (mapping.instrument === 'symbol') return [[55, instrument.symbol]];
  return [
    [55, instrument.symbol],
    [48, instrument.token],
    [22, '8'],
    [207, instrument.exchange],
  ];
}

function priceFields(type: OrderType, priceE4: number | null, timeInForce: TimeInForce): Field[] {
  const fields: Field[] = [[40, type === 'market' ? '1' : '2']];
  if (type === 'limit') {
    assert(priceE4 !== null, 'a limit order has a price');
    fields.push([44, formatE4(priceE4)]);
  }
  fields.push([59, timeInForce === 'IOC' ? '3' : '0']);
  return fields;
}

function handlInst({ version }: Mapping): Field[] {
  return version === '4.2' ? [[21, '1']] : [];
}

function positionEffect(instrument: Instrument, { mapping }: Mapping): Field[] {
  return mapping.positionEffect && instrument.segment !== 'CM' ? [[77, 'C']] : [];
}

function orderNumber(order: OrderAddress): Field[] {
  return order.exchangeOrderId === null ? [] : [[37, order.exchangeOrderId]];
}

function originalOf(order: OrderAddress): string {
  const original = order.originalRequestId ?? order.exchangeOrderId;
  assert(original !== null, 'an order is named by our request or by its exchange number');
  return original;
}

function sideCode(side: Side): string {
  return side === 'buy' ? '1' : '2';
}
