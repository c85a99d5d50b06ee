/** A broken invariant of ours: never a consequence of input, always a bug. Stays on in production. */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** Stops at once when something that must hold does not. `message` says what must hold. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}

/** The default of an exhaustive switch: does not compile while a case is missing. */
export function assertNever(value: never): never {
  throw new Bug(`unexpected case: ${JSON.stringify(value)}`);
}

/** The value, or a bug when it is absent. `what` names the thing that must be there. */
export function present<Value>(value: Value | null | undefined, what: string): Value {
  if (value === null || value === undefined) throw new Bug(`${what} must be there`);
  return value;
}
