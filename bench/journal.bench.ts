import type { Fact } from '#core/events.ts';
import { compared, timed, type Figure, type Options } from './figure.ts';
import { lifeOf, openLeast, readyJournal } from './desk-journal.ts';

/** Orders of one burst. */
const BURST = 250;
/** Bursts take longer, and settle sooner. */
const BURST_SHARE = 10;

/** Appending, alone and in bursts, against inserting the same bytes in one FULL-sync transaction. */
export function measure({ folder, turns }: Options): Figure[] {
  const journal = readyJournal(folder);
  const least = openLeast(folder);
  let n = 0;
  const turn = (facts: readonly Fact[]) => {
    const bodies = facts.map((fact) => JSON.stringify(fact));
    const ours = timed(() => {
      const appended = journal.append(facts);
      if (!appended.ok) throw new Error(appended.refusal.text);
    });
    const bound = timed(() => {
      least.transaction((tx) => {
        for (const body of bodies) tx.run('INSERT INTO least (body) VALUES (?)', body);
      });
    });
    return { ours, least: bound };
  };
  const single = (): readonly Fact[] => lifeOf((n += 1)).slice(0, 1);
  const burst = (): readonly Fact[] => Array.from({ length: BURST }, () => lifeOf((n += 1))).flat();
  for (let warm = 0; warm < 50; warm += 1) turn(single());
  const singles = Array.from({ length: turns }, () => turn(single()));
  const bursts = Array.from({ length: Math.max(20, Math.floor(turns / BURST_SHARE)) }, () => turn(burst()));
  journal.close();
  least.close();
  return [
    ...compared('one fact appended', 'one FULL-sync insert of its bytes', singles, { p50: null, p99: null }),
    ...compared(`${BURST * 4} facts appended`, 'one FULL-sync transaction of their bytes', bursts, {
      p50: null,
      p99: null,
    }),
  ];
}
