import type { Difference, Repair } from './events.ts';
import type { LateOrder, Place } from './messages.ts';
import type { DoubleClose } from './domain-fence.ts';
import type { Move } from './domain-emergency.ts';
import type { Scope } from './events.ts';

/** A place of the log and the hash of its row, hex. */
export interface HashedPlace extends Place {
  readonly hash: string;
}

/** What lies between opening and closing and is handed over: kinds and units. */
export interface Totals {
  readonly ordersSent: number;
  readonly trades: number;
  readonly busts: number;
  readonly corrections: number;
  readonly boughtUnits: number;
  readonly soldUnits: number;
  readonly mainsTrades: number;
}

export interface HandedOver {
  readonly orderId: string;
  readonly exchangeOrderId: string;
  readonly account: string;
  readonly instrumentId: string;
  readonly product: string;
  readonly side: string;
  readonly openQuantity: number;
  readonly by: readonly string[];
}

/** What a certificate says; its canonical JSON is what is signed. Quantities are units. */
export interface Certificate {
  readonly format: 'lifeboat-certificate';
  readonly v: 1;
  readonly id: string;
  /** The certificate that this one goes on from; null for the first of an emergency. */
  readonly supplementOf: string | null;
  readonly way: 'wire' | 'file';
  readonly desk: string;
  readonly build: string;
  readonly publicKey: string;
  readonly epochs: readonly number[];
  readonly opening: HashedPlace;
  readonly closing: HashedPlace;
  readonly facts: number;
  /** Null: its fact was left with a broken epoch, and what it says is nothing to repeat. */
  readonly declared: (Move & { readonly scope: Scope | null }) | null;
  readonly accepted: Move | null;
  /** What was left with a broken epoch and main never gets; trades are those of ours. Absent: nothing. */
  readonly left?: { readonly facts: number; readonly trades: number };
  readonly signedAtMs: number;
  readonly signedBy: readonly string[];
  readonly totals: Totals;
  readonly reconciled: {
    readonly round: number;
    readonly through: Place;
    readonly rows: number;
    readonly agree: number;
  };
  readonly differences: readonly (Difference & {
    readonly decided: { readonly repair: Repair; readonly by: readonly string[]; readonly why: string };
  })[];
  readonly doubleCloses: readonly DoubleClose[];
  readonly handedOver: readonly HandedOver[];
  readonly lateOrders: readonly LateOrder[];
  readonly fence: { readonly fence: string; readonly obeyed: boolean | null; readonly text: string } | null;
  /** What main lost of the facts that it had acknowledged; null: nothing. */
  readonly mainHadLess: { readonly had: Place; readonly has: Place } | null;
  readonly files: readonly {
    readonly number: number;
    readonly through: Place;
    readonly sha256: string;
    readonly refused: number;
  }[];
}

/** JSON with sorted members and no blanks: one content, one text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** The text that the desk's key signs. */
export function certificateMessage(text: string): string {
  return `lifeboat-certificate\n${text}`;
}

/** What stands at the moment of the question whether a certificate may be signed. */
export interface Standing {
  readonly mode: string;
  readonly way: 'wire' | 'file';
  readonly supplement: boolean;
  readonly due: boolean;
  readonly broken: string | null;
  readonly restored: string | null;
  readonly notTaken: { readonly at: Place; readonly text: string } | null;
  readonly inDoubt: readonly string[];
  /** Neither ended nor handed over. */
  readonly working: readonly string[];
  readonly runs: readonly string[];
  /** Newest fact that the certificate speaks of, and how far main has them. */
  readonly lastTold: number;
  readonly acked: number;
  readonly reconciled: { readonly through: number; readonly undecided: number } | null;
  /** A newer comparison is under way. */
  readonly asking: boolean;
  readonly lastOwn: number;
  /** What others did after the comparison that makes it old, in words. */
  readonly others: readonly string[];
}

/** Why no certificate can be signed now, a line each; empty: it can. */
export function notYet(now: Standing): readonly string[] {
  const lines: string[] = [];
  const say = (line: string, when: boolean): void => {
    if (when) lines.push(line);
  };
  if (now.supplement) {
    say(
      `The desk is in ${now.mode}: a supplement is signed in HANDBACK or STANDBY.`,
      now.mode !== 'HANDBACK' && now.mode !== 'STANDBY',
    );
  } else {
    say(`The desk is in ${now.mode}: a certificate is signed in HANDBACK.`, now.mode !== 'HANDBACK');
  }
  say('Nothing happened that a certificate has not covered.', !now.due);
  say(`The journal is broken: ${now.broken ?? ''}`, now.broken !== null);
  say(now.restored ?? '', now.restored !== null);
  say(namedText('order', 'in doubt', now.inDoubt), now.inDoubt.length > 0);
  say(
    namedText('order', 'still working, neither ended nor handed over', now.working),
    now.working.length > 0,
  );
  say(namedText('exit', 'not ended', now.runs), now.runs.length > 0);
  if (now.notTaken !== null) {
    const { at, text } = now.notTaken;
    lines.push(`Main does not take the facts from epoch ${at.epoch}, seq ${at.seq} on: ${text}`);
  }
  say(
    now.way === 'wire'
      ? `Main has the facts up to seq ${now.acked}; the certificate speaks of seq ${now.lastTold}.`
      : 'Trades are not in a file yet, or their file is not acknowledged.',
    now.acked < now.lastTold,
  );
  if (now.reconciled === null) lines.push('Desk, main and exchange were not compared yet.');
  else {
    const { through, undecided } = now.reconciled;
    say('Orders of this desk moved after the comparison: compare again.', now.lastOwn > through);
    for (const what of now.others) lines.push(`${what} after the comparison: compare again.`);
    say(`${undecided} of the differences are not decided.`, undecided > 0);
  }
  say("Main's positions are asked for; it has not answered yet.", now.asking);
  return lines;
}

/** Ids that a line names; the others are counted. */
const NAMED_MAX = 5;

function namedText(what: string, how: string, ids: readonly string[]): string {
  const more = ids.length > NAMED_MAX ? ` and ${ids.length - NAMED_MAX} more` : '';
  const noun = ids.length === 1 ? `${what} is` : `${what}s are`;
  return `${ids.length} ${noun} ${how}: ${ids.slice(0, NAMED_MAX).join(', ')}${more}.`;
}
