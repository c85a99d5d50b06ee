import type { Entry } from '#core/events.ts';
import { assert } from '#core/lib/assert.ts';
import { FACT_ROWS_MAX } from './messages.ts';
import type { Place } from './messages.ts';

/** A message holds up trading while it is read and written: half of a full one is a millisecond, and no slower in all. */
const ROWS_AT_ONCE = FACT_ROWS_MAX / 2;
/** Without a word of main about what is on its way for so long, it is sent again. */
const RESEND_AFTER_MS = 10_000;
/** Main names each message behind a gap; only the first of them makes us send again. */
const REWIND_EVERY_MS = 200;
/** So often the same rows are sent again over a gap before persons are asked. */
export const GAP_TRIES_MAX = 20;

/** Rows of one epoch that are handed over, in sequence numbers of this file. `last` null: up to the head. */
interface Span {
  readonly epoch: number;
  readonly first: number;
  last: number | null;
}

/** Rows of the log one after the other, the first and the last included. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** What main's greeting means for us. `restored`: main has more of our newest epoch than we: this file is a copy. */
export type Greeting =
  | { readonly kind: 'resumed' }
  | { readonly kind: 'less'; readonly had: Place; readonly has: Place }
  | { readonly kind: 'restored'; readonly has: Place; readonly text: string };

/**
 * How far main has this desk's log, and which rows are due: pure, in sequence numbers, which run on through the epochs.
 *
 * 1. Main's greeting comes before all that we remember: what it has lost is handed over again.
 * 2. No more than the window is on its way; rows are due in order.
 * 3. Of an epoch that two persons left, only what its successor stands on is handed over.
 * 4. After a start the rows since the last signed head are said once more, though main has them: whoever changed the
 *    file while the desk was stopped is found by main, which names the row.
 */
export class Handover {
  readonly #spans: Span[] = [];
  /** By epoch: the highest contiguous seq that main has. */
  readonly #mains = new Map<number, number>();
  #live = false;
  #window = 0;
  #sent = 0;
  /** What main has was said again since the start. */
  #compared = false;
  #progressAtMs = 0;
  #rewoundAtMs = 0;
  #tries = 0;

  /** Takes in every entry of the log, on replay and after. */
  apply({ epoch, seq, fact }: Entry): void {
    if (this.#spans.at(-1)?.epoch === epoch) return;
    const after = fact.kind === 'epoch-opened' ? fact.after : { epoch: epoch - 1, seq: seq - 1 };
    for (const span of this.#spans) {
      if (after === null || span.epoch > after.epoch) span.last = span.first - 1;
      else if (span.epoch === after.epoch) span.last = after.seq;
    }
    this.#spans.push({ epoch, first: seq, last: null });
  }

  /** What main had acknowledged before this start. */
  remember(places: readonly Place[]): void {
    for (const { epoch, seq } of places) this.#mains.set(epoch, seq);
    this.#sent = this.acked().seq;
  }

  places(): readonly Place[] {
    return Array.from(this.#mains, ([epoch, seq]) => ({ epoch, seq }));
  }

  /** The link is up and main said what it has. `signedBy`: the last row under a signed head up to that seq. */
  welcome(
    places: readonly Place[],
    window: number,
    headSeq: number,
    nowMs: number,
    signedBy: (seq: number) => number = (seq) => seq,
  ): Greeting {
    const had = this.acked();
    const newest = this.#spans.at(-1);
    const more = places.find(({ epoch, seq }) => {
      if (newest === undefined) return seq > 0;
      return epoch > newest.epoch || (epoch === newest.epoch && seq > headSeq);
    });
    if (more !== undefined) {
      this.lost();
      return { kind: 'restored', has: more, text: restoredText(more, this.placeOf(headSeq)) };
    }
    this.#mains.clear();
    for (const { epoch, seq } of places) this.#mains.set(epoch, seq);
    const has = this.acked();
    this.#live = true;
    this.#window = window;
    this.#sent = this.#compared ? has.seq : signedBy(has.seq);
    this.#tries = 0;
    this.#progressAtMs = nowMs;
    return has.seq < had.seq ? { kind: 'less', had, has } : { kind: 'resumed' };
  }

  /** The link is down: nothing is on its way any more. */
  lost(): void {
    this.#live = false;
    this.#sent = this.acked().seq;
  }

  get isLive(): boolean {
    return this.#live;
  }

  /** Main has everything of the epoch up to here. False when it said so before. */
  took(epoch: number, seq: number, headSeq: number, nowMs: number): boolean {
    const known = this.#mains.get(epoch) ?? 0;
    // Of what was never sent nothing can be acknowledged: a word too large is not believed.
    const most = Math.min(this.#spans.find((span) => span.epoch === epoch)?.last ?? headSeq, headSeq);
    if (seq <= known || seq > most) return false;
    this.#mains.set(epoch, seq);
    this.#progressAtMs = nowMs;
    this.#tries = 0;
    this.#sent = Math.max(this.#sent, this.acked().seq);
    return true;
  }

  /** Rows are missing at main before those that we sent. False: tried too often, persons are to look. */
  gap(nowMs: number): boolean {
    if (this.#tries > 0 && nowMs - this.#rewoundAtMs < REWIND_EVERY_MS) return true;
    this.#tries += 1;
    if (this.#tries > GAP_TRIES_MAX) return false;
    this.rewind(nowMs);
    return true;
  }

  /** Asked every now and then. True when what is on its way seems lost; it is due again then. */
  stalled(nowMs: number): boolean {
    if (!this.#live || this.#sent <= this.acked().seq) {
      // Main owes no word: its silence begins with what is sent next.
      this.#progressAtMs = nowMs;
      return false;
    }
    if (nowMs - this.#progressAtMs < RESEND_AFTER_MS) return false;
    this.rewind(nowMs);
    return true;
  }

  /** Everything that is not acknowledged is due again. */
  rewind(nowMs: number): void {
    this.#rewoundAtMs = nowMs;
    this.#progressAtMs = nowMs;
    this.#sent = this.acked().seq;
  }

  /** The next rows that are due: those after `after`, at most `limit`. Null when none are, or the window is full. */
  due(headSeq: number): { readonly after: number; readonly limit: number } | null {
    if (!this.#live) return null;
    // Less than nothing is on its way while rows are said again.
    const onTheWay = Math.max(0, this.waiting(headSeq) - this.#rowsAfter(this.#sent, headSeq));
    const room = this.#window - onTheWay;
    const rest = this.#next(headSeq);
    if (rest === null) return null;
    const limit = Math.min(rest.to - rest.after, ROWS_AT_ONCE);
    // No dribble: a window that has just opened by a few rows waits until a whole message fits.
    if (room < Math.min(limit, Math.ceil(this.#window / 2))) return null;
    return { after: rest.after, limit: Math.min(limit, room) };
  }

  wrote(lastSeq: number): void {
    assert(lastSeq > this.#sent, 'rows are handed over in order');
    this.#sent = lastSeq;
    this.#compared ||= lastSeq >= this.acked().seq;
  }

  /** Highest contiguous place that main has; (0, 0) before the first. */
  acked(): Place {
    let place: Place = { epoch: 0, seq: 0 };
    for (const { epoch, first, last } of this.#spans) {
      if (last !== null && last < first) continue;
      const seq = this.#mains.get(epoch) ?? 0;
      if (seq < first) return place;
      if (last === null || seq < last) return { epoch, seq };
      place = { epoch, seq: last };
    }
    return place;
  }

  /** Rows up to there that main has not acknowledged. */
  waiting(throughSeq: number): number {
    return this.#rowsAfter(this.acked().seq, throughSeq);
  }

  /** The place of a row of this file; before the first one it is (0, 0). */
  placeOf(seq: number): Place {
    const span = this.#spans.findLast(({ first }) => first <= seq);
    return span === undefined ? { epoch: 0, seq: 0 } : { epoch: span.epoch, seq };
  }

  /** Epochs of which rows lie between the places, both included. */
  epochsBetween(opening: Place, closing: Place): readonly number[] {
    return this.#spans
      .map(({ epoch }) => epoch)
      .filter((epoch) => epoch >= opening.epoch && epoch <= closing.epoch);
  }

  /** The row is one that is handed over: not what a broken epoch held after its last good row. */
  covers({ epoch, seq }: Place): boolean {
    const span = this.#spans.find((one) => one.epoch === epoch);
    return span !== undefined && seq >= span.first && (span.last === null || seq <= span.last);
  }

  /** How many rows are handed over between the places, both included. */
  rowsBetween(opening: Place, closing: Place): number {
    return this.#rowsAfter(opening.seq - 1, closing.seq);
  }

  /** Runs of rows between the two, both included, that are handed over. */
  handedBetween(fromSeq: number, toSeq: number): readonly Run[] {
    return this.#spans
      .map(({ first, last }) => ({
        from: Math.max(first, fromSeq),
        to: Math.min(last ?? toSeq, toSeq),
      }))
      .filter(({ from, to }) => from <= to);
  }

  /** Runs of rows between the two, both included, that were left with a broken epoch. */
  leftBetween(fromSeq: number, toSeq: number): readonly Run[] {
    const left: Run[] = [];
    let from = fromSeq;
    for (const handed of this.handedBetween(fromSeq, toSeq)) {
      if (from < handed.from) left.push({ from, to: handed.from - 1 });
      from = handed.to + 1;
    }
    if (from <= toSeq) left.push({ from, to: toSeq });
    return left;
  }

  /** The last row up to there that is handed over; 0: there is none. */
  lastUpTo(seq: number): number {
    const span = this.#spans.findLast(({ first, last }) => first <= seq && (last === null || last >= first));
    return span === undefined ? 0 : Math.min(seq, span.last ?? seq);
  }

  /** A later epoch has begun and main has what it stands on: whatever else it says of this one stops nothing. */
  isOver(epoch: number): boolean {
    const { first = 0, last = null } = this.#spans.find((one) => one.epoch === epoch) ?? {};
    return last !== null && (last < first || (this.#mains.get(epoch) ?? 0) >= last);
  }

  #next(headSeq: number): { readonly after: number; readonly to: number } | null {
    const isSaidAgain = this.#sent < this.acked().seq;
    for (const { epoch, first, last } of this.#spans) {
      const had = isSaidAgain ? 0 : (this.#mains.get(epoch) ?? 0);
      const after = Math.max(this.#sent, first - 1, had);
      const to = last ?? headSeq;
      if (after < to) return { after, to };
    }
    return null;
  }

  #rowsAfter(seq: number, throughSeq: number): number {
    let rows = 0;
    for (const { first, last } of this.#spans)
      rows += Math.max(0, Math.min(last ?? throughSeq, throughSeq) - Math.max(seq, first - 1));
    return rows;
  }
}

function restoredText(main: Place, ours: Place): string {
  return `Main has facts of this desk up to epoch ${main.epoch}, seq ${main.seq}; this file ends at epoch ${ours.epoch}, seq ${ours.seq}: it is an old copy. Nothing is handed over; two persons may open a new epoch (npm run epoch).`;
}

/** Samples of the last seconds: what went through, and when it will be done. */
const SAMPLES_MAX = 20;

/** How fast the acknowledged place moves. */
export class Speed {
  readonly #samples: { readonly atMs: number; readonly seq: number }[] = [];

  sample(atMs: number, seq: number): void {
    const last = this.#samples.at(-1);
    // Main lost data: what was before says nothing of now.
    if (last !== undefined && seq < last.seq) this.#samples.length = 0;
    this.#samples.push({ atMs, seq });
    if (this.#samples.length > SAMPLES_MAX) this.#samples.shift();
  }

  /** Rows a second over the samples. */
  perSecond(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
    return Math.round(((last.seq - first.seq) * 1000) / (last.atMs - first.atMs));
  }
}
