import type { Field } from '#core/exchange/fix/codec.ts';
import { formatUtc } from '#core/exchange/fix/codec-time.ts';
import type { AppMessage } from '#core/exchange/fix/machine-types.ts';
import type { FixVersion } from '#core/exchange/fix/messages.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { istDate } from '#core/model/market-clock.ts';
import { formatE4 } from '#core/model/price.ts';
import type { Side } from '#core/model/side.ts';
import type { VenueEvent, VenueOrder } from './venue-types.ts';

/** For whom a report is: ExecIDs differ between the order session and the drop copy, trade numbers do not. */
export type Audience = 'orders' | 'drop-copy';

export interface ReportWorld {
  readonly version: FixVersion;
  readonly audience: Audience;
  readonly instrumentOf: (instrumentId: string) => Instrument | undefined;
  /** The next number for an ExecID that names no trade. */
  readonly nextExec: () => number;
  readonly nowMs: number;
}

/** What one event says on the wire; null when it says nothing to a member. */
export function reportOf(event: VenueEvent, world: ReportWorld): AppMessage | null {
  const { record, order } = event;
  switch (record.kind) {
    case 'refused':
      return refusedReport(event, world);
    case 'request-refused':
      return cancelReject(event);
    case 'segment':
    case 'risk-reduction':
      return null;
    case 'accepted':
      return order === null ? null : execution('0', order, event, world, []);
    case 'replaced':
      return order === null ? null : execution('5', order, event, world, []);
    case 'canceled':
      return order === null ? null : execution('4', order, event, world, [[58, record.text]]);
    case 'filled':
    case 'busted':
    case 'corrected':
      return order === null ? null : tradeReport(event, order, world);
  }
}

/** An answer to a status request (H, AF): describes, never counts as an execution. */
export function statusReport(
  order: VenueOrder,
  requestId: string,
  world: ReportWorld,
  mass: readonly Field[],
): AppMessage {
  const event: VenueEvent = {
    record: { kind: 'risk-reduction', atMs: world.nowMs, on: false },
    order,
    requester: null,
    requestId: requestId === '' ? null : requestId,
    originalId: null,
  };
  return execution('I', order, event, world, mass);
}

/** H for an order that the venue does not know. */
export function unknownOrder(asked: readonly Field[], world: ReportWorld): AppMessage {
  return {
    type: '8',
    body: [
      [37, 'NONE'],
      ...asked,
      [17, '0'],
      ...(world.version === 'FIX.4.2'
        ? ([
            [20, '3'],
            [150, '8'],
          ] as Field[])
        : ([[150, 'I']] as Field[])),
      [39, '8'],
      [103, 5],
      [38, 0],
      [151, 0],
      [14, 0],
      [6, 0],
      [58, '16060 no such order'],
      [60, formatUtc(world.nowMs)],
    ],
  };
}

type ExecKind = '0' | '4' | '5' | 'I' | 'trade' | 'H' | 'G';

/** ExecID (17) of a fill: unique for ever, because trade numbers are. */
function fillExecId(audience: Audience, tradeNumber: string, side: Side): string {
  return `${audience === 'orders' ? 'E' : 'D'}${tradeNumber}${side === 'buy' ? 'B' : 'S'}`;
}

function execution(
  kind: ExecKind,
  order: VenueOrder,
  event: VenueEvent,
  world: ReportWorld,
  extra: readonly Field[],
): AppMessage {
  const instrument = world.instrumentOf(order.instrumentId);
  const wire = (units: number): number =>
    instrument?.orderUnit === 'lots' ? units / instrument.lotSize : units;
  const status = ordStatus(order);
  const requestId = event.requestId ?? order.clientOrderId;
  const body: Field[] = [[37, order.exchangeOrderId]];
  if (requestId !== '') body.push([11, requestId]);
  if (event.originalId !== null && event.originalId !== '') body.push([41, event.originalId]);
  body.push([17, execId(kind, order, event, world)]);
  body.push(...kindFields(kind, status, world));
  body.push([39, status], [1, order.account]);
  if (instrument !== undefined) body.push(...instrumentFields(instrument));
  body.push([54, order.side === 'buy' ? '1' : '2'], [38, wire(order.quantity)]);
  body.push([40, order.type === 'market' ? '1' : '2'], [59, order.timeInForce === 'IOC' ? '3' : '0']);
  if (order.priceE4 !== null) body.push([44, formatE4(order.priceE4)]);
  const open = order.state === 'working' ? order.quantity - order.cumQuantity : 0;
  body.push([151, wire(open)], [14, wire(order.cumQuantity)], [6, averagePrice(order)]);
  const atMs = 'atMs' in event.record && kind !== 'I' ? event.record.atMs : world.nowMs;
  body.push([60, formatUtc(atMs)], [75, istDate(atMs).replaceAll('-', '')]);
  return { type: '8', body: [...body, ...extra] };
}

function execId(kind: ExecKind, order: VenueOrder, event: VenueEvent, world: ReportWorld): string {
  if (kind === 'I') return '0';
  const { record } = event;
  if (record.kind === 'filled') return fillExecId(world.audience, record.tradeNumber, order.side);
  return `${world.audience === 'orders' ? 'X' : 'Y'}${world.nextExec()}`;
}

/** ExecTransType (20) and ExecType (150): 4.2 says trades as 1 and 2 and annulments in 20; 4.4 in 150 alone. */
function kindFields(kind: ExecKind, status: string, { version }: ReportWorld): Field[] {
  if (version === 'FIX.4.4') return [[150, kind === 'trade' ? 'F' : kind]];
  const transaction = kind === 'H' ? '1' : kind === 'G' ? '2' : kind === 'I' ? '3' : '0';
  const isTrade = kind === 'trade' || kind === 'H' || kind === 'G';
  const type = isTrade ? (status === '2' ? '2' : '1') : kind === 'I' ? status : kind;
  return [
    [20, transaction],
    [150, type],
  ];
}

function tradeReport(event: VenueEvent, order: VenueOrder, world: ReportWorld): AppMessage | null {
  const { record } = event;
  if (record.kind !== 'filled' && record.kind !== 'busted' && record.kind !== 'corrected') return null;
  const instrument = world.instrumentOf(order.instrumentId);
  const quantity = instrument?.orderUnit === 'lots' ? record.quantity / instrument.lotSize : record.quantity;
  const extra: Field[] = [
    [32, quantity],
    [31, formatE4(record.priceE4)],
    [527, record.tradeNumber],
  ];
  const kind = record.kind === 'filled' ? 'trade' : record.kind === 'busted' ? 'H' : 'G';
  if (kind !== 'trade') extra.push([19, fillExecId(world.audience, record.tradeNumber, order.side)]);
  return execution(kind, order, event, world, extra);
}

function refusedReport({ record, requestId }: VenueEvent, world: ReportWorld): AppMessage | null {
  if (record.kind !== 'refused') return null;
  const instrument = world.instrumentOf(record.instrumentId);
  const wire = instrument?.orderUnit === 'lots' ? record.quantity / instrument.lotSize : record.quantity;
  const reason = ORD_REJECT_REASON[record.code] ?? 99;
  const body: Field[] = [
    [37, 'NONE'],
    [11, requestId ?? record.clientOrderId],
    [17, `X${world.nextExec()}`],
    ...(world.version === 'FIX.4.2' ? ([[20, '0']] as Field[]) : []),
    [150, '8'],
    [39, '8'],
    [103, world.version === 'FIX.4.2' && reason > 8 ? 0 : reason],
    ...(record.account === '' ? [] : ([[1, record.account]] as Field[])),
    ...(instrument === undefined
      ? ([[55, record.instrumentId || 'NONE']] as Field[])
      : instrumentFields(instrument)),
    [54, record.side === 'buy' ? '1' : '2'],
    [38, Number.isSafeInteger(wire) ? wire : String(wire)],
    [151, 0],
    [14, 0],
    [6, 0],
    [58, record.text],
    [60, formatUtc(record.atMs)],
  ];
  return { type: '8', body };
}

/** OrdRejReason (103) by the venue's own number; the rest is 99, other. */
const ORD_REJECT_REASON: Readonly<Record<number, number>> = {
  16_000: 2,
  16_035: 1,
  16_115: 6,
  16_328: 13,
  16_329: 13,
  16_606: 3,
  16_732: 11,
  16_807: 15,
  17_080: 11,
};

function cancelReject({ record, order, requestId, originalId }: VenueEvent): AppMessage | null {
  if (record.kind !== 'request-refused') return null;
  const reason = record.reason === 'unknown-order' ? 1 : record.reason === 'too-late' ? 0 : 2;
  return {
    type: '9',
    body: [
      [37, order?.exchangeOrderId ?? 'NONE'],
      [11, requestId ?? record.clientOrderId],
      [41, originalId === null || originalId === '' ? 'NONE' : originalId],
      [39, order === null ? '8' : ordStatus(order)],
      [434, '1'],
      [102, reason],
      [58, record.text],
      [60, formatUtc(record.atMs)],
    ],
  };
}

function ordStatus(order: VenueOrder): string {
  switch (order.state) {
    case 'filled':
      return '2';
    case 'canceled':
      return '4';
    case 'rejected':
      return '8';
    case 'working':
      return order.cumQuantity > 0 ? '1' : '0';
  }
}

export function instrumentFields(instrument: Instrument): Field[] {
  return [
    [55, instrument.symbol],
    [48, instrument.token],
    [22, '8'],
    [207, instrument.exchange],
  ];
}

/** For people; to the nearest ten-thousandth. */
function averagePrice(order: VenueOrder): string {
  return order.cumQuantity === 0 ? '0' : formatE4(Math.round(order.turnoverE4 / order.cumQuantity));
}
