import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { FactRow, Place } from '#core/sync/messages.ts';
import { LogWriter, messagesOf } from '#tests/main-server/desk-log-writer.ts';
import { DatabaseAway, type FactBatch } from './database.ts';
import { DeskLog } from './desk-log.ts';
import type { LogStore, Stop } from './store-facts.ts';

const ROWS = 3_000;

/** Which transaction of facts fails, when, in turns of the loop since it began, and whether its rows were kept. */
interface Failing {
  readonly nth: number;
  readonly afterTurns: number;
  readonly kept: boolean;
}

/** A store in memory, one transaction of which fails as it does when the database goes away. */
function storeThatFails({ nth, afterTurns, kept }: Failing) {
  const rows = new Map<number, FactRow>();
  const heads: Place[] = [];
  const stops: Stop[] = [];
  let transactions = 0;
  const store: LogStore = {
    publicKeyOf: () => Promise.resolve(null),
    pin: () => Promise.resolve(),
    tails: () => {
      const last = [...rows.values()].at(-1);
      const signedSeq = Math.max(0, ...heads.map(({ seq }) => seq));
      return Promise.resolve(last === undefined ? [] : [{ firstSeq: 1, signedSeq, ...last }]);
    },
    hashes: (_desk, _epoch, from, to) => {
      const found = [...rows.values()].filter(({ seq }) => seq >= from && seq <= to);
      return Promise.resolve(new Map(found.map(({ seq, hash }) => [seq, hash])));
    },
    stops: () => Promise.resolve(stops),
    putStop: (_desk, stop) => Promise.resolve(void stops.push(stop)),
    release: () => Promise.resolve(),
    async commitFacts(batch: FactBatch) {
      transactions += 1;
      const fails = transactions === nth;
      for (let n = 0; n < (fails ? afterTurns : 1); n += 1) await turn();
      if (!fails || kept) {
        for (const row of batch.rows) rows.set(row.seq, row);
        heads.push(...batch.heads);
      }
      if (fails) throw new DatabaseAway('the database went away');
    },
  };
  return { store, rows };
}

describe.concurrent('a transaction that fails while the rows after it are being checked', () => {
  const cases = [1, 2].flatMap((nth) =>
    [0, 1, 2, 3, 5, 8].flatMap((afterTurns) =>
      [false, true].map((kept): Failing => ({ nth, afterTurns, kept })),
    ),
  );

  it.each(cases)(
    'leaves no hole: number $nth, after $afterTurns turns, rows kept: $kept',
    async (failing) => {
      const log = new LogWriter('D1').fill(ROWS - 1).sign();
      const { store, rows } = storeThatFails(failing);
      const { desk, publicKey } = log;
      const main = new DeskLog({ desk, publicKey, store, pace: () => Promise.resolve() });
      const untrue: unknown[] = [];
      await main.attach(
        {
          tell: (told) => {
            // Stored in order, so that as many as are acknowledged are there only where none is missing.
            if (told.type !== 'acked' || rows.size < told.seq) untrue.push(told);
          },
          giveUp: (why) => void untrue.push(why),
        },
        1,
      );
      for (const message of messagesOf(log, 0)) main.take(message.rows, message.heads, () => undefined);
      await new Promise<void>((resolve) => main.whenReached(log.head, resolve));
      expect(untrue).toEqual([]);
      expect([...rows.values()]).toEqual(log.rows);
    },
  );
});
