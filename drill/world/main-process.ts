import { join } from 'node:path';
import { startChild, type Child } from './child.ts';

const MAIN_SCRIPT = join(import.meta.dirname, '..', 'main-server', 'main.ts');
/** Between a kill that was asked for and the next start. */
const AGAIN_MS = 200;

export interface MainProcessOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly failed: (error: Error) => void;
}

/** Main died and nobody had asked for it. */
class MainEnded extends Error {
  override readonly name = 'MainEnded';
}

/** The stand-in of main in a process of its own, that is lost and comes back as the drill says. */
export class MainProcess {
  readonly #options: MainProcessOptions;
  #child: Child | null = null;
  #starting: Promise<void> = Promise.resolve();
  /** Its end is wished for: nobody starts it again. */
  #expected = true;
  #mayDie = false;
  #frozen = false;
  #starts = 0;
  #strikes = 0;
  #more: readonly string[] = [];

  constructor(options: MainProcessOptions) {
    this.#options = options;
  }

  /** There, or there again: one that is frozen goes on, unless other arguments are given. */
  async start(more: readonly string[] = []): Promise<void> {
    if (this.#frozen && this.#child !== null && more.length === 0) {
      process.kill(this.#child.pid, 'SIGCONT');
      this.#frozen = false;
      return;
    }
    await this.kill();
    await this.#launch(more);
  }

  /** Gone without a word, until `start`. */
  async kill(): Promise<void> {
    this.#expected = true;
    await this.#starting;
    this.#frozen = false;
    if (this.#child === null) return;
    process.kill(this.#child.pid, 'SIGKILL');
    await this.#child.ended;
  }

  /** Not a byte more, and the line stays open. */
  freeze(): void {
    if (this.#child === null) return;
    process.kill(this.#child.pid, 'SIGSTOP');
    this.#frozen = true;
  }

  /** From now on a death that nobody asked for here (main kills itself at a named point) is followed by a start. */
  stayUp(): void {
    this.#mayDie = true;
  }

  /** Dies in the middle of its work, and is started again. */
  async strike(): Promise<void> {
    await this.#starting;
    if (this.#child === null) return;
    this.#strikes += 1;
    process.kill(this.#child.pid, 'SIGKILL');
  }
  strikes(): number {
    return this.#strikes;
  }

  /** Times that it was started again. */
  restarts(): number {
    return Math.max(0, this.#starts - 1);
  }

  async stop(): Promise<void> {
    this.#expected = true;
    await this.#starting;
    if (this.#frozen && this.#child !== null) process.kill(this.#child.pid, 'SIGCONT');
    await this.#child?.stop();
  }

  async #launch(more: readonly string[]): Promise<void> {
    const { args, env } = this.#options;
    this.#expected = false;
    this.#more = more;
    this.#child = await startChild(MAIN_SCRIPT, [...args, ...more], env);
    this.#starts += 1;
    void this.#died(this.#child);
  }

  async #died(of: Child): Promise<void> {
    const { signal, code, errors } = await of.ended;
    if (this.#child === of) this.#child = null;
    if (this.#expected) return;
    const { failed } = this.#options;
    if (!this.#mayDie || signal !== 'SIGKILL') {
      failed(new MainEnded(`main ended by itself (${signal ?? code}): ${errors}`));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    if (this.#expected) return;
    this.#starting = this.#launch(this.#more).catch((error: unknown) => {
      failed(error instanceof Error ? error : new Error(String(error)));
    });
  }
}
