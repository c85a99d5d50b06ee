import { join } from 'node:path';
import { startChild, type Child } from './child.ts';

const MAIN_SCRIPT = join(import.meta.dirname, '..', 'main-server', 'main.ts');
/** Between a kill that was asked for and the next start. */
const AGAIN_MS = 200;

/** The stand-in of main in a process of its own, that is lost and comes back as the drill says. */
export interface MainProcess {
  /** Dies in the middle of its work, and is started again. */
  strike(): Promise<void>;
  strikes(): number;
  /** Gone without a word, until `start`. */
  kill(): Promise<void>;
  /** Not a byte more, and the line stays open. */
  freeze(): void;
  /** There, or there again; with other arguments when some are given. */
  start(more?: readonly string[]): Promise<void>;
  /** From now on a death that nobody asked for here (main kills itself at a named point) is followed by a start. */
  stayUp(): void;
  restarts(): number;
  stop(): Promise<void>;
}

export interface MainProcessOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly started: (child: Child) => void;
  readonly failed: (error: Error) => void;
}

/** Main died and nobody had asked for it. */
class MainEnded extends Error {
  override readonly name = 'MainEnded';
}

export function createMain({ args, env, started, failed }: MainProcessOptions): MainProcess {
  let child: Child | null = null;
  let starting: Promise<void> = Promise.resolve();
  let expected = true;
  let mayDie = false;
  let frozen = false;
  let restarts = 0;
  let starts = 0;
  let strikes = 0;
  let lastMore: readonly string[] = [];

  const died = async (of: Child): Promise<void> => {
    const { signal, code, errors } = await of.ended;
    if (child === of) child = null;
    if (expected) return;
    if (!mayDie || signal !== 'SIGKILL') {
      failed(new MainEnded(`main ended by itself (${signal ?? code}): ${errors}`));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    if (!expected) starting = launch(lastMore).catch((error: unknown) => failed(error as Error));
  };
  const launch = async (more: readonly string[]): Promise<void> => {
    expected = false;
    lastMore = more;
    const fresh = await startChild(MAIN_SCRIPT, [...args, ...more], env);
    child = fresh;
    if (starts > 0) restarts += 1;
    starts += 1;
    started(fresh);
    void died(fresh);
  };
  const kill = async (): Promise<void> => {
    expected = true;
    await starting;
    frozen = false;
    if (child === null) return;
    process.kill(child.pid, 'SIGKILL');
    await child.ended;
  };
  return {
    kill,
    async strike() {
      await starting;
      if (child === null) return;
      strikes += 1;
      process.kill(child.pid, 'SIGKILL');
    },
    strikes: () => strikes,
    freeze() {
      if (child === null) return;
      process.kill(child.pid, 'SIGSTOP');
      frozen = true;
    },
    async start(more = []) {
      if (frozen && child !== null && more.length === 0) {
        process.kill(child.pid, 'SIGCONT');
        frozen = false;
        return;
      }
      await kill();
      await launch(more);
    },
    stayUp() {
      mayDie = true;
    },
    restarts: () => restarts,
    async stop() {
      expected = true;
      await starting;
      if (frozen && child !== null) process.kill(child.pid, 'SIGCONT');
      await child?.stop();
    },
  };
}
