import type { Exchange, Instrument } from '#core/model/instrument.ts';
import { valueE4 } from '#core/model/instrument.ts';
import type { InstrumentId } from '#core/model/ids.ts';
import type { User, UserRefusal } from './port.ts';

/** Reasons for which a person may not send an order, or let an exit go. */
type MaySendRefusal = UserRefusal & {
  readonly reason: 'exchange-id-missing' | 'exchange-id-lapsed';
};
type OverOrder = { readonly reason: 'over-order-limit'; readonly text: string };
type OverExit = { readonly reason: 'over-exit-limit'; readonly text: string };

export interface MaySendDeps {
  readonly mayNotSend: (user: string, exchange: Exchange, date: string) => UserRefusal | null;
  readonly instrument: (instrumentId: InstrumentId) => Instrument | null;
  /** For orders without a price: what they are worth now. */
  readonly quote: (instrumentId: InstrumentId) => { readonly lastE4: number | null } | null;
  /** Trading date in IST. */
  readonly today: () => string;
}

/**
 * A person's own bounds, beside what the position allows: the limit of one order and of one exit (ten-thousandths of
 * a rupee), and the id at the exchange under which orders go. A key has those of the person who answers for it; null
 * (the desk itself) has none.
 */
export function createMaySend(deps: MaySendDeps) {
  function exchangeId(user: User, instrumentId: InstrumentId): MaySendRefusal | null {
    const instrument = deps.instrument(instrumentId);
    if (instrument === null) return null;
    // The users service gives no other reason here.
    return deps.mayNotSend(user.user, instrument.exchange, deps.today()) as MaySendRefusal | null;
  }

  return {
    order: (
      user: User | null,
      order: {
        readonly instrumentId: InstrumentId;
        readonly quantity: number;
        readonly priceE4: number | null;
      },
    ): MaySendRefusal | OverOrder | null => {
      if (user === null) return null;
      const refusal = exchangeId(user, order.instrumentId);
      const limitE4 = user.limits.orderNotionalE4;
      if (refusal !== null || limitE4 === null) return refusal;
      const instrument = deps.instrument(order.instrumentId);
      const priceE4 = order.priceE4 ?? deps.quote(order.instrumentId)?.lastE4 ?? null;
      if (instrument === null) return null;
      if (priceE4 === null) {
        return {
          reason: 'over-order-limit',
          text: `without a price nobody can say whether it is within ${user.user}'s limit`,
        };
      }
      const notionalE4 = Math.abs(valueE4(instrument, priceE4, order.quantity));
      return notionalE4 <= limitE4
        ? null
        : {
            reason: 'over-order-limit',
            text: `${rupees(notionalE4)} is more than ${user.user}'s ${rupees(limitE4)} an order`,
          };
    },
    exit: (
      user: User | null,
      exit: { readonly notionalE4: bigint; readonly instrumentIds: readonly InstrumentId[] },
    ): MaySendRefusal | OverExit | null => {
      if (user === null) return null;
      for (const instrumentId of exit.instrumentIds) {
        const refusal = exchangeId(user, instrumentId);
        if (refusal !== null) return refusal;
      }
      const limitE4 = user.limits.exitNotionalE4;
      if (limitE4 === null || exit.notionalE4 <= BigInt(limitE4)) return null;
      const text = `${rupees(exit.notionalE4)} is more than ${user.user}'s ${rupees(limitE4)} an exit`;
      return { reason: 'over-exit-limit', text };
    },
  };
}

function rupees(amountE4: number | bigint): string {
  return `Rs ${(BigInt(amountE4) / 10_000n).toLocaleString('en-IN')}`;
}
