import type { InferContractRouterOutputs } from '@orpc/contract';
import type { Contract } from '#core/contract.ts';
import type { FrontDoor } from '#drill/world/front-door.ts';
import { agreed, isRefused, type Doors } from '#drill/world/seats.ts';
import type { Patience } from './patience.ts';

type Outputs = InferContractRouterOutputs<Contract>;
type PositionShown = Outputs['positions']['list']['rows'][number];
type RunShown = Outputs['squareOff']['runs'][number];
type RowAsked = Extract<
  Parameters<FrontDoor['squareOff']['dryRun']>[0]['scope'],
  { kind: 'rows' }
>['rows'][number];

export interface DealerOptions {
  readonly patience: Patience;
  /** An exchange without drop copy and prices: every row is unproven and goes alone, read back. */
  readonly plain: boolean;
  /** Plans after which no less is open than before, at most: then nothing more can be done. */
  readonly idlePlansMax: number;
  readonly now: () => number;
  readonly progress: (done: number, total: number) => void;
  readonly say: (line: string) => void;
  /** A run was seen going on; called each time. */
  readonly running: () => void;
}

/** When the whole exit began and ended, epoch ms of the drill's clock. */
export interface Exited {
  readonly approvedAtMs: number;
  readonly endedAtMs: number;
}

/** The desk must be connected, recovered and proven in this time. */
const READY_MS = 60_000;
/** Orders in doubt are waited for this long before the next plan; then the plan says what they pin. */
const DOUBT_MS = 4_000;
/** Live prices are asked for by a first dry run, and have come by then. */
const PRICES_MS = 600;
/** Plans made for what earlier ones left, at most. */
const PLANS_MAX = 6;
/** Between two plans: what refused or had no liquidity gets some time. */
const BETWEEN_MS = 1_000;
/** Runs of one row each that may go on together. */
const ROWS_TOGETHER = 8;

/**
 * The scripted dealer of a desk in an emergency, and the admin where a dealer may not: only the front door, only what a person could do. It begins again wherever the desk died: it
 * looks what is there, lets running runs go on, and makes a new plan for what is still open.
 */
export function exitEverything(options: DealerOptions): Promise<Exited> {
  return new Script(options).exit();
}

class Script {
  readonly #options: DealerOptions;
  readonly #patience: Patience;
  #approvedAtMs = 0;

  constructor(options: DealerOptions) {
    this.#options = options;
    this.#patience = options.patience;
  }

  async exit(): Promise<Exited> {
    let before = await this.#openUnits();
    let idle = 0;
    for (let plans = 0; plans < PLANS_MAX && idle < this.#options.idlePlansMax;) {
      await this.#ready();
      if (await this.#finishRuns()) continue;
      if (idle === 0) await this.#settleDoubts();
      const started = this.#options.plain ? await this.#exitRowByRow() : await this.#exitAll();
      if (started === 'gone') continue;
      if (started === 0) break;
      plans += 1;
      await this.#finishRuns();
      const open = await this.#openUnits();
      if (open === 0) break;
      idle = open < before ? 0 : idle + 1;
      before = open;
      await this.#patience.pause(BETWEEN_MS);
    }
    return { approvedAtMs: this.#approvedAtMs, endedAtMs: this.#options.now() };
  }

  /** Waits until every link is up and every row can be counted on; resets a stopped session. */
  #ready(): Promise<void> {
    return this.#patience.until(READY_MS, (doors) => this.#lacking(doors));
  }

  async #lacking(doors: Doors): Promise<string | null> {
    const links = await resetStopped(doors, this.#options.say);
    const down = links.find(({ state }) => state !== 'up');
    if (down !== undefined) return `${down.session} is ${down.state} (${down.why})`;
    if (this.#options.plain) return null;
    const { rows } = await doors.dealer.positions.list({ openOnly: true, proof: 'unproven' });
    const unproven = rows.find(({ warnings }) => warnings.includes('drop-copy-down'));
    return unproven === undefined ? null : `${unproven.account} ${unproven.instrumentId} is unproven`;
  }

  /** Follows the runs that are not over. A paused one is resumed, or stopped where it may not be. True if any was. */
  async #finishRuns(): Promise<boolean> {
    let any = false;
    for (;;) {
      const runs = await this.#patience.again(({ dealer }) => dealer.squareOff.runs());
      this.#show(runs);
      const live = runs.filter(({ state }) => state !== 'ended');
      if (live.length === 0) return any;
      any = true;
      this.#options.running();
      for (const run of live.filter(({ state }) => state === 'paused')) await this.#resume(run);
      await this.#patience.again((doors) => resetStopped(doors, this.#options.say));
      await this.#patience.pause();
    }
  }

  async #resume({ runId }: RunShown): Promise<void> {
    const why = 'drill: the desk is back';
    await this.#patience.again(async ({ dealer }) => {
      try {
        await dealer.squareOff.resume({ runId, why });
      } catch (error) {
        if (!isRefused(error)) throw error;
        await dealer.squareOff.stop({ runId, why: 'drill: a new dry run takes its place' });
      }
    });
  }

  /** Orders in doubt are being asked about: a plan made now would have to leave what they pin. */
  async #settleDoubts(): Promise<void> {
    const untilMs = Date.now() + DOUBT_MS;
    while (Date.now() < untilMs) {
      const doubts = await this.#patience.again(({ dealer }) => dealer.orders.list({ which: 'in-doubt' }));
      if (doubts.length === 0) return;
      await this.#patience.pause();
    }
  }

  /** A dry run of everything, read, and approved. The number of rows in it; 0 when nothing more can be done. */
  async #exitAll(): Promise<number | 'gone'> {
    const { now } = this.#options;
    const { desk } = this.#patience;
    const request = { scope: { kind: 'all' as const }, evidence: evidenceOf(now()), instructions: [] };
    const first = await desk.ask(({ dealer }) => dealer.squareOff.dryRun(request));
    if (first === 'gone') return 'gone';
    if (first.value.plan.rows.length === 0 && first.value.plan.cancels.foreign.length === 0) return 0;
    await this.#patience.pause(PRICES_MS);
    const done = await desk.ask(async ({ dealer, admin }) => {
      const { planId, planHash, plan } = await dealer.squareOff.dryRun(request);
      this.#approved();
      await agreed(() => dealer.squareOff.approve({ planId, planHash }), admin);
      return plan.rows.length;
    });
    return done === 'gone' ? 'gone' : Math.max(1, done.value);
  }

  /** Each unproven row alone, its net read back; a few together. Shorts and futures before long options. */
  async #exitRowByRow(): Promise<number | 'gone'> {
    const rows = await this.#openRows();
    let started = 0;
    for (let at = 0; at < rows.length; at += ROWS_TOGETHER) {
      for (const row of rows.slice(at, at + ROWS_TOGETHER)) {
        const done = await this.#patience.desk.ask((doors) => this.#exitRow(doors, row));
        if (done === 'gone') return 'gone';
        started += done.value;
      }
      await this.#finishRuns();
    }
    return started;
  }

  async #exitRow(
    { dealer, admin }: Doors,
    { account, instrumentId, product, net }: PositionShown,
  ): Promise<number> {
    const evidence = { ...evidenceOf(this.#options.now()) };
    const row: RowAsked = {
      account,
      instrumentId,
      product,
      quantity: null,
      readBack: net,
      evidence,
      limitE4: null,
    };
    const scope = { kind: 'rows' as const, rows: [row] };
    const { planId, planHash, plan } = await dealer.squareOff.dryRun({
      scope,
      evidence: null,
      instructions: [],
    });
    if (plan.rows.length === 0) return 0;
    this.#approved();
    await agreed(() => dealer.squareOff.approve({ planId, planHash }), admin);
    return 1;
  }

  /** What may be closed and is not flat: longs of options last. */
  async #openRows(): Promise<PositionShown[]> {
    const { rows } = await this.#patience.again(({ dealer }) => dealer.positions.list({ openOnly: true }));
    const isLongOption = ({ net, instrumentId }: PositionShown): number =>
      net > 0 && /[CP]E$/.test(instrumentId) ? 1 : 0;
    return rows
      .filter(({ product }) => product !== 'CNC')
      .sort((one, other) => isLongOption(one) - isLongOption(other));
  }

  /** Units open over all rows; a row that may be flat or not counts for one. */
  async #openUnits(): Promise<number> {
    return (await this.#openRows()).reduce((sum, { net }) => sum + Math.max(1, Math.abs(net)), 0);
  }

  #approved(): void {
    if (this.#approvedAtMs === 0) this.#approvedAtMs = this.#options.now();
  }

  #show(runs: readonly RunShown[]): void {
    const last = runs.at(-1);
    if (last !== undefined) this.#options.progress(last.flatRows + last.leftoverRows, last.rows);
  }
}

/** A session that stopped over its sequence numbers goes on only by a person's word. */
async function resetStopped(
  { dealer, admin }: Doors,
  say: (line: string) => void,
): Promise<Outputs['exchange']['links']> {
  const links = await dealer.exchange.links();
  for (const { venue, session, state, why } of links) {
    if (state !== 'stopped') continue;
    say(`the ${session} session of ${venue} stopped, the admin resets it: ${why}`);
    const reason = `drill: both sides begin again (${why})`;
    await agreed(() => admin.exchange.resetSession({ venue, session, reason }), dealer);
  }
  return links;
}

function evidenceOf(atMs: number) {
  return { authority: 'rms-decision' as const, reference: 'DRILL-1', channel: 'desk', instructedAtMs: atMs };
}
