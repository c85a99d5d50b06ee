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
import type { CallMeta } from './lib/procedure.ts';
import type { Result } from './lib/result.ts';
import type { Session, SessionsPort } from './sessions/port.ts';

/** What a wire says about a call: which session it belongs to. It is looked up again at each call. */
export type CallContext = { readonly sessionId: string | null };

/** What a handler is told beside its parsed input. */
export interface HandlerContext {
  /** The person, as facts name them. */
  readonly by: string;
  readonly session: Session;
  readonly signal?: AbortSignal | undefined;
}

/** A refusal of any service, as the door passes it on: its reason, a sentence, and what else it says. */
export interface AnyRefusal {
  readonly reason: string;
  readonly text: string;
}

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

export interface RouterDeps {
  readonly sessions: SessionsPort;
  readonly newId: () => string;
  readonly logBug: (id: string, call: string, error: Error) => void;
}

/** A door over some contract; what a wire needs to know of it. */
export type Door = Router<AnyContractRouter, CallContext>;
export type AppRouter = Router<Contract, CallContext>;

/**
 * The one door: live session, permission, parse, run, parse, answer. The same object stands behind HTTP,
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
  return bind(calls, handlers, deps) as unknown as Router<Calls, CallContext>;
}

function bind(calls: AnyContractRouter, handlers: unknown, deps: RouterDeps): unknown {
  if (isContractProcedure(calls)) return bindOne(calls, handlers, deps);
  assert(isRecord(handlers), 'handlers have the shape of the contract');
  return Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [name, bind(call, handlers[name], deps)]),
  );
}

/** The session is looked at before the input is parsed, and a wrong answer does not pass the door either. */
const DOOR_FIRST = { initialInputValidationIndex: 1, initialOutputValidationIndex: 1 };

function bindOne(call: Parameters<typeof implement>[0], handler: unknown, deps: RouterDeps): unknown {
  assert(isHandler(handler), 'each call of the contract has a handler');
  assert(isContractProcedure(call), 'a leaf of the contract is a procedure');
  const { permission } = call['~orpc'].meta as CallMeta;
  return implement(call, DOOR_FIRST)
    .$context<CallContext>()
    .use(async ({ context, path, next }) => {
      const session = liveSession(deps.sessions, context);
      if (!deps.sessions.permits(session, permission)) {
        throw failure('FORBIDDEN', 'permission-missing', `${session.by} may not ${permission}.`);
      }
      try {
        const done = await next({ context: { session } });
        return isStream(done.output) ? { ...done, output: guard(done.output, context, path, deps) } : done;
      } catch (error) {
        throw atTheBorder(error, path, deps);
      }
    })
    .handler(async ({ input, context, signal }) => {
      const { session } = context;
      const answer: unknown = await handler(input, { by: session.by, session, signal });
      if (!isResult(answer)) return answer;
      if (answer.ok) return answer.value;
      throw failure('REFUSED', answer.refusal.reason, answer.refusal.text);
    });
}

/** A stream ends with its session, and its bugs are bugs like any other. */
async function* guard(
  stream: AsyncIterable<unknown>,
  context: CallContext,
  path: readonly string[],
  deps: RouterDeps,
) {
  try {
    for await (const item of stream) {
      liveSession(deps.sessions, context);
      yield item;
    }
  } catch (error) {
    throw atTheBorder(error, path, deps);
  }
}

function liveSession(sessions: SessionsPort, context: CallContext): Session {
  const session = context.sessionId === null ? null : sessions.find(context.sessionId);
  if (session === null)
    throw failure('UNAUTHORIZED', 'no-session', 'Sign in first: there is no live session.');
  return session;
}

/** Known errors pass, all others become one code with an id; what happened is in the log, not on the wire. */
function atTheBorder(error: unknown, path: readonly string[], deps: RouterDeps): Error {
  if (error instanceof ORPCError && error.code !== 'INTERNAL_SERVER_ERROR') return error;
  const id = deps.newId();
  deps.logBug(id, path.join('.'), error instanceof Error ? error : new Error(String(error)));
  return new ORPCError('INTERNAL', { status: 500, message: 'internal', data: { id } });
}

const STATUS = { UNAUTHORIZED: 401, FORBIDDEN: 403, REFUSED: 409 } as const;

function failure(code: keyof typeof STATUS, reason: string, text: string): ORPCError<string, AnyRefusal> {
  return new ORPCError(code, { status: STATUS[code], message: text, data: { reason, text } });
}

function isResult(answer: unknown): answer is Result<unknown, AnyRefusal> {
  if (!isRecord(answer)) return false;
  return (
    (answer['ok'] === true && 'value' in answer) || (answer['ok'] === false && isRecord(answer['refusal']))
  );
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
