import type { Book } from '#drill/book/book.ts';
import type { Patience } from './patience.ts';

/** Lists that are on their way at once. */
const TOGETHER = 16;

/**
 * Facts until the desk has so many: RMS sends its margin shortfall list again and again, as it does in an afternoon like
 * this, one account more or less each time. Each list is a fact, and the desk reads and keeps all of them.
 */
export async function padFacts(
  patience: Patience,
  facts: number,
  book: Book,
  clockOffsetMs: number,
): Promise<void> {
  const accounts = book.accounts.map(({ account }) => account);
  let list = 0;
  for (;;) {
    const { handback } = await patience.again(({ admin }) => admin.sync.status());
    const missing = facts - handback.head.seq;
    if (missing <= 0) return;
    for (let sent = 0; sent < missing; sent += TOGETHER) {
      const lists = Array.from({ length: Math.min(TOGETHER, missing - sent) }, () => {
        list += 1;
        return shortfallList(accounts, list, Date.now() + clockOffsetMs);
      });
      await patience.again(({ admin }) =>
        Promise.all(lists.map((one) => admin.positions.importShortfall(one))),
      );
    }
  }
}

function shortfallList(accounts: readonly string[], number: number, asOfMs: number) {
  const account = accounts[number % accounts.length] ?? '';
  return {
    source: `rms-${number}.csv`,
    asOfMs,
    rows: [{ account, reference: `RMS-${number}` }],
  };
}
