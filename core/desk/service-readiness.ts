import type { Host } from '#core/host.ts';
import type { Journal, Projection } from '#core/journal/port.ts';
import { istDate } from '#core/model/market-clock.ts';
import type { TradingDay } from '#core/model/trading-day.ts';
import type { Mode } from '#core/sync/events.ts';
import type { Readiness } from './contract.ts';
import { ReadinessLog } from './readiness-log.ts';
import { checksOf, type ReadinessView } from './readiness.ts';

const TICK_EVERY_MS = 1_000;
/** After a start, links are dialled and main's book comes: for so long the desk is not judged for the day. */
export const SETTLE_MS = 60_000;

export interface ReadinessDeps {
  readonly journal: Pick<Journal, 'append' | 'head'>;
  readonly host: Pick<Host, 'now' | 'monotonicMs' | 'every' | 'log'>;
  readonly mode: () => Mode;
  /** The date as a trading day of this desk; null when it is none. */
  readonly day: (date: string) => TradingDay | null;
  /** What only the services know. `earlierSeq`: the last place of the journal of the days before today. */
  readonly around: (
    today: string,
    earlierSeq: number,
  ) => Omit<ReadinessView, 'nowMs' | 'positionsOf' | 'contractsOf'>;
}

/**
 * Whether this desk could take over, to be asked at any time; and once on each trading day, before the open or at the
 * first start after that, what came of it is a fact, and an error in the log where the desk is not ready.
 */
export function createReadiness(deps: ReadinessDeps) {
  const { journal, host } = deps;
  const log = new ReadinessLog();
  /** Why the journal did not take today's outcome; null: nothing was refused. */
  let refused: string | null = null;

  const readiness = (): Readiness => {
    const nowMs = host.now();
    const today = istDate(nowMs);
    const around = deps.around(today, log.lastSeqBefore(today, journal.head().seq));
    const { positionsOf, contractsOf } = log;
    const journalRefuses = around.journalRefuses ?? refused;
    const checks = checksOf({ ...around, nowMs, positionsOf, contractsOf, journalRefuses });
    return { atMs: nowMs, ready: checks.every(({ ok }) => ok), due: isDue(deps, nowMs), checks: [...checks] };
  };

  const check = (): void => {
    const tradingDate = istDate(host.now());
    // This very fact is the proof of the journal: what was refused before says nothing of it.
    const before = refused;
    refused = null;
    const { ready, checks } = readiness();
    const failing = checks.filter(({ ok }) => !ok).map(({ check: name, text }) => ({ check: name, text }));
    const kept = journal.append([{ kind: 'readiness-checked', v: 1, tradingDate, ready, failing }]);
    refused = kept.ok ? null : `The journal takes nothing, so nothing can be sent: ${kept.refusal.text}`;
    // A journal that stays full is asked again each second; that it is full is said once.
    if (refused !== null && refused === before) return;
    const texts = [...failing.map(({ text }) => text), ...(refused === null ? [] : [refused])];
    if (texts.length === 0) host.log.info('the desk is ready for the day', { tradingDate });
    else host.log.error('THE DESK IS NOT READY FOR THE DAY', { tradingDate, why: texts.join(' ') });
  };

  const projection: Projection = {
    name: 'readiness',
    memory: (entry) => {
      log.apply(entry);
    },
  };

  return {
    projection,
    readiness,
    /** After replay, when the services are started. Gives the way to stop. */
    start(): () => void {
      const settledMs = host.monotonicMs() + SETTLE_MS;
      return host.every(TICK_EVERY_MS, () => {
        const nowMs = host.now();
        if (log.checkedOn === istDate(nowMs) || !isDue(deps, nowMs)) return;
        if (host.monotonicMs() >= settledMs) check();
      });
    },
  };
}

/** In EMERGENCY and HANDBACK the desk has taken over: it is past being asked whether it could. */
function isDue({ day, mode }: ReadinessDeps, nowMs: number): boolean {
  const now = mode();
  if (now !== 'STANDBY' && now !== 'SUSPECT') return false;
  const today = day(istDate(nowMs));
  return today !== null && nowMs >= today.readyMs && nowMs < today.closesMs;
}
