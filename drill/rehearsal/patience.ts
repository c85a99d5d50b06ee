import type { Doors } from '#drill/world/seats.ts';
import type { DeskProcess } from './desk-process.ts';

/** A rehearsal that can not go on: what was waited for in vain. */
export class GivesUp extends Error {
  override readonly name = 'GivesUp';
}

const POLL_MS = 50;
/** One emergency of one desk, from its first file to its certificate. */
const TOTAL_MS = 20 * 60_000;

/** The persons of one desk at work: they ask again where the desk died, wait, and give up by the clock. */
export class Patience {
  readonly desk: DeskProcess;
  readonly #signal: AbortSignal;
  readonly #untilMs = Date.now() + TOTAL_MS;

  constructor(desk: DeskProcess, signal: AbortSignal) {
    this.desk = desk;
    this.#signal = signal;
  }

  /** Asks until the desk was there to answer: only for what may be asked twice. */
  async again<Value>(call: (doors: Doors) => Promise<Value>): Promise<Value> {
    for (;;) {
      this.#checkTime();
      const answer = await this.desk.ask(call);
      if (answer !== 'gone') return answer.value;
    }
  }

  /** Until the desk has nothing against it any more; what it said last is the reason for giving up. */
  async until(limitMs: number, lacking: (doors: Doors) => Promise<string | null>): Promise<void> {
    const untilMs = Date.now() + limitMs;
    for (;;) {
      const lack = await this.again(lacking);
      if (lack === null) return;
      if (Date.now() > untilMs) throw new GivesUp(`not in ${limitMs} ms: ${lack}`);
      await this.pause();
    }
  }

  async pause(ms = POLL_MS): Promise<void> {
    this.#checkTime();
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  #checkTime(): void {
    this.#signal.throwIfAborted();
    if (Date.now() > this.#untilMs) throw new GivesUp(`it was not over in ${TOTAL_MS} ms`);
  }
}
