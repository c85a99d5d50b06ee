import type { Message } from '#core/exchange/fix/codec.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { parseE4 } from '#core/model/price.ts';
import type { NewOrderRequest, ReplaceRequest } from './venue-types.ts';

/** Contracts by what a member names them with: exchange and token, or exchange and symbol. */
export interface Catalogue {
  find(message: Pick<Message, 'get'>): Instrument | null;
}

export function createCatalogue(instruments: readonly Instrument[]): Catalogue {
  const byToken = new Map(instruments.map((one) => [`${one.exchange}/${one.token}`, one]));
  const bySymbol = new Map(instruments.map((one) => [one.symbol, one]));
  return {
    find(message) {
      const token = message.get(48);
      if (token === undefined) return bySymbol.get(message.get(55) ?? '') ?? null;
      const exchange = message.get(207) ?? 'NSE';
      return byToken.get(`${exchange}/${token}`) ?? null;
    },
  };
}

/** A NewOrderSingle (D) as a request; fields that can not be read become values that the checks refuse. */
export function readNewOrder(message: Message, owner: string, catalogue: Catalogue): NewOrderRequest {
  const instrument = catalogue.find(message);
  return {
    owner,
    clientOrderId: message.get(11) ?? '',
    account: message.get(1) ?? '',
    instrument,
    named: `${message.get(207) ?? ''}:${message.get(55) ?? message.get(48) ?? ''}`,
    side: message.get(54) === '1' ? 'buy' : 'sell',
    quantity: unitsOf(message, instrument),
    type: message.get(40) === '1' ? 'market' : 'limit',
    priceE4: parseE4(message.get(44) ?? ''),
    timeInForce: message.get(59) === '3' ? 'IOC' : 'DAY',
  };
}

export function readReplace(message: Message, owner: string, catalogue: Catalogue): ReplaceRequest {
  return {
    owner,
    clientOrderId: message.get(11) ?? '',
    originalId: message.get(41) ?? '',
    exchangeOrderId: message.get(37) ?? null,
    quantity: unitsOf(message, catalogue.find(message)),
    priceE4: parseE4(message.get(44) ?? ''),
  };
}

/** OrderQty (38) in units; 0 when it is no whole number. */
function unitsOf(message: Message, instrument: Instrument | null): number {
  const wire = Number(message.get(38) ?? '0');
  if (!Number.isSafeInteger(wire)) return 0;
  return instrument?.orderUnit === 'lots' ? wire * instrument.lotSize : wire;
}
