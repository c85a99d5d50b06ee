import type { Entry } from '#core/events.ts';
import { refuse, ok, type Result } from '#core/lib/result.ts';
import { MINUTE_MS } from '#core/model/market-clock.ts';
import { EVERYTHING, plainScope } from './domain-scope.ts';
import type { MainHeard, Mode, ModeChanged, Scope, Sign } from './events.ts';
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
 * 4. An emergency has a scope: exchange-segments x accounts. HANDBACK keeps it, and an emergency that goes on by itself
 *    has it again; a person's declaration names a new one.
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
  readonly reason: 'no-such-move' | 'second-person-needed' | 'main-is-alive' | 'scope-code-wrong';
  readonly text: string;
}

/** Policy of the branch: how many persons it takes to declare main lost. */
export interface ModePolicy {
  readonly personsToDeclareLost: number;
}

/** What somebody, or a line to main, says. */
export interface Said {
  readonly signal: Signal;
  readonly by: readonly string[];
  readonly why: string;
  readonly sign: Sign;
  /** What the emergency is to cover; without one, what the last one covered. */
  readonly scope?: Scope;
  /** Since when main is not heard, where that is longer ago than now. */
  readonly lostSinceMs?: number | null;
}

/** The fact that the signal makes in this mode, or none, or why a person's wish is refused. */
export function decide(
  view: Pick<ModeView, 'mode' | 'scope'>,
  said: Said,
  policy: ModePolicy,
): Result<ModeChanged | null, ModeRefusal> {
  const { signal, by, why, sign, scope, lostSinceMs = null } = said;
  const { mode } = view;
  const cell: Cell = TABLE[mode][signal];
  if (cell === 'stays') return ok(null);
  if (cell === 'refused') {
    return refuse({ reason: 'no-such-move', text: `The desk is in ${mode}: ${signal} does not apply.` });
  }
  if (signal === 'persons-confirm-lost' && new Set(by).size < policy.personsToDeclareLost) {
    const text = `${policy.personsToDeclareLost} persons must confirm; ${new Set(by).size} did.`;
    return refuse({ reason: 'second-person-needed', text });
  }
  return ok({
    kind: 'mode-changed',
    v: 1,
    from: mode,
    to: cell,
    by,
    why,
    sign,
    ...(cell === 'EMERGENCY' ? { scope: plainScope(scope ?? view.scope) } : {}),
    ...(lostSinceMs === null || !isOutage(cell) ? {} : { lostSinceMs }),
  });
}

/** Before the first fact. */
export const NEVER_SEEN: ModeView = {
  mode: 'SUSPECT',
  sinceMs: 0,
  why: 'main was never seen',
  by: [],
  lostSinceMs: null,
  main: 'never-seen',
  scope: EVERYTHING,
  heard: null,
};

export function apply(view: ModeView, { atMs, fact }: Entry): ModeView {
  if (fact.kind === 'main-heard') return heardOn(view, fact, atMs);
  if (fact.kind === 'mode-changed') return moved(view, fact, atMs);
  // A desk that starts without main counts its outage from its first fact.
  if (view.main !== 'never-seen' || view.lostSinceMs !== null) return view;
  return { ...view, sinceMs: atMs, lostSinceMs: atMs };
}

function moved(view: ModeView, { to, by, why, scope, lostSinceMs }: ModeChanged, atMs: number): ModeView {
  return {
    ...view,
    mode: to,
    sinceMs: atMs,
    why,
    by,
    lostSinceMs: isOutage(to) ? (view.lostSinceMs ?? lostSinceMs ?? atMs) : null,
    main: mainIn(to, view.main),
    scope: to === 'EMERGENCY' ? (scope ?? EVERYTHING) : to === 'HANDBACK' ? view.scope : EVERYTHING,
  };
}

function heardOn(view: ModeView, { state, sign, why }: MainHeard, atMs: number): ModeView {
  return sign === 'link' ? { ...view, heard: { state, sinceMs: atMs, why } } : view;
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
