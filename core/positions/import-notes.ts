import { Exchange, Segment } from '#core/model/instrument.ts';
import { parseInstant } from '#core/model/market-clock.ts';
import type { Table } from '#core/lib/table.ts';
import type { Cut } from './events.ts';

/** What a position file says about itself at its head; null or empty where it does not. */
export interface PositionNotes {
  readonly source: string | null;
  readonly asOfMs: number | null;
  readonly tradingDate: string | null;
  readonly cuts: readonly Cut[];
  /** Notes that could not be read, each with its reason: nobody may take their silence for a cut. */
  readonly bad: readonly string[];
}

/**
 * Reads `# as_of: 2026-11-23T14:50:00+05:30`, `# trading_date: 2026-11-23`, `# cut: none-of-today`,
 * `# cut: NSE:FO last-trade 4711` and `# cut: NSE:CM trades 1 2 3` (docs/imports.md).
 */
export function positionNotes(notes: Table['notes']): PositionNotes {
  const bad: string[] = [];
  const cuts: Cut[] = [];
  const last = (name: string): string | null => notes.findLast(([one]) => one === name)?.[1] ?? null;
  for (const [name, value] of notes) {
    if (name !== 'cut') continue;
    const cut = parseCut(value);
    if (cut === null) bad.push(`cut: ${value.slice(0, 60)} can not be read`);
    else cuts.push(cut);
  }
  const asOf = last('as_of');
  const asOfMs = asOf === null ? null : parseInstant(asOf);
  if (asOf !== null && asOfMs === null) bad.push(`as_of: ${asOf.slice(0, 60)} is no time`);
  const tradingDate = last('trading_date');
  const isDate =
    tradingDate !== null && /^\d{4}-\d{2}-\d{2}$/.test(tradingDate) && parseInstant(tradingDate) !== null;
  if (tradingDate !== null && !isDate) bad.push(`trading_date: ${tradingDate.slice(0, 60)} is no date`);
  return { source: last('source'), asOfMs, tradingDate: isDate ? tradingDate : null, cuts, bad };
}

function parseCut(text: string): Cut | null {
  if (text === 'none-of-today') return { kind: 'none-of-today' };
  const [, exchangeText = '', segmentText = '', kind = '', rest = ''] =
    /^(\w+):(\w+)\s+(last-trade|trades)\s+(.+)$/.exec(text) ?? [];
  const [exchange, segment] = [Exchange.safeParse(exchangeText), Segment.safeParse(segmentText)];
  if (!exchange.success || !segment.success) return null;
  const of = { exchange: exchange.data, segment: segment.data };
  if (kind === 'trades') return { kind, ...of, tradeNumbers: rest.trim().split(/[\s,]+/) };
  return /^\d{1,15}$/.test(rest) ? { kind: 'last-trade', ...of, tradeNumber: Number(rest) } : null;
}
