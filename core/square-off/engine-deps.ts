import type { Journal } from '#core/journal/port.ts';
import type { SquareOffState } from './domain.ts';
import type { Surroundings } from './view.ts';

/** What the engine of runs is made from. */
export interface EngineDeps extends Surroundings {
  readonly journal: Journal;
  readonly state: SquareOffState;
  readonly now: () => number;
  readonly soon: (task: () => void) => void;
  readonly every: (everyMs: number, tick: () => void) => () => void;
}
