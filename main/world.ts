import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DeskConfig } from '#core/app.ts';
import { z } from 'zod';

const Files = z.object({
  instruments: z.string().optional(),
  accounts: z.string().optional(),
  positions: z.string().optional(),
  pendingOrders: z.string().optional(),
});
export type Files = z.infer<typeof Files>;

/** What drill/world prints when it is ready. */
const Simulation = z.object({ deskConfig: DeskConfig, clockOffsetMs: z.number(), files: Files });

/** What the desk is connected to, and the files that it loads at its start. */
export interface World {
  readonly deskConfig: DeskConfig;
  readonly clockOffsetMs: number;
  readonly files: Files;
  readonly simulated: boolean;
  stop(): Promise<void>;
}

/** The exchanges of `desk.json` in the data folder; without that file a simulated one in a process of its own. */
export async function deskWorld(data: string): Promise<World> {
  const configured = join(data, 'desk.json');
  if (existsSync(configured)) {
    return {
      deskConfig: readConfig(configured),
      clockOffsetMs: 0,
      files: {},
      simulated: false,
      stop: () => Promise.resolve(),
    };
  }
  return await simulation(join(data, 'simulation'));
}

async function simulation(folder: string): Promise<World> {
  const program = join(import.meta.dirname, '..', 'drill', 'world', 'main.ts');
  const child = spawn(process.execPath, [program, '--data', folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines = createInterface({ input: child.stdout });
  const first = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    child.once('exit', (code) =>
      reject(new Error(`the simulated exchange ended with ${code ?? 'a signal'}`)),
    );
  });
  return {
    ...Simulation.parse(JSON.parse(first)),
    simulated: true,
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
