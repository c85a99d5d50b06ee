import { z } from 'zod';

export const Side = z.enum(['buy', 'sell']);
export type Side = z.infer<typeof Side>;

/** +1 for a buy, -1 for a sell: what one unit of it adds to a net position. */
export function signOf(side: Side): 1 | -1 {
  return side === 'buy' ? 1 : -1;
}

export function opposite(side: Side): Side {
  return side === 'buy' ? 'sell' : 'buy';
}

/** The side that closes a net position: a long is sold, a short is bought back; a flat one has none. */
export function closingSide(net: number): Side | null {
  if (net === 0) return null;
  return net > 0 ? 'sell' : 'buy';
}
