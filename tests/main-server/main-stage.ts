import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { askMain } from '#drill/main-server/control-client.ts';
import type { MainCommand } from '#drill/main-server/control.ts';
import type { MainKill } from '#drill/main-server/kill.ts';
import { DATABASE_URL } from '#drill/main-server/open-store.ts';
import { startChild, type Child } from '#drill/world/child.ts';
import { freePorts } from '#drill/world/ports.ts';
import type { FactRow } from '#core/sync/messages.ts';
import type { LogWriter } from './desk-log-writer.ts';
import { helloOf, RawDesk } from './raw-desk.ts';

const SCRIPT = join(import.meta.dirname, '../../drill/main-server/main.ts');
const TOKEN = 'a token of a test';

export interface StageOptions {
  /** Empty: SQLite. */
  readonly databaseUrl?: string;
  readonly args?: readonly string[];
  readonly kills?: readonly MainKill[];
}

/** The stand-in as a process, always at the same port, however often it is started. */
export class MainStage {
  readonly folder = mkdtempSync(join(tmpdir(), 'lifeboat-main-'));
  readonly #options: StageOptions;
  #port = 0;
  #control = 0;
  #child: Child | null = null;

  constructor(options: StageOptions = {}) {
    this.#options = options;
    writeFileSync(this.path('token'), TOKEN);
    onTestFinished(async () => {
      await this.#child?.stop();
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  path(name: string): string {
    return join(this.folder, name);
  }
  get hits(): string {
    return this.path('hits');
  }
  get url(): string {
    return `ws://127.0.0.1:${this.#port}/desk`;
  }

  async start(more: readonly string[] = []): Promise<this> {
    if (this.#port === 0) [this.#port = 0, this.#control = 0] = await freePorts(2);
    const { databaseUrl = '', args = [], kills = [] } = this.#options;
    const fixed = [
      `--port=${this.#port}`,
      `--control-port=${this.#control}`,
      `--token-file=${this.path('token')}`,
      `--folder=${this.folder}`,
      `--kills=${JSON.stringify(kills)}`,
      `--hits=${this.hits}`,
    ];
    this.#child = await startChild(SCRIPT, [...fixed, ...args, ...more], { [DATABASE_URL]: databaseUrl });
    return this;
  }
  /** How it died by itself. */
  async death(): Promise<NodeJS.Signals | null> {
    return (await this.#child?.ended)?.signal ?? null;
  }
  async kill(): Promise<void> {
    if (this.#child === null) return;
    process.kill(this.#child.pid, 'SIGKILL');
    await this.#child.ended;
  }
  stop(): Promise<unknown> {
    return this.#child?.stop() ?? Promise.resolve();
  }
  ask(command: MainCommand): Promise<Record<string, unknown>> {
    return askMain(this.#control, command);
  }

  /** What main has of an epoch, in order. */
  async stored(desk: string, epoch: number): Promise<readonly FactRow[]> {
    const all: FactRow[] = [];
    for (;;) {
      const afterSeq = all.at(-1)?.seq ?? 0;
      const { rows } = await this.ask({ do: 'facts', desk, epoch, afterSeq, limit: 5_000 });
      all.push(...(rows as FactRow[]));
      if ((rows as FactRow[]).length < 5_000) return all;
    }
  }

  dial(token = TOKEN): Promise<RawDesk> {
    return new RawDesk(this.url, token).opened();
  }
  /** A desk that said hello and was welcomed. */
  async welcomed(log: LogWriter, more: Parameters<typeof helloOf>[1] = {}): Promise<RawDesk> {
    const desk = await this.dial();
    desk.say(helloOf(log, more));
    await desk.hears('welcome');
    return desk;
  }
}
