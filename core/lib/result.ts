/**
 * The one error style of the house: a refusal is a value from a closed list, a bug is a throw.
 * Every refusal has a `reason` from its service's closed union; further fields say what and where.
 */
export interface Ok<Value> {
  readonly ok: true;
  readonly value: Value;
}

export interface Refused<Refusal> {
  readonly ok: false;
  readonly refusal: Refusal;
}

export type Result<Value, Refusal> = Ok<Value> | Refused<Refusal>;

/** A thing done. */
export function ok<Value>(value: Value): Ok<Value> {
  return { ok: true, value };
}

/** A thing not done, and why. */
export function refuse<const Refusal>(refusal: Refusal): Refused<Refusal> {
  return { ok: false, refusal };
}
