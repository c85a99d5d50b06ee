import type { Entry } from '#core/events.ts';
import type { Journal, Projection } from '#core/journal/port.ts';
import { ok } from '#core/lib/result.ts';
import { DeskId } from '#core/model/ids.ts';

/** A journal in memory: projections first, then followers, each entry once and in order. */
export function createMemory(now: () => number) {
  const desk = DeskId.parse('T1');
  const entries: Entry[] = [];
  const projections: Projection[] = [];
  const followers = new Set<(entry: Entry) => void>();
  const queue: Entry[] = [];
  let delivering = false;
  const journal: Journal = {
    desk,
    epoch: 1,
    head: () => ({ seq: entries.length, hash: '' }),
    append(facts) {
      const added = facts.map((fact, index) => ({
        desk,
        epoch: 1,
        seq: entries.length + index + 1,
        atMs: now(),
        fact,
      }));
      entries.push(...added);
      for (const entry of added) for (const projection of projections) projection.memory(entry);
      queue.push(...added);
      if (delivering) return ok(added);
      delivering = true;
      for (let entry = queue.shift(); entry !== undefined; entry = queue.shift())
        for (const follower of followers) follower(entry);
      delivering = false;
      return ok(added);
    },
    follow(_afterSeq, follower) {
      followers.add(follower);
      return () => followers.delete(follower);
    },
    read: () => [],
    reader: { all: () => [], get: () => undefined },
  };
  return {
    journal,
    entries,
    register: (...some: Projection[]) => void projections.push(...some),
    replay(earlier: readonly Entry[]): void {
      for (const entry of earlier) {
        entries.push(entry);
        for (const projection of projections) projection.memory(entry);
      }
    },
  };
}
