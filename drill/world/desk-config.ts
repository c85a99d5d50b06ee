import type { z } from 'zod';
import type { DeskConfig } from '#core/config.ts';
import type { VenueConfig } from '#core/exchange/config.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { Book } from '#drill/book/book.ts';
import type { GatewayAddress } from '#drill/options.ts';

const LOOPBACK = '127.0.0.1';
/** The desk's name at the drill's exchange. */
export const DESK_COMP_ID = 'LIFEBOAT';
const VENUE = 'SIM';

export interface VenuePorts {
  readonly orders: number;
  readonly dropCopy: number;
  readonly marketData: number;
}

export interface VenueTuning {
  readonly ratePerSecond: number | null;
  /** Smaller in a drill that kills, so that there are enough commits to be killed in. */
  readonly burstMax: number;
}

/** A drill's dealer asks again for what a run leaves, so a run waits less long than a real one, ms. */
const WAITS = {
  requoteMs: 700,
  lastQuoteMs: 4_000,
  answerMs: 10_000,
  doubtMs: 6_000,
  linkMs: 60_000,
  priceMs: 8_000,
  cancelMs: 3_000,
  quantityMs: 2_000,
};

type VenueInput = z.input<typeof VenueConfig>;

/** How a desk is to speak to the drill's own exchange. */
export function simVenue(
  instruments: readonly Instrument[],
  ports: VenuePorts,
  tuning: VenueTuning,
  owner: string,
): VenueInput {
  const endpoint = (port: number) => ({
    host: LOOPBACK,
    port,
    senderCompId: owner,
    targetCompId: VENUE,
    heartbeatSeconds: 5,
  });
  return {
    venue: 'sim',
    version: '4.4',
    orders: endpoint(ports.orders),
    dropCopy: endpoint(ports.dropCopy),
    marketData: endpoint(ports.marketData),
    trades: segmentsOf(instruments),
    capabilities: {
      marketOrders: true,
      massCancel: true,
      cancelOthers: 'member',
      orderStatus: true,
      massStatus: true,
      tradingSession: true,
    },
    ...tuning,
  };
}

/** How a desk is to speak to an exchange about which nothing is known but its address: orders only. */
export function plainVenue(
  instruments: readonly Instrument[],
  { host, port, sender, target, version }: GatewayAddress,
  tuning: VenueTuning,
): VenueInput {
  return {
    venue: 'peer',
    version,
    orders: { host, port, senderCompId: sender, targetCompId: target, heartbeatSeconds: 5 },
    trades: segmentsOf(instruments),
    capabilities: { marketOrders: false, orderStatus: true },
    // That exchange lives today; the drill at 14:50 of its book's day.
    clockToleranceMs: 366 * 86_400_000,
    ...tuning,
  };
}

/** Its persons are programs: none of them touches a key while a run goes on. */
const IDLE_LOCK_MS = 8 * 3_600_000;

/** The desk of a drill: one venue; the firm's own accounts go last. */
export function deskConfig(book: Book, venue: VenueInput): z.input<typeof DeskConfig> {
  const proprietaryAccounts = book.accounts.flatMap(({ account, type }) => (type === 'PRO' ? [account] : []));
  return {
    desk: 'DRILL',
    venues: [venue],
    proprietaryAccounts,
    answerTimeoutMs: 2_000,
    policy: { waits: WAITS },
    identity: { idleLockMs: IDLE_LOCK_MS },
  };
}

function segmentsOf(instruments: readonly Instrument[]): VenueInput['trades'] {
  const segments = new Map(
    instruments.map(({ exchange, segment }) => [`${exchange}:${segment}`, { exchange, segment }]),
  );
  return [...segments.values()];
}
