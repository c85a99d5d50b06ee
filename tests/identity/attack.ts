import type { FrontDoor } from '#drill/world/front-door.ts';
import type { Stage } from './stage.ts';
import { overHttp } from './wires.ts';

/** One line of a table of attacks. */
export interface Attack {
  readonly what: string;
  /** Does it; `done`, or the refusal's name, of each try. */
  readonly tries: () => Promise<readonly string[]>;
  readonly refused: readonly string[];
  /** What the journal says of it, at least. */
  readonly facts: readonly Readonly<Record<string, unknown>>[];
}

/** A call that the door turned away, as the journal keeps it. */
export function turnedAway(call: string, reason: string, by = 'nobody') {
  return { kind: 'call-refused', call, reason, by };
}

/** `done`, or the name of the refusal. */
export function outcome(asked: Promise<unknown>): Promise<string> {
  return asked.then(
    () => 'done',
    (error: unknown) => {
      const { data } = error as { readonly data?: { readonly reason?: string } };
      if (data?.reason === undefined) throw error;
      return data.reason;
    },
  );
}

/** How each try was answered, and what the journal ought to say of the attack and does not. */
export async function attempted(stage: Stage, { tries, facts }: Pick<Attack, 'tries' | 'facts'>) {
  const seq = await stage.head();
  const answers = await tries();
  const kept = await stage.factsSince(seq);
  const says = (fact: object, wanted: object): boolean => {
    const fields = new Map<string, unknown>(Object.entries(fact));
    return Object.entries(wanted).every(([name, value]) => fields.get(name) === value);
  };
  const missing = facts.filter((wanted) => !kept.some(({ fact }) => says(fact, wanted)));
  return { refused: answers, missing };
}

let addresses = 10;
/** Another address of this machine at each call, so that no attack is refused for another's sake. */
export function freshAddress(): string {
  addresses += 1;
  return `127.0.0.${addresses}`;
}

/** Somebody who carries nothing. */
export function strangerAt(stage: Stage, from = freshAddress()): FrontDoor {
  return overHttp(stage, {}, 'rpc', from);
}
