import type { Entry } from '#core/events.ts';
import { instantOf, istDate } from '#core/model/market-clock.ts';

const MINUTES_A_DAY = 1440;

/** What the log says for the check of readiness: replay knows that today's was done, and what was imported when. */
export class ReadinessLog {
  /** Trading date of the last check; empty before the first. Dates are `YYYY-MM-DD` in IST. */
  checkedOn = '';
  /** Newest trading dates of files; empty while there was none. */
  positionsOf = '';
  contractsOf = '';
  /** The newest day that the log has reached, the seq before its first fact, and when it ends (epoch ms). */
  #day = { date: '', beforeSeq: 0, endsMs: Number.NEGATIVE_INFINITY };

  apply({ seq, atMs, fact }: Entry): void {
    // Once a day, not for each fact: a replay takes millions.
    if (atMs >= this.#day.endsMs) {
      const date = istDate(atMs);
      this.#day = { date, beforeSeq: seq - 1, endsMs: instantOf(date, MINUTES_A_DAY) };
    }
    if (fact.kind === 'readiness-checked') this.checkedOn = fact.tradingDate;
    else if (fact.kind === 'positions-imported') this.positionsOf = later(this.positionsOf, fact.tradingDate);
    else if (fact.kind === 'instruments-imported')
      this.contractsOf = later(this.contractsOf, fact.tradingDate);
  }

  /** The last place of the days before this one. */
  lastSeqBefore(date: string, headSeq: number): number {
    return this.#day.date < date ? headSeq : this.#day.beforeSeq;
  }
}

function later(one: string, other: string): string {
  return other.replaceAll('-', '') > one.replaceAll('-', '') ? other : one;
}
