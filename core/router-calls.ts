import { isContractProcedure, type AnyContractRouter } from '@orpc/contract';
import type { CallMeta } from './lib/procedure.ts';

/** Every call of a contract by its path, as `positions.list`, with what it states about itself. */
export function callsOf(calls: AnyContractRouter, path = ''): ReadonlyMap<string, CallMeta> {
  // Each leaf was made by the contract builder of the house.
  if (isContractProcedure(calls)) return new Map([[path, calls['~orpc'].meta as CallMeta]]);
  const found = new Map<string, CallMeta>();
  for (const [name, below] of Object.entries(calls)) {
    for (const [at, meta] of callsOf(below, path === '' ? name : `${path}.${name}`)) found.set(at, meta);
  }
  return found;
}
