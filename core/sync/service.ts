import type { Journal, JournalRefusal, Projection } from '#core/journal/port.ts';
import { ok, type Result } from '#core/lib/result.ts';
import type { Declaration, ModeShown } from './contract.ts';
import {
  apply,
  decide,
  NEVER_SEEN,
  outageOf,
  type ModePolicy,
  type ModeRefusal,
  type Signal,
} from './domain.ts';
import type { ModePort, ModeView } from './port.ts';

export type SyncRefusal = ModeRefusal | JournalRefusal;

export interface SyncDeps {
  readonly journal: Pick<Journal, 'append'>;
  readonly policy: ModePolicy;
  readonly now: () => number;
}

interface Context {
  /** Who asks, and who agreed. */
  readonly persons: readonly string[];
}

/** The desk's mode towards main. Following main over a wire comes with the sync link; here persons speak. */
export function createSync(deps: SyncDeps) {
  let view: ModeView = NEVER_SEEN;

  const projection: Projection = {
    name: 'sync',
    memory: (entry) => {
      view = apply(view, entry);
    },
  };

  const port: ModePort = {
    view: () => view,
    mayTrade: () => (view.mode === 'EMERGENCY' ? null : 'main-is-up'),
  };

  /** Appends the move that the signal makes, if it makes one. */
  function signal(which: Signal, by: readonly string[], why: string): Result<ModeView, SyncRefusal> {
    const decided = decide(view.mode, which, by, why, deps.policy);
    if (!decided.ok) return decided;
    if (decided.value === null) return ok(view);
    const appended = deps.journal.append([decided.value]);
    return appended.ok ? ok(view) : appended;
  }

  const shown = (): ModeShown => ({
    mode: view.mode,
    sinceMs: view.sinceMs,
    why: view.why,
    by: [...view.by],
    main: view.main,
    mayTrade: port.mayTrade() === null,
    personsToDeclareLost: deps.policy.personsToDeclareLost,
    outage: view.lostSinceMs === null ? null : outageOf(view.lostSinceMs, deps.now()),
  });
  const declare = (
    which: Signal,
    { reason }: Declaration,
    { persons }: Context,
  ): Result<ModeShown, SyncRefusal> => {
    const moved = signal(which, persons, reason);
    return moved.ok ? ok(shown()) : moved;
  };

  return {
    port,
    projection,
    /** After replay: a desk that was in STANDBY and does not see main now is in SUSPECT. */
    start: (): Result<ModeView, SyncRefusal> =>
      signal('main-missed', [], 'the desk started and main is not seen'),
    handlers: {
      get: shown,
      declareLost: (declaration: Declaration, context: Context) =>
        declare(view.mode === 'STANDBY' ? 'person-says-lost' : 'persons-confirm-lost', declaration, context),
      declareBack: (declaration: Declaration, context: Context) =>
        declare('person-accepts-main', declaration, context),
    },
  };
}
