import { hashText } from '#drill/book/prng.ts';
import type { KillStep } from '#drill/desk/kill.ts';
import { readMainHits, type MainKill } from '#drill/main-server/kill.ts';
import type { DrillOptions } from '#drill/options.ts';
import type { World } from '#drill/world/world.ts';
import type { Struck } from './report.ts';

/** The facts of a small drill are few transactions at main. */
const MAIN_NTH_MAX = 2;

type Killing = Pick<DrillOptions, 'kill' | 'seed' | 'gateway'>;

/**
 * Before a recovery can be killed in, there must be one with orders in doubt: the link (or, without one, the desk)
 * is killed first, right after a write.
 */
export function killSteps({
  kill,
  seed,
  gateway,
  nthMax,
}: Killing & { readonly nthMax: number }): KillStep[] {
  if (kill === null || kill.target === 'main') return [];
  const nth = 1 + (hashText(`${seed}/kill-nth`) % nthMax);
  const { target, at } = kill;
  if (at !== 'in-recovery') return [{ target, at, nth }];
  const first: KillStep = { target: gateway === null ? 'link' : 'desk', at: 'write-ack', nth };
  return [first, { target, at, nth: 1 }];
}

/** Where main kills itself; a kill at any moment is the drill's own. */
export function mainKills({ kill, seed }: Killing): readonly MainKill[] {
  if (kill?.target !== 'main' || kill.at === 'any') return [];
  return [{ at: kill.at, nth: 1 + (hashText(`${seed}/kill-nth`) % MAIN_NTH_MAX) }];
}

export function hitsOfMain({ kill }: Killing, { main }: World): Struck[] {
  if (main === null || kill?.target !== 'main') return [];
  if (kill.at === 'any') return main.process.strikes() > 0 ? [kill] : [];
  return readMainHits(main.hits).map(({ at }) => ({ target: 'main', at }));
}
