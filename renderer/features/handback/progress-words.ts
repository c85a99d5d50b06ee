import type { ModeShown, SyncShown } from '#core/sync/contract.ts';
import { duration, quantity } from '#renderer/look/format.ts';

type Handed = SyncShown['handback'];

interface Progress {
  readonly all: number;
  readonly durable: number;
  /** `412 a second, done in 4s`, or why nothing moves. */
  readonly speed: string;
  readonly stands: boolean;
}

/** How far the handback over the wire is, for a bar and in words. `mode` null: not known. */
export function progressOf(
  { handback, link }: Pick<SyncShown, 'handback' | 'link'>,
  mode: ModeShown['mode'] | null,
): Progress {
  const { head, waiting, notTaken } = handback;
  // A log of several epochs waits with more rows than the last one has.
  const all = Math.max(head.seq, waiting);
  const durable = all - waiting;
  if (handback.oldCopy) return { all, durable, speed: 'stands: this file is an old copy', stands: true };
  if (waiting > 0 && (mode === 'SUSPECT' || mode === 'EMERGENCY')) {
    const speed = `nothing is handed over in ${mode}: it waits until main is accepted back`;
    return { all, durable, speed, stands: false };
  }
  const moves = waiting === 0 || (handback.etaMs !== null && notTaken === null);
  return { all, durable, speed: speedOf(handback, link), stands: !moves };
}

/** By file the desk counts trades in files that main has not acknowledged; what is in no file yet it does not count. */
export function byFileWords({ waiting }: Handed): string {
  return waiting === 0
    ? 'no written file waits for main; trades that are in none yet go into the next'
    : `${quantity(waiting)} trades in files wait for main’s acknowledgement`;
}

function speedOf({ waiting, perSecond, etaMs, notTaken }: Handed, link: SyncShown['link']): string {
  if (waiting === 0) return 'main has every fact';
  if (notTaken !== null) return 'stands: main does not take a fact';
  if (link !== 'up') return 'stands: the link to main is not up';
  if (etaMs === null) return 'stands: nothing moves now';
  return `${quantity(perSecond)} a second, done in ${duration(Math.max(1_000, etaMs))}`;
}

export function placeWords({ epoch, seq }: Handed['head']): string {
  return `#${quantity(seq)}${epoch > 1 ? ` of epoch ${epoch}` : ''}`;
}
