import type { ExitAsked } from './contract.ts';
import type { ExitRequest } from './plan-input.ts';
import type { SquareOff } from './service.ts';

interface Context {
  readonly by: string;
}

/** Handlers of the square-off's contract. Who instructed comes from the session, never from the caller. */
export function squareOffCalls(handlers: SquareOff['handlers']) {
  return {
    ...handlers,
    dryRun: (asked: ExitAsked, context: Context) => handlers.dryRun(signed(asked, context.by), context),
  };
}

function signed({ scope, evidence, instructions }: ExitAsked, by: string): Omit<ExitRequest, 'by'> {
  return {
    scope:
      scope.kind === 'all'
        ? scope
        : {
            kind: 'rows',
            rows: scope.rows.map((row) => ({ ...row, evidence: row.evidence === null ? null : { ...row.evidence, by } })),
          },
    evidence: evidence === null ? null : { ...evidence, by },
    instructions: instructions.map((one) => ({ account: one.account, evidence: { ...one.evidence, by } })),
  };
}
