import { istTime } from '#core/model/market-clock.ts';
import type { ModeShown } from '#core/sync/contract.ts';
import { useMode } from '#renderer/api/sync.ts';
import { countdown, duration } from '#renderer/look/format.ts';
import { useKeymap } from '#renderer/look/keys.ts';
import { useNow } from '#renderer/look/ticking.ts';

type OutageShown = NonNullable<ModeShown['outage']>;

/** Under the top bar while main is out, whatever the screen shows: how long, and the two marks that count. */
export function OutageClock({ onAccept }: { readonly onAccept: () => void }) {
  const seen = useMode();
  const now = useNow();
  const keys = useKeymap();
  if (!('value' in seen) || seen.value.outage === null) return null;
  const { outage, mode, mainIsBack } = seen.value;
  const clock = clockOf(outage, now);
  // Its return is only offered: the outage counts until a person accepts it.
  const offered = mode === 'EMERGENCY' && mainIsBack;
  return (
    <div className={`outage-clock ${clock.tone}`} role="timer" aria-label="Outage of main">
      {offered ? (
        <>
          <strong>● MAIN ANSWERS AGAIN</strong>
          <button type="button" onClick={onAccept}>
            Accept it back… <kbd>{keys['main-lost']}</kbd>
          </button>
        </>
      ) : null}
      <strong>
        {offered ? 'outage until it is accepted:' : '✖ MAIN OUT for'} {duration(now - outage.startedAtMs)}
      </strong>
      <span>since {istTime(outage.startedAtMs)}</span>
      {seen.state === 'stale' ? <strong>⚠ OLD</strong> : null}
      <span className="mark">
        <strong>{clock.reportable}</strong>
        <span>5-minute mark</span>
      </span>
      <progress value={clock.done} max={1} aria-label={clock.towards} />
      <span className="mark">
        <strong>{clock.due}</strong>
        <span>2-hour mark</span>
      </span>
    </div>
  );
}

interface Clock {
  readonly tone: 'bad' | 'warn' | 'info';
  readonly reportable: string;
  readonly due: string;
  readonly towards: string;
  /** Share of the way to the mark that comes next. */
  readonly done: number;
}

/** Both marks in words. The desk judges them; between two answers this screen counts on. */
function clockOf(outage: OutageShown, now: number): Clock {
  const { startedAtMs, reportableAtMs, reportDueAtMs } = outage;
  const reportable = outage.reportable || now >= reportableAtMs;
  const overdue = outage.reportOverdue || now >= reportDueAtMs;
  const share = (from: number, to: number): number => Math.min(1, (now - from) / Math.max(1, to - from));
  if (!reportable) {
    return {
      tone: 'info',
      reportable: `reportable in ${countdown(reportableAtMs - now)}`,
      due: `then a report is due by ${istTime(reportDueAtMs)}`,
      towards: 'way to the five-minute mark',
      done: share(startedAtMs, reportableAtMs),
    };
  }
  const since = `⚠ REPORTABLE since ${istTime(reportableAtMs)}`;
  return overdue
    ? {
        tone: 'bad',
        reportable: since,
        due: `✖ REPORT OVERDUE by ${duration(now - reportDueAtMs)}: it was due at ${istTime(reportDueAtMs)}`,
        towards: 'way to the two-hour mark',
        done: 1,
      }
    : {
        tone: 'warn',
        reportable: since,
        due: `report due in ${countdown(reportDueAtMs - now)}, by ${istTime(reportDueAtMs)}`,
        towards: 'way to the two-hour mark',
        done: share(reportableAtMs, reportDueAtMs),
      };
}
