import type { Entry } from '#core/events.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Refused, Result } from '#core/lib/result.ts';
import { MINUTE_MS } from '#core/model/market-clock.ts';
import { satisfies } from './domain-givers.ts';
import type { ApprovalAsked, ApprovalGiven, ApprovalMethod } from './events.ts';
import type { ApprovalRefusal, Requirement } from './port.ts';

/** An approval is for now: who comes later looks at the thing anew. */
export const APPROVAL_LIFE_MS = 10 * MINUTE_MS;
/** Approvals remembered, old ones for the list. */
export const KEPT_MAX = 200;
/** Approvals that may still be given or used. */
export const WAITING_MAX = 50;
/** Wrong telephone codes after which the approval is dead. */
export const WRONG_CODES_MAX = 3;
const TEXT_MAX = 1_000;

export type State = 'waiting' | 'given' | 'refused' | 'spent' | 'expired';
export type Move = 'give' | 'refuse' | 'spend' | 'time-up';
/** The next state, or the refusal of the move; `stays`: time means nothing to what is over. */
export type Cell =
  | State
  | 'stays'
  | Extract<
      ApprovalRefusal['reason'],
      'second-person-needed' | 'approval-refused' | 'approval-spent' | 'approval-expired'
    >;

/**
 * asked -> waiting -> given -> spent, with refused and expired as ends beside. What is given may be given again:
 * the first giver may since have been disabled.
 */
export const TABLE = {
  waiting: { give: 'given', refuse: 'refused', spend: 'second-person-needed', 'time-up': 'expired' },
  given: { give: 'given', refuse: 'refused', spend: 'spent', 'time-up': 'expired' },
  refused: {
    give: 'approval-refused',
    refuse: 'approval-refused',
    spend: 'approval-refused',
    'time-up': 'stays',
  },
  spent: { give: 'approval-spent', refuse: 'approval-spent', spend: 'approval-spent', 'time-up': 'stays' },
  expired: {
    give: 'approval-expired',
    refuse: 'approval-expired',
    spend: 'approval-expired',
    'time-up': 'stays',
  },
} as const satisfies Record<State, Record<Move, Cell>>;

export interface Given {
  readonly by: string;
  readonly how: ApprovalMethod;
}

export type Approval = Omit<ApprovalAsked, 'kind' | 'v'> & {
  readonly askedAtMs: number;
  readonly given: readonly Given[];
  /** By facts; `expired` comes from the clock, see `stateOf`. */
  readonly state: Exclude<State, 'expired'>;
};

/** The state at this time: no fact says that time is up. */
export function stateOf({ state, expiresAtMs }: Approval, nowMs: number): State {
  if (nowMs < expiresAtMs) return state;
  const next: Cell = TABLE[state]['time-up'];
  return next === 'stays' ? state : next;
}

function isOpen(approval: Approval, nowMs: number): boolean {
  const state = stateOf(approval, nowMs);
  return state === 'waiting' || state === 'given';
}

/** Null when the move is open to the approval in its state; else the refusal. */
export function refusedMove(
  approval: Approval,
  move: 'give' | 'refuse' | 'spend',
  nowMs: number,
): Refused<ApprovalRefusal> | null {
  const cell: Cell = TABLE[stateOf(approval, nowMs)][move];
  if (!isRefusal(cell)) return null;
  return refuse({ reason: cell, text: `Approval ${approval.approval} ${REFUSED_AS[cell]}.` });
}

type MoveRefusal = Extract<Cell, ApprovalRefusal['reason']>;

const REFUSED_AS: Readonly<Record<MoveRefusal, string>> = {
  'second-person-needed': 'still waits for a second person',
  'approval-refused': 'was refused',
  'approval-spent': 'was used; it works once',
  'approval-expired': 'was not used within ten minutes',
};

function isRefusal(cell: Cell): cell is MoveRefusal {
  return cell in REFUSED_AS;
}

export type Asking = Omit<ApprovalAsked, 'kind' | 'v' | 'approval' | 'asking' | 'expiresAtMs'>;

/** The approval that waits, or was given, for the same thing by the same person under the same policy. */
export function openFor(
  approvals: Iterable<Approval>,
  { subject, by, person, branch, needs, action }: Omit<Asking, 'call' | 'text'>,
  nowMs: number,
): Approval | null {
  for (const one of approvals) {
    const same = one.subject === subject && one.by === by && one.person === person;
    if (same && one.branch === branch && one.needs === needs && one.action === action && isOpen(one, nowMs))
      return one;
  }
  return null;
}

/** The fact that writes an asking down. `approval` and `asking` are new. */
export function decideAsk(
  approvals: Iterable<Approval>,
  asking: Asking & { readonly approval: string; readonly asking: string },
  nowMs: number,
): Result<ApprovalAsked, ApprovalRefusal> {
  let waiting = 0;
  for (const one of approvals) if (isOpen(one, nowMs)) waiting += 1;
  if (waiting >= WAITING_MAX) {
    const text = `${WAITING_MAX} approvals wait already; give or refuse some first.`;
    return refuse({ reason: 'too-many-approvals', text });
  }
  return ok({
    kind: 'approval-asked',
    v: 1,
    approval: asking.approval,
    action: asking.action,
    call: asking.call,
    subject: asking.subject,
    asking: asking.asking,
    text: asking.text.slice(0, TEXT_MAX),
    by: asking.by,
    person: asking.person,
    branch: asking.branch,
    needs: asking.needs,
    expiresAtMs: nowMs + APPROVAL_LIFE_MS,
  });
}

/**
 * The fact that gives it, or null when this one has given it already. Whether the giver has the right to is for
 * `mayGive`; here: not the one who asks, and only in a way that the policy names.
 */
export function decideGive(
  approval: Approval,
  given: Given,
  nowMs: number,
): Result<ApprovalGiven | null, ApprovalRefusal> {
  const refused = refusedMove(approval, 'give', nowMs);
  if (refused !== null) return refused;
  const isPerson = given.how === 'session' || given.how === 'same-screen';
  if (isPerson && (given.by === approval.by || given.by === approval.person)) {
    return refuse({ reason: 'same-person', text: `${given.by} asks for it; somebody else must agree.` });
  }
  if (!satisfies(approval.needs, given.how)) {
    const text = `This needs ${NEEDS[approval.needs]}, not ${NAMES[given.how]}.`;
    return refuse({ reason: 'may-not-approve', text });
  }
  // Headquarters is one party, whatever name comes with its answer.
  if (approval.given.some(({ by, how }) => how === given.how && (!isPerson || by === given.by)))
    return ok(null);
  const { approval: id, subject } = approval;
  return ok({ kind: 'approval-given', v: 1, approval: id, subject, by: given.by, how: given.how });
}

const NAMES: Readonly<Record<ApprovalMethod, string>> = {
  session: 'a person’s own session',
  'same-screen': 'a person at this screen',
  'remote-signature': 'a remote signature',
  'telephone-code': 'a telephone code',
  'break-glass': 'the sealed credential',
};

export const NEEDS: Readonly<Record<Requirement, string>> = {
  one: 'nobody else',
  two: 'a second person',
  'remote-signature': 'headquarters’ signature',
  'telephone-code': 'headquarters’ code by telephone',
};

/** As evidence names who agreed: headquarters' answers are marked, so that no name passes for a session of ours. */
export function nameOf({ by, how }: Given): string {
  if (how === 'remote-signature') return `${by} (remote signature)`;
  return how === 'telephone-code' ? `${by} (telephone code)` : by;
}

/** Changes what is remembered by one fact. A new epoch begins with no approval: a copy may have lost a spending. */
export function apply(approvals: Map<string, Approval>, { fact, atMs }: Entry): void {
  if (fact.kind === 'epoch-opened') {
    approvals.clear();
  } else if (fact.kind === 'approval-asked') {
    const { kind: _kind, v: _v, ...asked } = fact;
    approvals.set(fact.approval, { ...asked, askedAtMs: atMs, given: [], state: 'waiting' });
    forgetOld(approvals, atMs);
  } else if (fact.kind === 'approval-given') {
    const { by, how } = fact;
    change(approvals, fact.approval, (one) => {
      return { ...one, state: 'given', given: [...one.given, { by, how }] };
    });
  } else if (fact.kind === 'approval-refused') {
    change(approvals, fact.approval, (one) => ({ ...one, state: 'refused' }));
  } else if (fact.kind === 'approval-spent') {
    change(approvals, fact.approval, (one) => ({ ...one, state: 'spent' }));
  }
}

function change(approvals: Map<string, Approval>, id: string, to: (one: Approval) => Approval): void {
  const one = approvals.get(id);
  if (one !== undefined) approvals.set(id, to(one));
}

/** The oldest that is over goes first; fewer are open than are kept. */
function forgetOld(approvals: Map<string, Approval>, nowMs: number): void {
  for (const [id, one] of approvals) {
    if (approvals.size <= KEPT_MAX) return;
    if (!isOpen(one, nowMs)) approvals.delete(id);
  }
}
