import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How long a process of the drill may take to say that it is ready, and to end when asked. */
const READY_MS = 60_000;
const STOP_MS = 15_000;

export interface Child {
  readonly pid: number;
  /** The JSON of its first line: what it says of itself when it is ready. */
  readonly ready: unknown;
  /** Resolves when the process is gone, with how it went. */
  readonly ended: Promise<Ended>;
  /** Asks it to stop (SIGTERM), and ends it (SIGKILL) when it does not. */
  stop(): Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last of what it wrote on its error output. */
  readonly errors: string;
}

/** A process of the drill that did not come to be ready, with the last of what it said. */
class ChildFailed extends Error {
  override readonly name = 'ChildFailed';
}

const ERRORS_KEPT = 4_000;

/** Starts `node script args` and waits for its first line, which is JSON. `env` is added to that of the drill. */
export async function startChild(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A terminal's Ctrl-C reaches the drill only, which then stops its processes in order.
    detached: true,
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-ERRORS_KEPT);
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', (error) => resolve({ code: 127, signal: null, errors: `${errors}${error.message}` }));
    child.once('close', (code, signal) => resolve({ code, signal, errors }));
  });
  const line = await firstLine(child, ended, script);
  return { pid: child.pid ?? 0, ready: JSON.parse(line) as unknown, ended, stop: () => stop(child, ended) };
}

async function firstLine(child: ChildProcess, ended: Promise<Ended>, script: string): Promise<string> {
  const timer = new AbortController();
  const late = new Promise<never>((_resolve, reject) => {
    const timeout = setTimeout(
      () => reject(new ChildFailed(`${script} was not ready in ${READY_MS} ms`)),
      READY_MS,
    );
    timer.signal.addEventListener('abort', () => clearTimeout(timeout));
  });
  const died = ended.then(({ code, signal, errors }): never => {
    throw new ChildFailed(`${script} ended before it was ready (${signal ?? code}): ${errors}`);
  });
  const line = new Promise<string>((resolve) => {
    if (child.stdout === null) return;
    const lines = createInterface({ input: child.stdout });
    lines.once('line', resolve);
    lines.on('line', () => undefined);
  });
  try {
    return await Promise.race([line, died, late]);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    timer.abort();
    died.catch(() => undefined);
  }
}

async function stop(child: ChildProcess, ended: Promise<Ended>): Promise<Ended> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  try {
    return await ended;
  } finally {
    clearTimeout(timer);
  }
}

/** A process that is started again, with the same arguments, whenever it dies without being asked to. */
export interface Kept {
  current(): Child;
  /** Times that it was started again. */
  restarts(): number;
  stop(): Promise<void>;
}

export interface KeepOptions {
  readonly script: string;
  readonly args: readonly string[];
  readonly started: (child: Child) => void;
  /** Whether an end that nobody asked for was one to be survived. Else it ends the drill. */
  readonly mayStartAgain?: (ended: Ended) => boolean;
  /** A process that can not be started again ends the drill. */
  readonly failed: (error: Error) => void;
}

/** A process of the drill that was not killed but ended by itself, with the last of what it said. */
class ChildEnded extends Error {
  override readonly name = 'ChildEnded';
}

/** Time between a kill and the next start. */
const AGAIN_MS = 200;

export async function keepChild(options: KeepOptions): Promise<Kept> {
  const { script, args, started, failed, mayStartAgain = ({ signal }) => signal === 'SIGKILL' } = options;
  let current = await startChild(script, args);
  let restarts = 0;
  let stopping = false;
  let starting: Promise<void> = Promise.resolve();

  const watch = (): void => {
    started(current);
    void current.ended.then((ended) => {
      if (!stopping) starting = again(ended);
    });
  };
  const again = async (ended: Ended): Promise<void> => {
    try {
      if (!mayStartAgain(ended)) {
        throw new ChildEnded(`${script} ended by itself (${ended.signal ?? ended.code}): ${ended.errors}`);
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      if (stopping) return;
      current = await startChild(script, args);
      restarts += 1;
      watch();
    } catch (error) {
      failed(error instanceof Error ? error : new Error(String(error)));
    }
  };
  watch();
  return {
    current: () => current,
    restarts: () => restarts,
    async stop() {
      stopping = true;
      await starting;
      await current.stop();
    },
  };
}
