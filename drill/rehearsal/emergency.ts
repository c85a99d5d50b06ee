import type { BookFiles } from '#drill/book/write.ts';
import { hashText } from '#drill/book/prng.ts';
import type { MainKill } from '#drill/main-server/kill.ts';
import type { DrillOptions, Scenario } from '#drill/options.ts';
import type { World } from '#drill/world/world.ts';
import { collect, type Collected } from './collect.ts';
import { exitEverything, type Exited } from './dealer.ts';
import type { DeskProcess } from './desk-process.ts';
import { bringFiles, declareLost, follow, missMain } from './following.ts';
import { handBack, type HandedBack } from './handing-back.ts';
import { padFacts } from './padding.ts';
import { GivesUp, Patience } from './patience.ts';

export interface PlayedAll {
  readonly desks: readonly Played[];
  /** When main was there again, epoch ms of the drill's clock; null without main. */
  readonly mainBackAtMs: number | null;
}

/** A desk of the rehearsal, with its name in the world. */
export interface Player {
  readonly desk: DeskProcess;
  readonly owner: string;
  readonly data: string;
  readonly name: string;
}

/** What one desk did, and what it says of itself. */
export interface Played {
  readonly exited: Exited;
  readonly collected: Collected;
  /** Null without main. */
  readonly handedBack: HandedBack | null;
  readonly complaints: readonly string[];
}

export interface EmergencyOptions extends DrillOptions {
  readonly world: World;
  readonly players: readonly Player[];
  /** Where main kills itself after its return, one after the other. */
  readonly mainKills: readonly MainKill[];
  readonly progress: (done: number, total: number) => void;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A main that is to be killed at any moment is killed within this time of its return. */
const ANY_MS = 2_500;
/** A main that refuses goes on doing so for this long. */
const REFUSING_MS = 3_000;

/** The whole emergency, all desks side by side; what main does happens once, to all of them. */
export async function playEmergency(options: EmergencyOptions): Promise<PlayedAll> {
  const { world, players, signal } = options;
  let returning: Promise<void> | null = null;
  const back = (): Promise<void> => (returning ??= returnMain(options));
  const at = players.map(
    (player) => new Stage(player, new Patience(player.desk, signal), { ...options, back }),
  );
  const all = <Value>(what: (stage: Stage) => Promise<Value>): Promise<Value[]> => Promise.all(at.map(what));
  let mainBackAtMs: number | null = null;
  if (world.main === null) {
    await all((stage) => stage.files());
  } else {
    const rows = (await all((stage) => stage.follow())).reduce((sum, count) => sum + count, 0);
    const { length } = world.book.positions;
    if (rows !== length) at[0]?.complain(`the desks follow ${rows} rows, main's book has ${length}`);
    await loseMain(options);
    await all((stage) => stage.missMain());
  }
  await all((stage) => stage.exit());
  if (world.main !== null) {
    await all((stage) => stage.pad());
    mainBackAtMs = Date.now() + world.file.clockOffsetMs;
    await back();
    await all((stage) => stage.handBack());
  }
  return { desks: at.map((stage) => stage.played()), mainBackAtMs };
}

interface StageOptions extends EmergencyOptions {
  /** Main is there again; asked a second time, it stays. */
  readonly back: () => Promise<void>;
}

class Stage {
  readonly #player: Player;
  readonly #patience: Patience;
  readonly #options: StageOptions;
  readonly #complaints: string[] = [];
  #mainIsBack = false;
  #exited: Exited | null = null;
  #collected: Collected | null = null;
  #handedBack: HandedBack | null = null;

  constructor(player: Player, patience: Patience, options: StageOptions) {
    this.#player = player;
    this.#patience = patience;
    this.#options = options;
  }

  complain(text: string): void {
    this.#complaints.push(`${this.#player.name}: ${text}`);
  }

  async files(): Promise<void> {
    const { book: _book, ...files } = this.#options.world.file.files satisfies BookFiles;
    await bringFiles(this.#patience, files);
    await declareLost(this.#patience);
  }

  async follow(): Promise<number> {
    const { rows, complaints } = await follow(this.#patience);
    for (const complaint of complaints) this.complain(complaint);
    return rows;
  }

  async missMain(): Promise<void> {
    await missMain(this.#patience);
    await declareLost(this.#patience);
  }

  async exit(): Promise<void> {
    const { world, plant, gateway, progress, say } = this.#options;
    const { clockOffsetMs, tradingDate } = world.file;
    this.#exited = await exitEverything({
      patience: this.#patience,
      plain: gateway !== null,
      // A broken desk need not be given many chances.
      idlePlansMax: plant === null ? 2 : 1,
      now: () => Date.now() + clockOffsetMs,
      progress,
      say,
      running: () => this.#running(),
    });
    const { desk, owner } = this.#player;
    this.#collected = await collect({ desk, tradingDate, owner });
  }

  async pad(): Promise<void> {
    const { facts, world } = this.#options;
    if (facts > 0) await padFacts(this.#patience, facts, world.book, world.file.clockOffsetMs);
  }

  async handBack(): Promise<void> {
    this.#handedBack = await handBack(this.#patience);
    for (const complaint of this.#handedBack.complaints) this.complain(complaint);
  }

  played(): Played {
    if (this.#exited === null || this.#collected === null) throw new GivesUp('nothing was played');
    return {
      exited: this.#exited,
      collected: this.#collected,
      handedBack: this.#handedBack,
      complaints: this.#complaints,
    };
  }

  /** In the middle of the exit: main is back, and nobody but a person may make anything of it. */
  #running(): void {
    const { mainReturns, back } = this.#options;
    if (mainReturns !== 'mid-run' || this.#mainIsBack) return;
    this.#mainIsBack = true;
    back().catch((error: unknown) => this.complain(`main did not come back: ${String(error)}`));
  }
}

async function loseMain({ world, mainScenario }: EmergencyOptions): Promise<void> {
  if (world.main === null) return;
  if (mainScenario === 'frozen') world.main.process.freeze();
  else await world.main.process.kill();
}

const COMES_BACK: Readonly<Record<Scenario, string>> = {
  healthy: 'healthy',
  slow: 'slow',
  frozen: 'healthy',
  refusing: 'refusing',
  'old-data': 'old-data',
  obeys: 'obeys',
  'fires-square-off': 'fires-square-off',
  'ignores-fence': 'ignores-fence',
};

/** Main comes back as the scenario says. */
async function returnMain(options: EmergencyOptions): Promise<void> {
  const { world, players, mainScenario, mainKills, kill, seed, say } = options;
  const { main } = world;
  if (main === null || mainScenario === null) return;
  main.process.stayUp();
  for (const { desk } of players) desk.arm();
  say('main is back');
  const kills = `--kills=${JSON.stringify(mainKills)}`;
  if (mainScenario === 'frozen') await main.process.start();
  else await main.process.start([`--scenario=${COMES_BACK[mainScenario]}`, kills]);
  if (mainScenario === 'refusing') {
    await new Promise((resolve) => setTimeout(resolve, REFUSING_MS));
    await main.process.start(['--scenario=healthy', kills]);
  }
  if (kill?.target !== 'main' || kill.at !== 'any') return;
  setTimeout(
    () => {
      main.process.strike().catch((error: unknown) => say(String(error)));
    },
    hashText(`${seed}/main-any`) % ANY_MS,
  );
}
