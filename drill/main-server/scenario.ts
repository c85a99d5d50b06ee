import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';

/** How main behaves; docs/main-protocol.md says what each is there for. */
export const ScenarioName = z.enum([
  'healthy',
  'slow',
  'frozen',
  'refusing',
  'old-data',
  'obeys',
  'fires-square-off',
  'ignores-fence',
]);
export type ScenarioName = z.infer<typeof ScenarioName>;

export interface Behaviour {
  /** Rows of facts that may be on their way. */
  readonly window: number;
  /** Before each transaction of facts. */
  readonly paceMs: number;
  /** Reads nothing and says nothing, on open lines. */
  readonly silent: boolean;
  readonly refuses: boolean;
  readonly obeysFence: boolean;
  /** So long after the first desk is back main squares off by itself; null: never. */
  readonly firesAfterMs: number | null;
}

const HEALTHY: Behaviour = {
  window: 10_000,
  paceMs: 0,
  silent: false,
  refuses: false,
  obeysFence: true,
  firesAfterMs: null,
};
/** Time for a desk that is back to ask for a fence first. */
const FENCE_WAIT_MS = 3_000;

const BEHAVIOURS: Readonly<Record<ScenarioName, Behaviour>> = {
  healthy: HEALTHY,
  slow: { ...HEALTHY, window: 500, paceMs: 250 },
  frozen: { ...HEALTHY, silent: true },
  refusing: { ...HEALTHY, refuses: true },
  // What is old is the store; see `Main.becomeOld`.
  'old-data': HEALTHY,
  obeys: { ...HEALTHY, firesAfterMs: FENCE_WAIT_MS },
  'fires-square-off': { ...HEALTHY, firesAfterMs: 0 },
  'ignores-fence': { ...HEALTHY, obeysFence: false, firesAfterMs: 0 },
};

/** What is in force now; it can be changed while desks are connected. */
export class Scenario {
  readonly #changed: (() => void)[] = [];
  #name: ScenarioName;

  constructor(name: ScenarioName) {
    this.#name = name;
  }
  get name(): ScenarioName {
    return this.#name;
  }
  get behaviour(): Behaviour {
    return BEHAVIOURS[this.#name];
  }
  change(name: ScenarioName): void {
    this.#name = name;
    for (const changed of this.#changed) changed();
  }
  onChange(changed: () => void): void {
    this.#changed.push(changed);
  }
  async pace(): Promise<void> {
    const { paceMs } = this.behaviour;
    if (paceMs > 0) await wait(paceMs);
  }
}
