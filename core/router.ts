import {
  isContractProcedure,
  ORPCError,
  type AnyContractRouter,
  type ContractProcedure,
} from '@orpc/contract';
import type { InferSchemaInput, InferSchemaOutput } from '@orpc/contract';
import { implement, type Router } from '@orpc/server';
import { contract, type Contract } from './contract.ts';
import { assert } from './lib/assert.ts';
import { PUBLIC_PERMISSION } from './lib/procedure.ts';
import type { CallMeta, Doing, Touched } from './lib/procedure.ts';
import type { Result } from './lib/result.ts';
import type { Actor, CallContext, HandlerContext } from './door.ts';
import type { AccountScope } from './model/scope.ts';
import { isResult, withPersons } from './router-persons.ts';
import type { AnyRefusal, Asked, PersonsDeps } from './router-persons.ts';

type Answer<Output> = Frozen<Output> | Result<Frozen<Output>, AnyRefusal>;
type HandlerOf<Procedure> =
  Procedure extends ContractProcedure<infer Input, infer Output, infer _Errors, infer _Meta>
    ? (
        input: InferSchemaOutput<Input>,
        context: HandlerContext,
      ) => Answer<InferSchemaInput<Output>> | Promise<Answer<InferSchemaInput<Output>>>
    : never;

/** One function for each call of a contract, in the contract's shape: a missing one does not compile. */
export type Handlers<Calls> =
  Calls extends ContractProcedure<infer _I, infer _O, infer _E, infer _M>
    ? HandlerOf<Calls>
    : { readonly [Name in keyof Calls]: Handlers<Calls[Name]> };

/** Handlers give what they hold; the door does not change it. */
type Frozen<Value> = unknown extends Value
  ? Value
  : Value extends string | number | bigint | boolean | symbol | null | undefined | AsyncIterable<unknown>
    ? Value
    : Value extends readonly (infer Item)[]
      ? readonly Frozen<Item>[]
      : { readonly [Key in keyof Value]: Frozen<Value[Key]> };

/** What the one door asks of the services behind it. */
export interface RouterDeps extends PersonsDeps {
  /** Who it is: `nobody` when the wire carries nothing. A refusal when what it carries is not, or no longer, good. */
  readonly identify: (context: CallContext) => Promise<Result<Actor, AnyRefusal>>;
  readonly permits: (actor: Actor, permission: string, call: string) => boolean;
  /** Why the desk's mode does not let this be done now; null when it does. */
  readonly modeRefuses: (doing: Doing) => AnyRefusal | null;
  readonly scopeOf: (actor: Actor) => AccountScope;
  /** The accounts of orders, runs and plans that an input names; null when one of them is unknown. */
  readonly accountsOf: (touched: Touched) => readonly string[] | null;
  /** A person did something, as opposed to their screen. */
  readonly touched: (actor: Actor) => void;
  /** The door turned a call away: it is written down. */
  readonly refused: (call: string, by: string, context: CallContext, reason: string) => void;
  readonly newId: () => string;
  readonly logBug: (id: string, call: string, error: Error) => void;
}

/** A door over some contract; what a wire needs to know of it. */
export type Door = Router<AnyContractRouter, CallContext>;
export type AppRouter = Router<Contract, CallContext>;

/**
 * The one door: live session, permission, mode, parse, run, parse, answer. The same object stands behind HTTP,
 * WebSocket, Electron's message port and the command line (I10).
 */
export function createRouter(handlers: Handlers<Contract>, deps: RouterDeps): AppRouter {
  return createDoor(contract, handlers, deps);
}

/** The same over any contract. */
export function createDoor<Calls extends AnyContractRouter>(
  calls: Calls,
  handlers: Handlers<Calls>,
  deps: RouterDeps,
): Router<Calls, CallContext> {
  // The walk gives each procedure of the contract its handler; `Handlers<Calls>` has checked the pairing.
  return bind(calls, handlers, { ...deps, running: new Set() }) as unknown as Router<Calls, CallContext>;
}

/** With the calls of the door that wait for persons or run under their approval. */
type DoorDeps = RouterDeps & { readonly running: Set<string> };

function bind(calls: AnyContractRouter, handlers: unknown, deps: DoorDeps): unknown {
  if (isContractProcedure(calls)) return bindOne(calls, handlers, deps);
  assert(isRecord(handlers), 'handlers have the shape of the contract');
  return Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [name, bind(call, handlers[name], deps)]),
  );
}

/** The session is looked at before the input is parsed, and a wrong answer does not pass the door either. */
const DOOR_FIRST = { initialInputValidationIndex: 1, initialOutputValidationIndex: 1 };

function bindOne(call: Parameters<typeof implement>[0], handler: unknown, deps: DoorDeps): unknown {
  assert(isHandler(handler), 'each call of the contract has a handler');
  assert(isContractProcedure(call), 'a leaf of the contract is a procedure');
  const meta = call['~orpc'].meta as CallMeta;
  return implement(call, DOOR_FIRST)
    .$context<CallContext>()
    .use(async ({ context, path, next }) => {
      const name = path.join('.');
      const actor = await admitted(deps, meta, context, name);
      try {
        const done = await next({ context: { actor } });
        return isStream(done.output)
          ? { ...done, output: guard(done.output, context, meta, name, deps) }
          : done;
      } catch (error) {
        throw atTheBorder(error, name, deps);
      }
    })
    .handler(async ({ input, context, path, signal }) => {
      const asked: Asked = { meta, name: path.join('.'), input, actor: context.actor };
      const scope = deps.scopeOf(context.actor);
      const outside = outsideOf(deps, asked, scope);
      if (outside !== null) throw turnedAway(deps, asked.name, context.actor.by, context, outside);
      const answer: unknown = await withPersons(deps, asked, (persons) =>
        handler(input, {
          by: context.actor.by,
          actor: context.actor,
          persons,
          scope,
          origin: context.origin,
          carry: context.carry,
          signal,
        }),
      );
      if (!isResult(answer)) return answer;
      if (answer.ok) return answer.value;
      const { reason, text } = answer.refusal;
      if (TOLD.has(reason)) deps.refused(asked.name, context.actor.by, context, reason);
      throw failure('REFUSED', reason, text);
    });
}

/**
 * Refusals of services that say that somebody reached for what is not theirs: written down like the door's own. What
 * a service writes down by itself (a wrong password, a used refresh token) is not among them.
 */
const TOLD: ReadonlySet<string> = new Set([
  'ticket-expired',
  'not-first-run',
  'token-invalid',
  'wrong-enrolment-code',
  'too-many-attempts',
  'key-may-not-trade',
  'unknown-call',
  'unknown-key',
  'unknown-session',
  'own-change',
  'last-admin',
  'same-person',
  'may-not-approve',
  'approval-spent',
  'wrong-signature',
  'wrong-code',
  'hash-differs',
]);

/** Who asks, if they may ask this at all: live session, not locked, permission, mode. Nothing of the input is read yet. */
async function admitted(
  deps: RouterDeps,
  meta: CallMeta,
  context: CallContext,
  name: string,
): Promise<Actor> {
  const found = await deps.identify(context);
  if (!found.ok) {
    if (meta.permission === PUBLIC_PERMISSION) {
      // A dead session must not keep anybody from signing in, and its wire need not keep what carried it.
      if (context.credential()?.kind === 'session') context.carry(null, 0);
      return NOBODY;
    }
    throw turnedAway(deps, name, 'nobody', context, { code: 'UNAUTHORIZED', ...found.refusal });
  }
  const actor = found.value;
  if (meta.permission === PUBLIC_PERMISSION) return actor;
  if (actor.role === 'nobody') {
    const text = 'Sign in first: there is no live session.';
    throw turnedAway(deps, name, 'nobody', context, { code: 'UNAUTHORIZED', reason: 'no-session', text });
  }
  if (actor.session !== null && actor.session.lockedAtMs !== null && meta.whenLocked !== true) {
    const text = 'The screen is locked: unlock it by the second factor.';
    throw turnedAway(deps, name, actor.by, context, { code: 'UNAUTHORIZED', reason: 'session-locked', text });
  }
  if (!deps.permits(actor, meta.permission, name)) {
    const text = `${actor.by} may not ${meta.permission}.`;
    throw turnedAway(deps, name, actor.by, context, {
      code: 'FORBIDDEN',
      reason: 'permission-missing',
      text,
    });
  }
  const mode = meta.doing === undefined ? null : deps.modeRefuses(meta.doing);
  if (mode !== null) throw failure('REFUSED', mode.reason, mode.text);
  if (!isReading(meta.permission)) deps.touched(actor);
  return actor;
}

const NOBODY: Actor = { by: 'nobody', role: 'nobody', user: null, session: null, key: null };

/** A screen reads by itself, so reading is no sign of a person. */
function isReading(permission: string): boolean {
  return /[.]read(-own)?$/.test(permission);
}

interface TurnedAway extends AnyRefusal {
  readonly code: keyof typeof STATUS;
}

/** Why the input is not the actor's to touch; null when it is. The text tells nothing about what is there. */
function outsideOf(deps: RouterDeps, asked: Asked, scope: AccountScope): TurnedAway | null {
  const check = asked.meta.accounts;
  if (scope.all || typeof check !== 'function') return null;
  // The door parsed the input by the call's own schema just before.
  const touched = (check as (input: unknown) => Touched)(asked.input);
  const accounts = deps.accountsOf(touched);
  if (accounts !== null && accounts.every((account) => scope.has(account))) return null;
  const text = `${asked.actor.by} has no such account here.`;
  return { code: 'FORBIDDEN', reason: 'not-your-account', text };
}

function turnedAway(
  deps: RouterDeps,
  name: string,
  by: string,
  context: CallContext,
  { code, reason, text }: TurnedAway,
): ORPCError<string, AnyRefusal> {
  deps.refused(name, by, context, reason);
  return failure(code, reason, text);
}

/** A stream ends with its session, and its bugs are bugs like any other. */
async function* guard(
  stream: AsyncIterable<unknown>,
  context: CallContext,
  meta: CallMeta,
  name: string,
  deps: RouterDeps,
) {
  try {
    for await (const item of stream) {
      await admitted(deps, meta, context, name);
      yield item;
    }
  } catch (error) {
    throw atTheBorder(error, name, deps);
  }
}

/** Known errors pass, all others become one code with an id; what happened is in the log, not on the wire. */
function atTheBorder(error: unknown, call: string, deps: RouterDeps): Error {
  if (error instanceof ORPCError && error.code !== 'INTERNAL_SERVER_ERROR') return error;
  const id = deps.newId();
  deps.logBug(id, call, error instanceof Error ? error : new Error(String(error)));
  return new ORPCError('INTERNAL', { status: 500, message: 'internal', data: { id } });
}

const STATUS = { UNAUTHORIZED: 401, FORBIDDEN: 403, REFUSED: 409 } as const;

function failure(code: keyof typeof STATUS, reason: string, text: string): ORPCError<string, AnyRefusal> {
  return new ORPCError(code, { status: STATUS[code], message: text, data: { reason, text } });
}

function isHandler(value: unknown): value is (input: unknown, context: HandlerContext) => unknown {
  return typeof value === 'function';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return isRecord(value) && Symbol.asyncIterator in value;
}
