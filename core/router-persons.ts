import { createHash } from 'node:crypto';
import type { Actor } from './door.ts';
import type { Action, CallMeta } from './lib/procedure.ts';
import { refuse } from './lib/result.ts';
import type { Result } from './lib/result.ts';

/** A refusal of any service, as the door passes it on: its reason, a sentence, and what else it says. */
export interface AnyRefusal {
  readonly reason: string;
  readonly text: string;
}

export interface PersonsAsked {
  readonly actor: Actor;
  readonly action: Action;
  readonly call: string;
  readonly input: unknown;
  /** The service itself asked for so many. */
  readonly atLeast?: number;
}

export interface PersonsDeps {
  /** See core/approvals/port.ts. */
  readonly persons: (asked: PersonsAsked) => Result<readonly string[], AnyRefusal>;
  readonly spend: (subject: string, persons: readonly string[]) => void;
}

/** One call on its way through the door. */
export interface Asked {
  readonly meta: CallMeta;
  readonly name: string;
  readonly input: unknown;
  readonly actor: Actor;
}

/**
 * Runs a call that may need further persons: policy asks first, and a service that finds by itself that one person
 * is not enough (an unproven row) refuses with `second-person-needed`, which becomes an asking, too. Of two equal calls
 * at the same moment one is done: an approval must not let both through.
 */
export async function withPersons(
  deps: PersonsDeps & { readonly running: Set<string> },
  { meta, name, input, actor }: Asked,
  run: (persons: readonly string[]) => unknown,
): Promise<unknown> {
  const { action } = meta;
  if (action === undefined) return await run([actor.by]);
  const subject = subjectOf(name, input);
  if (deps.running.has(subject)) {
    return refuse({ reason: 'already-running', text: 'This very call is being done at this moment.' });
  }
  deps.running.add(subject);
  try {
    return await runAgreed(deps, { actor, action, call: name, input }, subject, run);
  } finally {
    deps.running.delete(subject);
  }
}

async function runAgreed(
  deps: PersonsDeps,
  asked: PersonsAsked,
  subject: string,
  run: (persons: readonly string[]) => unknown,
): Promise<unknown> {
  const agreed = deps.persons(asked);
  if (!agreed.ok) return agreed;
  const answer: unknown = await run(agreed.value);
  if (isResult(answer) && !answer.ok) {
    if (answer.refusal.reason !== 'second-person-needed') return answer;
    const more = deps.persons({ ...asked, atLeast: 2 });
    if (!more.ok) return more;
    const again: unknown = await run(more.value);
    if (!isResult(again) || again.ok) deps.spend(subject, more.value);
    return again;
  }
  if (agreed.value.length > 1) deps.spend(subject, agreed.value);
  return answer;
}

/** What an approval binds: the call and its whole input, whatever the order of its fields. SHA-256, hex. */
export function subjectOf(call: string, input: unknown): string {
  return createHash('sha256')
    .update(`${call} ${canonical(input)}`)
    .digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'bigint') return `${value}n`;
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null';
  const fields = Object.keys(value).toSorted();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

export function isResult(answer: unknown): answer is Result<unknown, AnyRefusal> {
  if (!isRecord(answer)) return false;
  return (
    (answer['ok'] === true && 'value' in answer) || (answer['ok'] === false && isRecord(answer['refusal']))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
