import { ORPCError } from '@orpc/client';
import { join } from 'node:path';
import { readHits, type Hit, type KillStep } from '#drill/desk/kill.ts';
import type { PlantName } from '#drill/plants.ts';
import { keepChild, type Child, type Ended } from '#drill/world/child.ts';
import { DeskReady } from '#drill/world/front-door.ts';
import { NotLetIn } from '#drill/world/seat.ts';
import { seatPersons, type Doors, type Seats } from '#drill/world/seats.ts';
import { writeWhole } from '#drill/world/world-file.ts';
import type { World } from '#drill/world/world.ts';

const DESK_SCRIPT = join(import.meta.dirname, '..', 'desk', 'main.ts');
/** A desk that was killed may take this long to be there again. */
const BACK_MS = 60_000;

export interface DeskOptions {
  readonly world: World;
  /** The file of its configuration. */
  readonly config: string;
  readonly data: string;
  readonly kills: readonly KillStep[];
  readonly plant: PlantName | null;
  readonly failed: (error: Error) => void;
  /** Nobody waits for a desk any more. */
  readonly signal: AbortSignal;
}

/** The desk under rehearsal, in a process of its own; started again after each asked kill. */
export interface DeskProcess {
  /**
   * Asks the desk, as the dealer or the admin. `gone` when it died on the way: nothing is known of what was asked;
   * it is back when this resolves, and both go on with the sessions that they had.
   */
  ask<Value>(call: (doors: Doors) => Promise<Value>): Promise<{ readonly value: Value } | 'gone'>;
  /** Main is back: from here on the desk may be killed at the points of the handback. */
  arm(): void;
  hits(): Hit[];
  restarts(): number;
  stop(): Promise<void>;
}

export async function startDesk(options: DeskOptions): Promise<DeskProcess> {
  const hits = join(options.data, 'hits.jsonl');
  const path = join(options.data, 'persons.json');
  const now = (): number => Date.now() + options.world.file.clockOffsetMs;
  let seats: Promise<Seats> | null = null;
  let doors: Promise<Doors> | null = null;
  let arrived: () => void = () => undefined;
  const kept = await keepChild({
    script: DESK_SCRIPT,
    args: deskArgs(options, hits),
    started: (child: Child) => {
      const ready = DeskReady.parse(child.ready);
      seats ??= seatPersons(ready, { path, now });
      doors = seats.then((both) => both.doors(ready.url));
      doors.catch(() => undefined);
      arrived();
    },
    mayStartAgain: (ended: Ended) =>
      ended.signal === 'SIGKILL' && readHits(hits).some(({ target }) => target === 'desk'),
    failed: options.failed,
  });

  const back = async (before: Promise<Doors> | null): Promise<void> => {
    const untilMs = Date.now() + BACK_MS;
    while (doors === before) {
      options.signal.throwIfAborted();
      if (Date.now() > untilMs) throw new Error(`the desk was not back in ${BACK_MS} ms`);
      await Promise.race([
        new Promise<void>((resolve) => {
          arrived = resolve;
        }),
        new Promise((resolve) => setTimeout(resolve, 1_000)),
      ]);
    }
    await doors;
  };

  return {
    async ask(call) {
      const mine = doors;
      if (mine === null) throw new Error('the desk has not started');
      const both = await mine;
      try {
        return { value: await call(both) };
      } catch (error) {
        if (error instanceof ORPCError || error instanceof NotLetIn) throw error;
        await back(mine);
        return 'gone';
      }
    },
    arm: () => writeWhole(armedPath(options), ''),
    hits: () => readHits(hits),
    restarts: () => kept.restarts(),
    stop: () => kept.stop(),
  };
}

function armedPath({ data }: DeskOptions): string {
  return join(data, 'handback-armed');
}

function deskArgs(options: DeskOptions, hits: string): string[] {
  const { world, config, data, kills, plant } = options;
  return [
    `--armed=${armedPath(options)}`,
    `--config=${config}`,
    `--data=${data}`,
    `--clock-offset=${world.file.clockOffsetMs}`,
    `--hits=${hits}`,
    `--pids=${world.pids}`,
    `--kills=${JSON.stringify(kills)}`,
    ...(plant === null ? [] : [`--plant=${plant}`]),
  ];
}
