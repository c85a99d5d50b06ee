import { createHash } from 'node:crypto';
import type { AuthPort, AuthRefusal } from '#core/auth/port.ts';
import type { Actor } from '#core/door.ts';
import type { Host } from '#core/host.ts';
import type { Journal, Projection } from '#core/journal/port.ts';
import type { Action } from '#core/lib/procedure.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import type { Origin } from '#core/sessions/port.ts';
import type { User, UsersPort } from '#core/users/port.ts';
import type { ApprovalShown } from './contract.ts';
import {
  apply,
  decideAsk,
  decideGive,
  nameOf,
  NEEDS,
  openFor,
  refusedMove,
  stateOf,
  WRONG_CODES_MAX,
} from './domain.ts';
import type { Approval, Given } from './domain.ts';
import { mayGive, satisfies } from './domain-givers.ts';
import { challengeOf } from './domain-headquarters.ts';
import type { ApprovalFact } from './events.ts';
import type { ApprovalRefusal, ApprovalsPort, Requirement } from './port.ts';
import { isCode, isSignature } from './service-headquarters.ts';
import type { HeadquartersKeys } from './service-headquarters.ts';

export interface ApprovalsDeps extends HeadquartersKeys {
  readonly journal: Pick<Journal, 'append' | 'desk'>;
  readonly host: Pick<Host, 'now' | 'randomBytes'>;
  /** Policy: who must agree to this action of this branch. */
  readonly needs: (action: Action, branch: string) => Requirement;
  readonly users: Pick<UsersPort, 'active'>;
  readonly may: (user: User, permission: string) => boolean;
  readonly proveBoth: AuthPort['proveBoth'];
}

type Done = Result<ApprovalShown, ApprovalRefusal>;
type AskedOf = Parameters<ApprovalsPort['persons']>[0];
interface Caller {
  readonly by: string;
  readonly actor: Pick<Actor, 'role' | 'user' | 'session'>;
}

const ID_BYTES = 12;

/** What is remembered, with the questions that several calls have. */
interface Book {
  readonly deps: ApprovalsDeps;
  readonly approvals: Map<string, Approval>;
  /** Wrong telephone codes since start, by approval. */
  readonly wrongCodes: Map<string, number>;
  /** Used, though the journal could not take it: dead until the next start, when the journal must be writable. */
  readonly usedUnwritten: Set<string>;
}

/** Second persons: who must agree, who did, and that it counts once. */
export function createApprovals(deps: ApprovalsDeps) {
  const book: Book = { deps, approvals: new Map(), wrongCodes: new Map(), usedUnwritten: new Set() };
  const projection: Projection = {
    name: 'approvals',
    memory: (entry) => {
      apply(book.approvals, entry);
      for (const kept of [book.wrongCodes, book.usedUnwritten])
        for (const id of kept.keys()) if (!book.approvals.has(id)) kept.delete(id);
    },
  };
  const port: ApprovalsPort = {
    persons: (asked) => persons(book, asked),
    spend(subject, names) {
      const used = [...book.approvals.values()].filter(
        (one) => one.subject === subject && one.by === names[0] && stateOf(one, deps.host.now()) === 'given',
      );
      if (used.length === 0) return;
      const facts = used.map(({ approval }): ApprovalFact => {
        return { kind: 'approval-spent', v: 1, approval, persons: names };
      });
      if (deps.journal.append(facts).ok) return;
      for (const { approval } of used) book.usedUnwritten.add(approval);
    },
  };
  return { port, projection, handlers: handlersOf(book) };
}

function persons(book: Book, asked: AskedOf): Result<readonly string[], ApprovalRefusal> {
  const { deps, approvals } = book;
  const { atLeast = 1, ...rest } = asked;
  const policy = deps.needs(asked.action, asked.branch);
  const needs = policy === 'one' && atLeast >= 2 ? 'two' : policy;
  if (needs === 'one') return ok([asked.by]);
  const nowMs = deps.host.now();
  const asking = { ...rest, person: asked.person ?? asked.by, needs };
  const open = openFor(approvals.values(), asking, nowMs);
  if (open !== null) {
    if (book.usedUnwritten.has(open.approval)) {
      return refuse({ reason: 'approval-spent', text: `Approval ${open.approval} was used; it works once.` });
    }
    const giver = open.given.find((given) => counts(book, open, given));
    return giver === undefined ? needed(open.approval, needs) : ok([asked.by, nameOf(giver)]);
  }
  const approval = Buffer.from(deps.host.randomBytes(ID_BYTES)).toString('base64url');
  const bound = createHash('sha256')
    .update(`${deps.journal.desk} ${approval} ${asked.subject}`)
    .digest('hex');
  const decided = decideAsk(approvals.values(), { ...asking, approval, asking: bound }, nowMs);
  if (!decided.ok) return decided;
  const written = deps.journal.append([decided.value]);
  return written.ok ? needed(approval, needs) : written;
}

function needed(approval: string, needs: Requirement) {
  const text = `This needs ${NEEDS[needs]}: approval ${approval} waits. Afterwards make the same call again.`;
  return refuse<ApprovalRefusal>({ reason: 'second-person-needed', text });
}

/** Does this agreement still count? A person who was disabled, or lost the right, since then agrees to nothing. */
function counts({ deps }: Book, approval: Approval, { by, how }: Given): boolean {
  if (!satisfies(approval.needs, how)) return false;
  if (how !== 'session' && how !== 'same-screen') return true;
  const user = deps.users.active(by);
  return user !== null && mayGive(user, approval, deps.may);
}

function handlersOf(book: Book) {
  const { deps, approvals } = book;
  return {
    list: (_input: unknown, caller: Caller) => ({
      approvals: [...approvals.values()]
        .filter((one) => maySee(book, one, caller))
        .map((one) => shown(book, one, caller))
        .toReversed(),
    }),
    give: ({ approval }: { readonly approval: string }, caller: Caller): Done => {
      const user = personOf(book, caller);
      return user === null ? notAllowed() : givenBy(book, approval, user, 'session', caller);
    },
    giveHere: (input: HereInput, caller: Caller & { readonly origin: Origin }) =>
      giveHere(book, input, caller),
    giveSigned: ({ approval, name, signature }: SignedInput, caller: Caller): Done => {
      const one = approvals.get(approval);
      if (one === undefined) return unknownApproval();
      const given: Given = { by: name, how: 'remote-signature' };
      const decided = decideGive(one, given, deps.host.now());
      if (!decided.ok) return decided;
      if (!isSignature(deps, one.asking, signature)) {
        return refuse({
          reason: 'wrong-signature',
          text: 'This is not headquarters’ signature of this asking.',
        });
      }
      return write(book, approval, decided.value, caller);
    },
    giveCode: (input: CodeInput, caller: Caller): Done => giveCode(book, input, caller),
    refuse: (
      { approval, why }: { readonly approval: string; readonly why: string },
      caller: Caller,
    ): Done => {
      const one = approvals.get(approval);
      if (one === undefined) return unknownApproval();
      const user = personOf(book, caller);
      const asker = caller.by === one.by;
      if (!asker && (user === null || !mayGive(user, one, deps.may))) return notAllowed();
      const refused = refusedMove(one, 'refuse', deps.host.now());
      if (refused !== null) return refused;
      return write(book, approval, { kind: 'approval-refused', v: 1, approval, by: caller.by, why }, caller);
    },
  };
}

interface HereInput {
  readonly approval: string;
  readonly user: string;
  readonly password: string;
  readonly code: string;
}
interface SignedInput {
  readonly approval: string;
  readonly name: string;
  readonly signature: string;
}
interface CodeInput {
  readonly approval: string;
  readonly name: string;
  readonly code: string;
}

async function giveHere(
  book: Book,
  { approval, user: name, password, code }: HereInput,
  caller: Caller & { readonly origin: Origin },
): Promise<Result<ApprovalShown, ApprovalRefusal | AuthRefusal>> {
  const { deps, approvals } = book;
  const before = approvals.get(approval);
  if (before === undefined) return unknownApproval();
  const possible = decideGive(before, { by: name, how: 'same-screen' }, deps.host.now());
  if (!possible.ok) return possible;
  const proved = await deps.proveBoth(name, password, code, caller.origin.address);
  if (!proved.ok) {
    const { reason, text } = proved.refusal;
    if (reason === 'locked-out' || reason === 'busy') return proved;
    return refuse({ reason: 'wrong-proof', text });
  }
  const user = deps.users.active(name);
  return user === null ? notAllowed() : givenBy(book, approval, user, 'same-screen', caller);
}

function givenBy(book: Book, id: string, user: User, how: 'session' | 'same-screen', caller: Caller): Done {
  const one = book.approvals.get(id);
  if (one === undefined) return unknownApproval();
  const decided = decideGive(one, { by: user.user, how }, book.deps.host.now());
  if (!decided.ok) return decided;
  if (!mayGive(user, one, book.deps.may)) return notAllowed();
  return write(book, id, decided.value, caller);
}

function giveCode(book: Book, { approval, name, code }: CodeInput, caller: Caller): Done {
  const { deps, approvals, wrongCodes } = book;
  const one = approvals.get(approval);
  if (one === undefined) return unknownApproval();
  const decided = decideGive(one, { by: name, how: 'telephone-code' }, deps.host.now());
  if (!decided.ok) return decided;
  const wrong = wrongCodes.get(approval) ?? 0;
  // The journal could not take the refusal: the approval is dead all the same.
  if (wrong >= WRONG_CODES_MAX) return refuse({ reason: 'approval-refused', text: WRONG_CODES });
  if (isCode(deps, one.asking, code)) return write(book, approval, decided.value, caller);
  wrongCodes.set(approval, wrong + 1);
  if (wrong + 1 < WRONG_CODES_MAX) {
    const text = `Wrong code; ${WRONG_CODES_MAX - wrong - 1} more tries.`;
    return refuse({ reason: 'wrong-code', text });
  }
  deps.journal.append([{ kind: 'approval-refused', v: 1, approval, by: 'desk', why: WRONG_CODES }]);
  return refuse({ reason: 'wrong-code', text: `${WRONG_CODES}: the approval is dead.` });
}

const WRONG_CODES = `${WRONG_CODES_MAX} wrong codes`;

/** Appends what was decided, if anything, and shows the approval as it then is. */
function write(book: Book, id: string, fact: ApprovalFact | null, caller: Caller): Done {
  if (fact !== null) {
    const written = book.deps.journal.append([fact]);
    if (!written.ok) return written;
  }
  const one = book.approvals.get(id);
  return one === undefined ? unknownApproval() : ok(shown(book, one, caller));
}

/** A person in a session; a key or the desk itself is nobody's second person. */
function personOf({ deps }: Book, { actor }: Caller): User | null {
  if (actor.session === null || actor.user === null || actor.role === 'key') return null;
  return deps.users.active(actor.user.user);
}

/** Admins see all; others what they asked, and what they may be the second person of. */
function maySee(book: Book, one: Approval, caller: Caller): boolean {
  if (caller.actor.role === 'admin' || caller.actor.role === 'desk' || caller.by === one.by) return true;
  const user = personOf(book, caller);
  return user !== null && mayGive(user, one, book.deps.may);
}

function shown(book: Book, one: Approval, caller: Caller): ApprovalShown {
  const state = stateOf(one, book.deps.host.now());
  const stillGiven = state === 'given' && one.given.some((given) => counts(book, one, given));
  const seen = state === 'given' && !stillGiven ? 'waiting' : state;
  const user = personOf(book, caller);
  const other = user !== null && user.user !== one.by && user.user !== one.person;
  return {
    approval: one.approval,
    action: one.action,
    call: one.call,
    subject: one.asking,
    challenge: challengeOf(one.asking),
    text: one.text,
    by: one.by,
    branch: one.branch,
    needs: one.needs,
    askedAtMs: one.askedAtMs,
    expiresAtMs: one.expiresAtMs,
    given: one.given.map(({ by, how }) => ({ by, how })),
    state: seen,
    mayGive:
      seen === 'waiting' && other && satisfies(one.needs, 'session') && mayGive(user, one, book.deps.may),
  };
}

function unknownApproval() {
  return refuse<ApprovalRefusal>({ reason: 'unknown-approval', text: 'There is no such approval.' });
}

function notAllowed() {
  return refuse<ApprovalRefusal>({
    reason: 'may-not-approve',
    text: 'This person may not agree to this; see who may in the policy of approvals.',
  });
}
