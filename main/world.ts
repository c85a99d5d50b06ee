import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DeskConfig } from '#core/app.ts';
import { z } from 'zod';
import { simulationSecrets } from './secrets-simulation.ts';

const Files = z.object({
  instruments: z.string().optional(),
  accounts: z.string().optional(),
  positions: z.string().optional(),
  pendingOrders: z.string().optional(),
});
export type Files = z.infer<typeof Files>;

/** What drill/world prints when it is ready. */
const Simulation = z.object({
  deskConfig: DeskConfig,
  clockOffsetMs: z.number(),
  files: Files,
  /** The stand-in for main: what the desk says to be let in, and the port of main's control. */
  main: z.object({ token: z.string(), control: z.number() }).nullable(),
});

/** Where a desk can be asked over HTTP, and the one-time code of its first run while it has no user. */
export interface DeskDoor {
  readonly url: string;
  readonly setupCode: string | null;
}

/** What a person needs to sign in to a simulated desk. */
const Persons = z.array(
  z.object({ user: z.string(), role: z.string(), password: z.string(), totpSecret: z.string() }),
);
/** What drill/world answers when it has seated its persons at the desk. */
const Seated = z.union([z.object({ persons: Persons }), z.object({ refused: z.string() })]);
export type Seated = z.infer<typeof Seated>;

/** What the desk is connected to, and the files that it loads at its start. */
export interface World {
  readonly deskConfig: DeskConfig;
  readonly clockOffsetMs: number;
  readonly files: Files;
  readonly simulated: boolean;
  /** Port of the control of a simulated main; null without one. */
  readonly mainControl: number | null;
  /** Makes the persons of a simulated world at its desk, once; a real desk has none but those who ask. */
  readonly seat: ((door: DeskDoor) => Promise<Seated>) | null;
  stop(): Promise<void>;
}

/**
 * The exchanges of `desk.json` in the data folder; without that file a simulated one in a process of its own, and with
 * `withMain` a stand-in for main beside it.
 */
export async function deskWorld(data: string, withMain: boolean): Promise<World> {
  const configured = join(data, 'desk.json');
  if (existsSync(configured)) {
    return {
      deskConfig: readConfig(configured),
      clockOffsetMs: 0,
      files: {},
      simulated: false,
      mainControl: null,
      seat: null,
      stop: () => Promise.resolve(),
    };
  }
  return await simulation(data, withMain);
}

async function simulation(data: string, withMain: boolean): Promise<World> {
  const program = join(import.meta.dirname, '..', 'drill', 'world', 'main.ts');
  const args = ['--data', join(data, 'simulation'), ...(withMain ? ['--with-main'] : [])];
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const said = async (): Promise<unknown> => {
    const next = await lines.next();
    if (next.done === true) throw new Error('the simulated exchange ended before it answered');
    return JSON.parse(next.value);
  };
  const { main, ...world } = Simulation.parse(await said());
  if (main !== null) await simulationSecrets(data).set('main-token', Buffer.from(main.token));
  return {
    ...world,
    simulated: true,
    mainControl: main?.control ?? null,
    seat: async (door) => {
      child.stdin.write(`${JSON.stringify(door)}\n`);
      return Seated.parse(await said());
    },
    stop: async () => {
      // It lives as long as its standard input: closing it is the way to end it, also when this process dies.
      child.stdin.end();
      await ended;
    },
  };
}

function readConfig(path: string): DeskConfig {
  return DeskConfig.parse(JSON.parse(readFileSync(path, 'utf8')));
}
