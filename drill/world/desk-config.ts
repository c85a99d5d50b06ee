import type { z } from 'zod';
import type { VenueConfig } from '#core/exchange/config.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { GatewayAddress } from '#drill/options.ts';

const LOOPBACK = '127.0.0.1';
const MEMBER = 'LIFEBOAT';
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

type VenueInput = z.input<typeof VenueConfig>;

/** How a desk is to speak to the drill's own exchange. */
export function simVenue(instruments: readonly Instrument[], ports: VenuePorts, tuning: VenueTuning): VenueInput {
  const endpoint = (port: number) => ({
    host: LOOPBACK,
    port,
    senderCompId: MEMBER,
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
    answerTimeoutMs: 2_000,
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
    ...tuning,
    answerTimeoutMs: 2_000,
  };
}

/** The desk of a drill: one operator and one venue. */
export function deskConfig(venue: VenueInput) {
  return { desk: 'DRILL', operator: 'dealer', build: 'drill', venues: [venue] };
}

function segmentsOf(instruments: readonly Instrument[]): VenueInput['trades'] {
  const segments = new Map(
    instruments.map(({ exchange, segment }) => [`${exchange}:${segment}`, { exchange, segment }]),
  );
  return [...segments.values()];
}
