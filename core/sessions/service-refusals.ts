import type { Host, Log } from '#core/host.ts';
import type { Journal } from '#core/journal/port.ts';
import { MINUTE_MS } from '#core/model/market-clock.ts';
import type { CallRefused } from './events.ts';
import type { Origin } from './port.ts';

export interface RefusedCall {
  readonly call: string;
  readonly by: string;
  readonly origin: Origin;
  readonly reason: string;
}

export interface RefusalsDeps {
  readonly journal: Pick<Journal, 'append'>;
  readonly host: Pick<Host, 'now'>;
  readonly log: Pick<Log, 'error'>;
}

/** Facts a minute of one (address, reason); the rest of the minute is counted. */
export const SAME_A_MINUTE = 30;
/** Facts a minute of all: a flood from many addresses must not keep the disk from orders. */
export const ALL_A_MINUTE = 300;
/** Kinds of refusals told apart within a minute; the ones beyond share one count. */
export const KINDS_MAX = 500;
const TEXT_MAX = 100;

interface Counted {
  written: number;
  /** Refusals since the last fact that were only counted. */
  more: number;
  last: RefusedCall;
}

/**
 * Writes down which calls the door turned away, at a bounded rate. It neither throws nor refuses: a refusal that can
 * not be written is still a refusal, and what was not written is counted into the next fact of its kind.
 */
export function createRefusals({ journal, host, log }: RefusalsDeps) {
  let minute = -1;
  let written = 0;
  let kinds = new Map<string, Counted>();

  /** True when the facts are in the journal. */
  function write(facts: readonly CallRefused[]): boolean {
    try {
      return journal.append(facts).ok;
    } catch (error) {
      log.error('refused calls could not be journalled', { count: facts.length, error: String(error) });
      return false;
    }
  }

  /** A new minute: what the last one only counted is written at once, a fact for each kind with its last call. */
  function turn(): void {
    const now = Math.floor(host.now() / MINUTE_MS);
    if (now === minute) return;
    minute = now;
    const due = [...kinds].filter(([, { more }]) => more > 0);
    const first = due.slice(0, ALL_A_MINUTE);
    const done = first.length > 0 && write(first.map(([, { last, more }]) => factOf(last, more - 1)));
    const left = done ? due.slice(first.length) : due;
    written = done ? first.length : 0;
    kinds = new Map(left.map(([kind, { more, last }]) => [kind, { written: 0, more, last }]));
  }

  return {
    note(refused: RefusedCall): void {
      turn();
      const name = JSON.stringify([refused.origin.address, refused.reason]);
      const kind = kinds.has(name) || kinds.size < KINDS_MAX ? name : 'others';
      const counted = kinds.get(kind) ?? { written: 0, more: 0, last: refused };
      kinds.set(kind, counted);
      counted.last = refused;
      const room = counted.written < SAME_A_MINUTE && written < ALL_A_MINUTE;
      if (room && write([factOf(refused, counted.more)])) {
        counted.written += 1;
        written += 1;
        counted.more = 0;
      } else {
        counted.more += 1;
      }
    },
    /** Writes what was only counted, when its minute is over: to be called now and then. */
    tick: turn,
  };
}

function factOf({ call, by, origin, reason }: RefusedCall, more: number): CallRefused {
  return {
    kind: 'call-refused',
    v: 1,
    call: call.slice(0, TEXT_MAX),
    by: by.slice(0, TEXT_MAX),
    wire: origin.wire,
    address: origin.address.slice(0, TEXT_MAX),
    reason: reason.slice(0, TEXT_MAX),
    more,
  };
}
