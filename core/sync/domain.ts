import type { Entry } from '#core/events.ts';
import { refuse, ok, type Result } from '#core/lib/result.ts';
import { MINUTE_MS } from '#core/model/market-clock.ts';
import type { Mode, ModeChanged } from './events.ts';
import type { ModeView } from './port.ts';

/**
 * The mode machine.
 *
 *            main missed, or a person says so           persons confirm
 *   STANDBY ────────────────────────────────▶ SUSPECT ─────────────────▶ EMERGENCY
 *     ▲  ▲                                       │                           │ a person accepts main's return
 *     │  └──────────── main is back ─────────────┘          lost again ┌─────▼
 *     └──────────────────────── reconciled ────────────────────────────┴─ HANDBACK
 *
 * 1. Only EMERGENCY trades: in every other mode main may be trading the same book.
 * 2. Nothing but a person leaves EMERGENCY; main's return only offers the way.
 * 3. A desk that never saw main is in SUSPECT.
 */
export type Signal =
  | 'main-missed'
  | 'main-seen'
  | 'person-says-lost'
  | 'persons-confirm-lost'
  | 'person-accepts-main'
  | 'reconciled';

/** `stays`: nothing to do. `refused`: a person asked for a move that this mode does not have. */
export type Cell = Mode | 'stays' | 'refused';

export const TABLE = {
  STANDBY: {
    'main-missed': 'SUSPECT',
    'main-seen': 'stays',
    'person-says-lost': 'SUSPECT',
    'persons-confirm-lost': 'refused',
    'person-accepts-main': 'refused',
    reconciled: 'refused',
  },
  SUSPECT: {
    'main-missed': 'stays',
    'main-seen': 'STANDBY',
    'person-says-lost': 'stays',
    'persons-confirm-lost': 'EMERGENCY',
    'person-accepts-main': 'STANDBY',
    reconciled: 'refused',
  },
  EMERGENCY: {
    'main-missed': 'stays',
    'main-seen': 'stays',
    'person-says-lost': 'stays',
    'persons-confirm-lost': 'refused',
    'person-accepts-main': 'HANDBACK',
    reconciled: 'refused',
  },
  HANDBACK: {
    'main-missed': 'EMERGENCY',
    'main-seen': 'stays',
    'person-says-lost': 'EMERGENCY',
    'persons-confirm-lost': 'EMERGENCY',
    'person-accepts-main': 'refused',
    reconciled: 'STANDBY',
  },
} as const satisfies Record<Mode, Record<Signal, Cell>>;

export interface ModeRefusal {
  readonly reason: 'no-such-move' | 'second-person-needed';
  readonly text: string;
}

/** Policy of the branch: how many persons it takes to declare main lost. */
export interface ModePolicy {
  readonly personsToDeclareLost: number;
}

/** The fact that the signal makes in this mode, or none, or why a person's wish is refused. */
export function decide(
  mode: Mode,
  signal: Signal,
  by: readonly string[],
  why: string,
  policy: ModePolicy,
): Result<ModeChanged | null, ModeRefusal> {
  const cell: Cell = TABLE[mode][signal];
  if (cell === 'stays') return ok(null);
  if (cell === 'refused') {
    return refuse({ reason: 'no-such-move', text: `The desk is in ${mode}: ${signal} does not apply.` });
  }
  if (signal === 'persons-confirm-lost' && new Set(by).size < policy.personsToDeclareLost) {
    const text = `${policy.personsToDeclareLost} persons must confirm; ${new Set(by).size} did.`;
    return refuse({ reason: 'second-person-needed', text });
  }
  return ok({ kind: 'mode-changed', v: 1, from: mode, to: cell, by, why });
}

/** Before the first fact. */
export const NEVER_SEEN: ModeView = {
  mode: 'SUSPECT',
  sinceMs: 0,
  why: 'main was never seen',
  by: [],
  lostSinceMs: null,
  main: 'never-seen',
};

export function apply(view: ModeView, { atMs, fact }: Entry): ModeView {
  if (fact.kind === 'mode-changed') {
    const { to, by, why } = fact;
    const lostSinceMs = isOutage(to) ? (view.lostSinceMs ?? atMs) : null;
    return { mode: to, sinceMs: atMs, why, by, lostSinceMs, main: mainIn(to, view.main) };
  }
  // A desk that starts without main counts its outage from its first fact.
  if (view.main !== 'never-seen' || view.lostSinceMs !== null) return view;
  return { ...view, sinceMs: atMs, lostSinceMs: atMs };
}

function isOutage(mode: Mode): boolean {
  return mode === 'SUSPECT' || mode === 'EMERGENCY';
}

function mainIn(mode: Mode, before: ModeView['main']): ModeView['main'] {
  switch (mode) {
    case 'STANDBY':
    case 'HANDBACK':
      return 'up';
    case 'SUSPECT':
      return before === 'never-seen' ? 'never-seen' : 'lost';
    case 'EMERGENCY':
      return 'declared-lost';
  }
}

/** An outage of this length is one that must be reported (SEBI's circular on technical glitches). */
const REPORTABLE_AFTER_MS = 5 * MINUTE_MS;
/** From its start, the first report is due by then. */
const REPORT_WITHIN_MS = 120 * MINUTE_MS;

export interface Outage {
  readonly startedAtMs: number;
  readonly lastsMs: number;
  readonly reportable: boolean;
  /** When it becomes, or became, reportable. */
  readonly reportableAtMs: number;
  readonly reportDueAtMs: number;
  readonly reportOverdue: boolean;
}

/** The clock of the outage that is going on. A clock set back never makes it negative. */
export function outageOf(lostSinceMs: number, nowMs: number): Outage {
  const lastsMs = Math.max(0, nowMs - lostSinceMs);
  return {
    startedAtMs: lostSinceMs,
    lastsMs,
    reportable: lastsMs >= REPORTABLE_AFTER_MS,
    reportableAtMs: lostSinceMs + REPORTABLE_AFTER_MS,
    reportDueAtMs: lostSinceMs + REPORT_WITHIN_MS,
    reportOverdue: lastsMs > REPORT_WITHIN_MS,
  };
}
