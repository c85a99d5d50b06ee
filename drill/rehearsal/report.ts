import type { DrillOptions } from '#drill/options.ts';
import type { Hit } from '#drill/desk/kill.ts';
import type { Verdict } from '#drill/judge/judge.ts';

/** The last line of `npm run drill -- --json`. */
export interface Report {
  /** Every row that an exit may take is zero, by the exchange's ledger and by the desk, and nothing is in doubt. */
  readonly flat: boolean;
  readonly rows: number;
  /** Orders of the desk that the exchange accepted. */
  readonly orders: number;
  /** The least number of orders that the book needs by lot and freeze quantity. */
  readonly slices: number;
  readonly fills: number;
  readonly duplicates: number;
  readonly overclosed: number;
  /** Orders in doubt at the end. */
  readonly unknown: number;
  readonly leftovers: readonly ReportedLeftover[];
  /** "ok", or the first row of the journal that does not hold. */
  readonly chain: string;
  /** How often each asked fault struck. */
  readonly faults: Readonly<Record<string, number>>;
  /** The named point at which the asked kill hit; null when none was asked or none hit. */
  readonly killedAt: string | null;
  /** Processes that were started again. */
  readonly restarts: number;
  /** From the first approval until the last order was sent, and until the last row was flat or left. */
  readonly sentMs: number;
  readonly flatMs: number;
  readonly ledger: { readonly orders: number; readonly fills: number; readonly agrees: boolean };
}

export interface ReportedLeftover {
  readonly account: string;
  readonly instrument: string;
  readonly quantity: number;
  readonly reason: string;
}

/** Everything that a rehearsal leaves behind, to be judged. */
export interface Findings {
  readonly verdict: Verdict;
  /** Rows that the desk itself still shows open. */
  readonly openAtDesk: readonly ReportedLeftover[];
  /** The exchange refused a cancel or replace of the desk's at least once. */
  readonly cancelRefused: boolean;
  readonly chain: string;
  readonly faults: Readonly<Record<string, number>>;
  readonly hits: readonly Hit[];
  readonly restarts: number;
  readonly sentMs: number;
  readonly flatMs: number;
}

export function reportOf(options: Pick<DrillOptions, 'kill'>, findings: Findings): Report {
  const { verdict, openAtDesk, chain, faults, restarts, sentMs, flatMs } = findings;
  const { rows, orders, slices, fills, duplicates, overclosed, unknown, ledger } = verdict;
  const byLedger = verdict.leftovers.map(({ account, instrument, quantity, reason, cause }) => ({
    account,
    instrument,
    quantity,
    reason: reason === '' ? cause : reason,
  }));
  const isJudged = (one: ReportedLeftover): boolean =>
    byLedger.some(({ account, instrument }) => account === one.account && instrument === one.instrument);
  const leftovers = [...byLedger, ...openAtDesk.filter((one) => !isJudged(one))];
  return {
    flat: verdict.flat && leftovers.length === 0 && unknown === 0,
    rows,
    orders,
    slices,
    fills,
    duplicates,
    overclosed,
    unknown,
    leftovers,
    chain,
    faults,
    killedAt: killOf(options, findings.hits)?.at ?? null,
    restarts,
    sentMs,
    flatMs,
    ledger,
  };
}

/** Why the exit status is not 0, in words; empty when all is well. */
export function complaintsOf(options: Pick<DrillOptions, 'kill' | 'faults'>, findings: Findings): string[] {
  const { verdict, chain, faults, hits } = findings;
  const { kill } = options;
  // The drill's exchange lets a member cancel all its orders, so an order of main's may rest only after a refusal.
  const spared = findings.cancelRefused
    ? []
    : verdict.leftovers.filter(({ cause }) => cause === 'main-order-pinned');
  const idle = options.faults.filter((name) => (faults[name] ?? 0) === 0);
  return [
    ...verdict.complaints,
    ...(verdict.unknown > 0 ? [`${verdict.unknown} orders are in doubt at the end`] : []),
    ...(chain === 'ok' ? [] : [`the journal's chain is broken: ${chain}`]),
    ...spared.map(
      ({ account, instrument }) => `${account} ${instrument}: main's order was never asked to be cancelled`,
    ),
    ...idle.map((name) => `the fault ${name} never struck`),
    ...(kill !== null && killOf(options, hits) === null
      ? [`the kill of the ${kill.target} at ${kill.at} never hit`]
      : []),
  ];
}

function killOf({ kill }: Pick<DrillOptions, 'kill'>, hits: readonly Hit[]): Hit | null {
  if (kill === null) return null;
  return hits.find(({ target, at }) => target === kill.target && at === kill.at) ?? null;
}

const COLUMN = 14;

/** The report for a person. */
export function textOf(report: Report, complaints: readonly string[], seed: number): string {
  const line = (name: string, text: string | number): string => `${name.padEnd(COLUMN)}${text}`;
  const faults = Object.entries(report.faults).map(([name, count]) => `${name} ${count}`);
  const { ledger, killedAt, leftovers } = report;
  return [
    line('flat', report.flat ? 'yes' : 'no'),
    line('seed', seed),
    line('rows', report.rows),
    line('orders', `${report.orders} (${report.slices} are the least possible)`),
    line(
      'fills',
      `${report.fills}; the exchange has ${ledger.fills}; ${ledger.agrees ? 'they agree' : 'THEY DIFFER'}`,
    ),
    line('duplicates', report.duplicates),
    line('over-closed', report.overclosed),
    line('in doubt', report.unknown),
    line('journal', report.chain),
    ...(faults.length === 0 ? [] : [line('faults', faults.join(', '))]),
    ...(killedAt === null ? [] : [line('killed at', killedAt)]),
    ...(report.restarts === 0 ? [] : [line('restarts', report.restarts)]),
    line('sent in', `${report.sentMs} ms`),
    line('flat in', `${report.flatMs} ms`),
    ...leftovers.map((one) =>
      line('left over', `${one.account} ${one.instrument} ${one.quantity}: ${one.reason}`),
    ),
    ...complaints.map((text) => line('COMPLAINT', text)),
  ].join('\n');
}
