import type { DrillOptions } from '#drill/options.ts';
import type { Handback, HandbackVerdict } from '#drill/judge/handback.ts';
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
  /** Counted from the desks' files against main's store; null in a drill without main. */
  readonly handback: Handback | null;
  /** Main's positions, from the facts that it received, are the ledger's; null without main. */
  readonly mainAgrees: boolean | null;
  /** Why there is no certificate, in the desk's words; empty when there is one. */
  readonly notYet: readonly string[];
  /** Trades of main's in rows that the desk closed, as the desk names them. */
  readonly doubleCloses: number;
}

export interface ReportedLeftover {
  readonly account: string;
  readonly instrument: string;
  readonly quantity: number;
  readonly reason: string;
}

/** A kill that hit. */
export interface Struck {
  readonly target: string;
  readonly at: string;
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
  readonly hits: readonly Struck[];
  /** Null without main. */
  readonly handback: HandbackVerdict | null;
  readonly notYet: readonly string[];
  /** What the desks did that they must not do. */
  readonly misdeeds: readonly string[];
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
    handback: findings.handback?.handback ?? null,
    mainAgrees: findings.handback?.mainAgrees ?? null,
    notYet: findings.notYet,
    doubleCloses: findings.handback?.doubleCloses ?? 0,
  };
}

/** Why the exit status is not 0, in words; empty when all is well. */
export function complaintsOf(
  options: Pick<DrillOptions, 'kill' | 'faults' | 'mainLink'>,
  findings: Findings,
): string[] {
  const { verdict, chain, faults, hits } = findings;
  const { kill } = options;
  // The drill's exchange lets a member cancel all its orders, so an order of main's may rest only after a refusal.
  const spared = findings.cancelRefused
    ? []
    : verdict.leftovers.filter(({ cause }) => cause === 'main-order-pinned');
  const idle = [...options.faults, ...options.mainLink].filter((name) => (faults[name] ?? 0) === 0);
  return [
    ...verdict.complaints,
    ...findings.misdeeds,
    ...(findings.handback?.complaints ?? []),
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

function killOf({ kill }: Pick<DrillOptions, 'kill'>, hits: readonly Struck[]): Struck | null {
  if (kill === null) return null;
  return hits.find(({ target, at }) => target === kill.target && at === kill.at) ?? null;
}

const COLUMN = 14;

function handbackLines({ handback, mainAgrees, notYet, doubleCloses }: Report): string[] {
  if (handback === null) return [];
  const line = (name: string, text: string): string => `${name.padEnd(COLUMN)}${text}`;
  const { facts, acked, duplicates, lost, differences, certificate } = handback;
  return [
    line('handed back', `${acked} of ${facts} facts, ${lost} lost, ${duplicates} twice`),
    line('differences', `${differences}; main's positions ${mainAgrees === true ? 'agree' : 'DIFFER'}`),
    line('certificate', certificate ?? `none: ${notYet.join('; ')}`),
    ...(doubleCloses === 0 ? [] : [line('closed twice', `${doubleCloses} orders of main's, named`)]),
  ];
}

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
    ...handbackLines(report),
    line('sent in', `${report.sentMs} ms`),
    line('flat in', `${report.flatMs} ms`),
    ...leftovers.map((one) =>
      line('left over', `${one.account} ${one.instrument} ${one.quantity}: ${one.reason}`),
    ),
    ...complaints.map((text) => line('COMPLAINT', text)),
  ].join('\n');
}
