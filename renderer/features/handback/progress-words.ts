import type { SyncShown } from '#core/sync/contract.ts';
import { duration, quantity } from '#renderer/look/format.ts';

type Handed = SyncShown['handback'];

interface Progress {
  readonly all: number;
  readonly durable: number;
  /** `412 a second, done in 4s`, or why nothing moves. */
  readonly speed: string;
  readonly stands: boolean;
}

/** How far the handback is, for a bar and in words. */
export function progressOf({ handback, link }: Pick<SyncShown, 'handback' | 'link'>): Progress {
  const { head, waiting, notTaken } = handback;
  // A log of several epochs waits with more rows than the last one has.
  const all = Math.max(head.seq, waiting);
  const speed = speedOf(handback, link);
  const moves = waiting === 0 || (handback.etaMs !== null && notTaken === null);
  return { all, durable: all - waiting, speed, stands: !moves };
}

function speedOf({ waiting, perSecond, etaMs, notTaken }: Handed, link: SyncShown['link']): string {
  if (waiting === 0) return 'main has every fact';
  if (notTaken !== null) return 'stands: main does not take a fact';
  if (link === 'off') return 'no link to main: by file';
  if (link !== 'up') return 'stands: the link to main is not up';
  if (etaMs === null) return 'stands: nothing moves now';
  return `${quantity(perSecond)} a second, done in ${duration(Math.max(1_000, etaMs))}`;
}

export function placeWords({ epoch, seq }: Handed['head']): string {
  return `#${quantity(seq)}${epoch > 1 ? ` of epoch ${epoch}` : ''}`;
}
