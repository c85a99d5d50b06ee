import { describe, expect, it, onTestFinished } from 'vitest';
import type { Entry, Fact } from '#core/events.ts';
import { openScratch, scratchOptions } from '#core/journal/stage.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { refuse } from '#core/lib/result.ts';
import { DEFAULT_CALENDAR } from '#core/model/calendar.ts';
import { instantOf, istDate, istTime, MINUTE_MS } from '#core/model/market-clock.ts';
import { tradingDayOf } from '#core/model/trading-day.ts';
import type { Mode } from '#core/sync/events.ts';
import type { ReadinessView } from './readiness.ts';
import { createReadiness, SETTLE_MS, type ReadinessDeps } from './service-readiness.ts';

const MONDAY = '2026-11-23';
const FRIDAY = '2026-11-20';
const at = (hour: number, minutes: number, date = MONDAY): number => instantOf(date, hour * 60 + minutes);
const TRADED = [{ exchange: 'NSE', segment: 'FO' }] as const;

/** Everything but positions and contracts, which the log says. */
const WELL: ReturnType<ReadinessDeps['around']> = {
  journalRefuses: null,
  main: null,
  links: [],
  traded: [],
  approvers: [{ user: 'asha', needed: 1, present: 1, mayNotSend: [] }],
  doubtful: 0,
  handback: { facts: 0, notTaken: '' },
};
const positions: Fact = {
  kind: 'positions-imported',
  v: 1,
  source: 'sod.csv',
  sha256: '00',
  rows: 1,
  refused: 0,
  asOfMs: at(8, 0),
  tradingDate: MONDAY,
  cuts: [],
  by: 'asha',
};
const contracts: Fact = {
  kind: 'instruments-imported',
  v: 1,
  source: 'contracts.csv',
  format: 'kite',
  sha256: '01',
  rows: 1,
  refused: 0,
  tradingDate: MONDAY,
  by: 'asha',
};

/** A desk of that folder from that moment on; starting it again goes on with its log. */
function deskFrom(folder: string, nowMs: number) {
  const state = {
    nowMs,
    mode: 'SUSPECT' as Mode,
    around: WELL as Omit<ReadinessView, 'nowMs' | 'positionsOf' | 'contractsOf'>,
    writable: true,
    earlier: [] as number[],
  };
  const said: string[] = [];
  const ticks: (() => void)[] = [];
  const entries: Entry[] = [];
  const later: { hear: ((entry: Entry) => void) | null } = { hear: null };
  const scratch = scratchOptions(folder);
  const journal = openScratch({ ...scratch, host: { ...scratch.host, now: () => state.nowMs } }, (entry) => {
    entries.push(entry);
    later.hear?.(entry);
  });
  const service = createReadiness({
    journal: {
      head: () => journal.head(),
      append: (facts) =>
        state.writable
          ? journal.append(facts)
          : refuse({ reason: 'journal-not-writable', text: 'the disk is full' }),
    },
    host: {
      now: () => state.nowMs,
      monotonicMs: () => state.nowMs,
      every: (_everyMs, tick) => {
        ticks.push(tick);
        return () => undefined;
      },
      log: {
        info: (message) => void said.push(`info ${message}`),
        warn: () => undefined,
        error: (message, details) => void said.push(`error ${message}: ${String(details?.['why'])}`),
      },
    },
    mode: () => state.mode,
    day: (date) => tradingDayOf(DEFAULT_CALENDAR, TRADED, date),
    around: (_today, earlierSeq) => {
      state.earlier.push(earlierSeq);
      return state.around;
    },
  });
  later.hear = (entry) => service.projection.memory(entry);
  for (const entry of entries) later.hear(entry);
  service.start();
  let open = true;
  const close = (): void => {
    if (open) journal.close();
    open = false;
  };
  onTestFinished(close);
  return {
    state,
    said,
    close,
    journal,
    readiness: service.readiness,
    /** Time goes on to that moment, second by second of the last two minutes. */
    until(nextMs: number): void {
      for (let ms = Math.max(state.nowMs, nextMs - 2 * MINUTE_MS); ms <= nextMs; ms += 1_000) {
        state.nowMs = ms;
        for (const tick of ticks) tick();
      }
    },
    checked: (): string[] =>
      entries.flatMap(({ fact, atMs }) =>
        fact.kind === 'readiness-checked'
          ? [
              `${istDate(atMs)} ${istTime(atMs)} ${fact.ready ? 'ready' : fact.failing.map(({ check }) => check).join()}`,
            ]
          : [],
      ),
  };
}

describe('the readiness of the day', () => {
  it('is a fact at 08:45, once, and an error in the log when it fails', () => {
    const desk = deskFrom(scratchFolder().path, at(7, 0));
    desk.until(at(8, 44));
    expect(desk.checked()).toEqual([]);
    expect(desk.readiness()).toMatchObject({ ready: false, due: false });
    desk.until(at(8, 45));
    desk.until(at(15, 41));
    expect(desk.checked()).toEqual([`${MONDAY} 08:45:00 book,contracts`]);
    expect(desk.said).toEqual([
      'error THE DESK IS NOT READY FOR THE DAY: No positions file was imported; there is no main to follow. No contracts file was imported; there is no main to follow.',
    ]);
  });

  it('is good when all is there, and is asked again the next day', () => {
    const desk = deskFrom(scratchFolder().path, at(7, 0));
    expect(desk.journal.append([positions, contracts]).ok).toBe(true);
    desk.until(at(8, 50));
    expect(desk.said).toEqual(['info the desk is ready for the day']);
    expect(desk.readiness()).toMatchObject({ ready: true, due: true, atMs: at(8, 50) });
    desk.until(at(8, 50, '2026-11-24'));
    expect(desk.checked()).toEqual([`${MONDAY} 08:48:00 ready`, '2026-11-24 08:48:00 book,contracts']);
  });

  it('was done before a restart, and is not done again', () => {
    const { path } = scratchFolder();
    const before = deskFrom(path, at(7, 0));
    before.until(at(8, 45));
    before.close();
    const after = deskFrom(path, at(9, 30));
    after.until(at(12, 0));
    expect(after.checked()).toEqual([`${MONDAY} 08:45:00 book,contracts`]);
    expect(after.said).toEqual([]);
  });

  it('is made up for at a late start, when links and book have had their time', () => {
    const desk = deskFrom(scratchFolder().path, at(11, 0));
    desk.until(at(11, 0) + SETTLE_MS - 1_000);
    expect(desk.checked()).toEqual([]);
    desk.until(at(11, 0) + SETTLE_MS);
    expect(desk.checked()).toEqual([`${MONDAY} 11:01:00 book,contracts`]);
  });

  it.each<[string, number, Mode]>([
    ['on a Sunday', at(10, 0, '2026-11-22'), 'SUSPECT'],
    ['after the close', at(15, 40), 'SUSPECT'],
    ['in EMERGENCY', at(10, 0), 'EMERGENCY'],
    ['in HANDBACK', at(10, 0), 'HANDBACK'],
  ])('is not asked for %s', (_when, nowMs, mode) => {
    const desk = deskFrom(scratchFolder().path, nowMs);
    desk.state.mode = mode;
    desk.until(nowMs + 3 * SETTLE_MS);
    expect(desk.checked()).toEqual([]);
    expect(desk.readiness().due).toBe(false);
  });

  it('is asked for in STANDBY after an emergency of the morning', () => {
    const desk = deskFrom(scratchFolder().path, at(8, 0));
    desk.state.mode = 'HANDBACK';
    desk.until(at(11, 0));
    desk.state.mode = 'STANDBY';
    desk.until(at(11, 5));
    expect(desk.checked()).toHaveLength(1);
  });

  it('fails while the journal does not take it, which is said once, and is taken when there is room', () => {
    const desk = deskFrom(scratchFolder().path, at(7, 0));
    expect(desk.journal.append([positions, contracts]).ok).toBe(true);
    desk.state.writable = false;
    desk.until(at(8, 45));
    desk.until(at(8, 46));
    const text = 'The journal takes nothing, so nothing can be sent: the disk is full';
    expect(desk.readiness().checks[0]).toEqual({ check: 'journal', ok: false, text });
    expect(desk.said).toEqual([`error THE DESK IS NOT READY FOR THE DAY: ${text}`]);
    desk.state.writable = true;
    desk.until(at(8, 47));
    expect(desk.readiness().ready).toBe(true);
    expect(desk.checked()).toEqual([`${MONDAY} 08:46:00 ready`]);
  });

  it('asks main for what is before today, and for nothing of today', () => {
    const desk = deskFrom(scratchFolder().path, at(15, 0, FRIDAY));
    expect(desk.journal.append([positions]).ok).toBe(true);
    const fridaySeq = desk.journal.head().seq;
    desk.state.nowMs = at(8, 0);
    desk.readiness();
    expect(desk.journal.append([contracts]).ok).toBe(true);
    desk.readiness();
    expect(desk.state.earlier).toEqual([fridaySeq, fridaySeq]);
  });
});
