import type { Instrument } from '#core/model/instrument.ts';
import type { PositionRow } from '#core/positions/port.ts';
import type { ApprovedRow, Hedge } from './events.ts';
import type { PlanInput } from './plan-input.ts';

export type Leg = ApprovedRow['leg'];

/** Short options first, futures of both signs next, long options last. */
const RANK: Readonly<Record<Leg, number>> = { 'short-option': 0, future: 1, cash: 1, 'long-option': 2 };

export function legOf(instrument: Instrument, net: number): Leg {
  switch (instrument.kind) {
    case 'equity':
      return 'cash';
    case 'future':
      return 'future';
    case 'option':
      return net < 0 ? 'short-option' : 'long-option';
  }
}

export function legRank(leg: Leg): number {
  return RANK[leg];
}

/** Longs wait for the shorts of the same account and underlying. */
export function groupOf(account: string, instrument: Instrument): string {
  return `${account}|${instrument.exchange}|${instrument.underlying}`;
}

/**
 * Lots of long options that may have been sent or filled in all, on fills of shorts only:
 * floor(longLots x shortFilled / shortInitial). Futures of the group bound it in the same way.
 */
export function releasableLots(hedge: Hedge, shortFilled: number, futureFilled: number): number {
  return Math.min(
    part(hedge.longLots, shortFilled, hedge.shortInitial),
    part(hedge.longLots, futureFilled, hedge.futureInitial),
  );
}

function part(longLots: number, filled: number, initial: number): number {
  if (initial === 0) return longLots;
  return Math.floor((longLots * Math.min(filled, initial)) / initial);
}

/** The hedges of the groups that have long options in the plan; every open short and future counts. */
export function hedgesOf(
  input: PlanInput,
  planned: readonly (Pick<ApprovedRow, 'group' | 'leg' | 'quantity'> & { readonly lots: number })[],
): readonly Hedge[] {
  const longLots = new Map<string, number>();
  for (const row of planned) {
    if (row.leg === 'long-option') longLots.set(row.group, (longLots.get(row.group) ?? 0) + row.lots);
  }
  if (longLots.size === 0) return [];
  const open = new Map<string, { shortInitial: number; futureInitial: number }>();
  for (const row of input.rows) addOpen(input, row, longLots, open);
  const hedges: Hedge[] = [];
  for (const [group, risk] of open) hedges.push({ group, longLots: longLots.get(group) ?? 0, ...risk });
  return hedges.sort((one, other) => (one.group < other.group ? -1 : 1));
}

function addOpen(
  input: PlanInput,
  row: PositionRow,
  longLots: ReadonlyMap<string, number>,
  open: Map<string, { shortInitial: number; futureInitial: number }>,
): void {
  const instrument = input.instrument(row.instrumentId);
  if (instrument === null || instrument.kind === 'equity') return;
  const group = groupOf(row.account, instrument);
  if (!longLots.has(group)) return;
  const short = Math.max(0, -row.netLow);
  const either = Math.max(Math.abs(row.netLow), Math.abs(row.netHigh));
  if (instrument.kind === 'option' && short === 0) return;
  if (either === 0) return;
  const risk = open.get(group) ?? { shortInitial: 0, futureInitial: 0 };
  if (instrument.kind === 'option') risk.shortInitial += short;
  else risk.futureInitial += either;
  open.set(group, risk);
}
