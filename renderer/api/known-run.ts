import { createStore } from './store.ts';

/** What a covered screen may say of a run: numbers of rows and times, nothing of a client. */
export interface KnownRun {
  readonly state: string;
  readonly rows: number;
  readonly over: number;
  readonly flatByMs: number | null;
  readonly atMs: number;
}

/** The run that was on when it was last seen from this screen; null when none was. */
export const knownRun = createStore<KnownRun | null>(null);
