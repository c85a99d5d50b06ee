import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkChain } from '#core/journal/check.ts';
import { openSqlite } from '#core/journal/sqlite.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import {
  carry,
  emptyAround,
  openDesk,
  someFacts,
  toHandback,
  waiting,
  type StagedDesk,
} from './service-handback-stage.ts';
import { PlayedLine, PlayedMain } from './service-handback-stage-main.ts';

/** What main has is what the desk has: each row once, in order. */
function sameLog(desk: StagedDesk, main: PlayedMain): void {
  expect(main.log()).toEqual(
    desk.journal.stored(0, 1_000_000).rows.map(({ epoch, seq, body }) => `${epoch}/${seq} ${body}`),
  );
}

const Step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('append' as const), n: fc.integer({ min: 1, max: 30 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('to-main' as const), n: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('to-desk' as const), n: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('twice' as const), n: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('swap' as const), n: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('vanish' as const), n: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const), n: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const), n: fc.constant(0) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('lose' as const), n: fc.integer({ min: 1, max: 60 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), n: fc.integer({ min: 1, max: 12 }) }),
  },
);

describe('whatever is cut, repeated, reordered, lost or killed', () => {
  it('main ends with each row once, in order, its chain verified, and the desk knows it', () => {
    fc.assert(
      fc.property(fc.array(Step, { minLength: 10, maxLength: 80 }), (steps) => {
        const { path } = scratchFolder();
        const line = new PlayedLine();
        const main = new PlayedMain('D1');
        const around = emptyAround();
        let desk = openDesk(path, line, around);
        try {
          toHandback(desk);
          line.up(main);
          for (const { do: what, n } of steps) {
            if (!line.isUp) line.up(main);
            desk.settle();
            const { toMain, toDesk } = line;
            switch (what) {
              case 'append':
                desk.append(someFacts(n, desk.journal.head().seq));
                break;
              case 'to-main':
                for (const message of toMain.splice(0, n)) toDesk.push(...main.hear(message));
                break;
              case 'to-desk':
                for (const message of toDesk.splice(0, n)) line.say(message);
                break;
              case 'twice': {
                for (const queue of [toMain, toDesk] as unknown[][]) {
                  const copy = queue[n % Math.max(queue.length, 1)];
                  if (copy !== undefined) queue.push(copy);
                }
                break;
              }
              case 'swap':
                for (const queue of [toMain, toDesk] as unknown[][]) queue.push(...queue.splice(0, n % 3));
                break;
              case 'vanish':
                for (const queue of [toMain, toDesk]) queue.splice(n % Math.max(queue.length, 1), 1);
                break;
              case 'cut':
                line.cut();
                break;
              case 'restart':
                line.cut();
                desk.close();
                desk = openDesk(path, line, around);
                break;
              case 'lose':
                line.cut();
                main.lose(n);
                break;
              case 'wait':
                desk.pass(n * 1_000);
            }
          }
          if (!line.isUp) line.up(main);
          carry(desk, line, main, 15);
          sameLog(desk, main);
          expect(waiting(desk)).toBe(0);
          expect(desk.port.status().handback.acked.seq).toBe(desk.journal.head().seq);
        } finally {
          desk.close();
        }
        const sqlite = openSqlite(join(path, 'desk.db'), { readOnly: true });
        expect(checkChain(sqlite).broken).toBe(null);
        sqlite.close();
        rmSync(path, { recursive: true });
      }),
      { numRuns: 60 },
    );
  });
});
