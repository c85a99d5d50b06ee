import type { Fact } from '#core/events.ts';
import type { FactOf } from './handback.ts';

/** What a desk's file says of its runs and of a main that came back in the middle of one. */
export interface RunsJudged {
  /** Rows that a run closed after main was heard again and before persons accepted it. */
  readonly flatAfterReturn: number;
  /** Runs that stood still or were stopped though nobody had accepted main and no desk had died. */
  readonly complaints: readonly string[];
}

/** Reads the file's facts in order; nobody's word is taken. */
export function judgeRuns(facts: readonly FactOf[]): RunsJudged {
  const complaints: string[] = [];
  const live = new Set<string>();
  let mode = '';
  let isHeard = false;
  let flatAfterReturn = 0;
  for (const { epoch, seq, body } of facts) {
    const fact = JSON.parse(body) as Fact;
    if (fact.kind === 'mode-changed') mode = fact.to;
    if (fact.kind === 'main-heard') isHeard = fact.state === 'up';
    // A desk that died, or whose session of orders persons reset, takes no run up that may be forgotten.
    if (fact.kind === 'desk-started' || (fact.kind === 'session-reset' && fact.session === 'orders'))
      live.clear();
    if (fact.kind === 'plan-approved' || fact.kind === 'run-resumed') live.add(fact.runId);
    if (fact.kind === 'run-ended') live.delete(fact.runId);
    if (fact.kind === 'row-flat' && isHeard && mode === 'EMERGENCY') flatAfterReturn += 1;
    if (fact.kind !== 'run-paused' && fact.kind !== 'run-stopped') continue;
    if (!live.delete(fact.runId) || mode !== 'EMERGENCY') continue;
    complaints.push(`${epoch}/${seq}: ${fact.kind} though nobody had accepted main: ${fact.why}`);
  }
  return { flatAfterReturn, complaints };
}
