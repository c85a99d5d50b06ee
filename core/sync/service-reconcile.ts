import type { Result } from '#core/lib/result.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { PositionRow } from '#core/positions/port.ts';
import type { DifferenceShown, SyncShown } from './contract.ts';
import type { Emergency } from './domain-emergency.ts';
import type { Fences } from './domain-fence.ts';
import type { Files } from './domain-files.ts';
import type { Handover } from './domain-handback.ts';
import type { Hint } from './domain-causes.ts';
import { rowText } from './domain-causes.ts';
import type { DeskRow, Rounds } from './domain-reconcile.ts';
import { compare } from './domain-reconcile.ts';
import { isInDoubt } from './domain-standing.ts';
import type { DifferenceDecided } from './events.ts';
import type { FromMain, LateOrder, NetRow, Place } from './messages.ts';
import type { HandbackDeps, HandbackRefusal } from './service-handback-deps.ts';
import { SAY_AGAIN_MS } from './service-handback-deps.ts';
import type { Sender } from './service-handback.ts';
import { tradesBetween } from './store-handback.ts';

export interface ReconcileParts extends Pick<
  HandbackDeps,
  'journal' | 'link' | 'host' | 'orders' | 'positions' | 'exchangePositions' | 'isHome'
> {
  readonly sender: Sender;
  readonly handover: Handover;
  readonly emergency: Emergency;
  readonly rounds: Rounds;
  readonly fences: Fences;
  readonly files: Files;
}

type Done<Value> = Result<Value, HandbackRefusal>;

/** Main was asked for its positions after all facts up to the place; `saidAtMs` null: it has not got them all yet. */
interface Asking {
  readonly through: Place;
  saidAtMs: number | null;
}

/** Compares desk, main and exchange row by row, and takes what persons decide on the differences. */
export function createReconcile(parts: ReconcileParts) {
  const { journal, link, host, handover, emergency, rounds, sender } = parts;
  let asking: Asking | null = null;

  /** Lost again: main is no longer somebody to ask, and its late answer none to go by. */
  const forget = (): void => {
    if (emergency.mode !== 'HANDBACK' && emergency.mode !== 'STANDBY') asking = null;
  };

  /** Asks main when it has everything up to the place; again when it does not answer. */
  const say = (): void => {
    forget();
    if (asking === null || handover.acked().seq < asking.through.seq) return;
    if (asking.saidAtMs !== null && host.now() - asking.saidAtMs < SAY_AGAIN_MS) return;
    if (link.send({ type: 'reconcile', through: asking.through })) asking.saidAtMs = host.now();
  };

  const ask = (): void => {
    asking = { through: handover.placeOf(journal.head().seq), saidAtMs: null };
    say();
  };

  return {
    /** Main's side comes as its answer; by file the exchange's word is what there is. */
    reconcile(): Done<null> {
      const { mode } = emergency;
      if (mode !== 'HANDBACK' && mode !== 'STANDBY') {
        return refuse({ reason: 'not-now', text: `The desk is in ${mode}: rows are compared in HANDBACK.` });
      }
      const { state } = link.state();
      if (state === 'off') return keep(parts, handover.placeOf(journal.head().seq), null, []);
      if (state !== 'up') return refuse({ reason: 'link-down', text: 'The link to main is not up.' });
      if (sender.notTaken() !== null) sender.again();
      // Asked twice in a row it is one question: a slow main could else never answer the newest.
      if (asking === null || emergency.lastOwn > asking.through.seq) ask();
      else say();
      return ok(null);
    },
    hear(message: FromMain): void {
      forget();
      if (message.type !== 'positions' || asking === null) return;
      const { epoch, seq } = asking.through;
      if (message.through.epoch !== epoch || message.through.seq < seq) return;
      const { through } = asking;
      // Our own orders moved while main was answering: its rows and ours are of two moments.
      if (emergency.lastOwn > seq) return ask();
      asking = null;
      const kept = keep(parts, through, message.rows, message.late);
      if (!kept.ok) host.log.error('the comparison was not kept', { reason: kept.refusal.reason });
    },
    /** Main has more, or time went on. */
    say,
    /** Main greeted: it is asked anew, of all that there is now; what it lost lies behind the old place. */
    again(): void {
      forget();
      if (asking !== null) ask();
    },
    isAsking: () => asking !== null,
    decide: (decision: Decision, persons: readonly string[]) => decide(parts, decision, persons),
    differences: () => differencesOf(rounds),
    status: () => statusOf(rounds),
  };
}

function keep(
  parts: ReconcileParts,
  through: Place,
  main: readonly NetRow[] | null,
  late: readonly LateOrder[],
): Done<null> {
  const found = compare({ desk: deskRows(parts, late), main: atHome(parts, main), exchange: proven(parts) });
  const { next: round } = parts.rounds;
  const kept = parts.journal.append([{ kind: 'reconciled', v: 1, round, through, late, ...found }]);
  return kept.ok ? ok(null) : kept;
}

type Decision = Pick<DifferenceDecided, 'round' | 'key' | 'repair' | 'why'>;

function decide(
  { rounds, journal }: ReconcileParts,
  decision: Decision,
  persons: readonly string[],
): Done<null> {
  const decided = rounds.decide(decision, persons);
  if (!decided.ok) return decided;
  const kept = journal.append([decided.value]);
  return kept.ok ? ok(null) : kept;
}

function statusOf(rounds: Rounds): SyncShown['reconciled'] {
  if (rounds.newest === null) return null;
  const { round, through, rows, agree } = rounds.newest;
  return { round, through, rows, agree, differences: rows - agree, undecided: rounds.undecided() };
}

function differencesOf(rounds: Rounds): DifferenceShown[] {
  const round = rounds.newest?.round ?? 0;
  return (rounds.newest?.differences ?? []).map((one) => {
    const decided = rounds.decision(one.key);
    return { round, ...one, decided: decided === null ? null : { ...decided, by: [...decided.by] } };
  });
}

function atHome({ isHome }: ReconcileParts, rows: readonly NetRow[] | null): readonly NetRow[] | null {
  return rows === null ? null : rows.filter(({ account }) => isHome(account));
}

function proven({ exchangePositions, isHome }: ReconcileParts): readonly NetRow[] {
  return Array.from(exchangePositions()).filter(({ account }) => isHome(account));
}

/** Our rows of accounts that are at home here, with what may explain a difference. */
function* deskRows(parts: ReconcileParts, late: readonly LateOrder[]): Generator<DeskRow, void, void> {
  const { positions, isHome } = parts;
  const signs = signsOf(parts, late);
  const refused = refusedRows(parts);
  const left = leftRows(parts);
  for (const row of positions.rows()) {
    if (!isHome(row.account)) continue;
    const { account, instrumentId, product, netLow, netHigh } = row;
    const hints = new Set([...signs(row), ...warned(row)]);
    const isSure = netLow === netHigh;
    const mainSaid = refused.get(rowText(row));
    if (mainSaid !== undefined) hints.add('refused');
    if (left.has(rowText(row))) hints.add('left');
    if (!isSure && hints.size === 0) hints.add('old');
    const desk = isSure ? netLow : null;
    yield {
      account,
      instrumentId,
      product,
      desk,
      signs: [...hints],
      ...(mainSaid === undefined ? {} : { mainSaid }),
    };
  }
}

/** What the position itself warns of. */
function warned({ warnings }: PositionRow): readonly Hint[] {
  const hints: Hint[] = [];
  for (const warning of warnings) {
    switch (warning) {
      case 'stale':
      case 'no-cut':
      case 'contract-changed':
      case 'unknown-instrument':
        hints.push('old');
        break;
      case 'unattributed-fill':
      case 'sources-disagree':
        hints.push('foreign');
        break;
      case 'fill-conflict':
        hints.push('bust');
        break;
      case 'sign-in-doubt':
      case 'drop-copy-down':
      case 'no-drop-copy':
      case 'overcommitted':
        break;
    }
  }
  return hints;
}

/** What orders and files tell of a row. */
function signsOf(
  { orders, emergency, fences }: ReconcileParts,
  late: readonly LateOrder[],
): (row: PositionRow) => ReadonlySet<Hint> {
  const known = new Map<string, Set<Hint>>();
  const note = (row: Pick<NetRow, 'account' | 'instrumentId' | 'product'>, hint: Hint): void => {
    const key = rowText(row);
    const hints = known.get(key);
    if (hints === undefined) known.set(key, new Set([hint]));
    else hints.add(hint);
  };
  for (const order of orders.orders()) {
    if (isInDoubt(order)) note(order.terms, 'in-doubt');
    if (emergency.changed.has(order.orderId)) note(order.terms, 'bust');
  }
  for (const order of late) note(order, 'main-traded');
  for (const { account, instrumentId, product } of fences.doubleCloses())
    note({ account, instrumentId, product: product ?? EVERY }, 'main-traded');
  const nothing: ReadonlySet<Hint> = new Set();
  return (row) => known.get(rowText(row)) ?? known.get(rowText({ ...row, product: EVERY })) ?? nothing;
}

/** Rows of which main did not take a trade from a file, each with its newest reason; before the opening it is settled. */
function refusedRows({ files, journal, emergency }: ReconcileParts): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  const openingSeq = emergency.opening?.seq ?? 0;
  for (const { refused } of files.acked()) {
    for (const { seq, reason } of refused.filter((one) => one.seq >= openingSeq))
      for (const trade of tradesBetween(journal.reader, seq - 1, seq, 1)) rows.set(rowText(trade), reason);
  }
  return rows;
}

/** Rows of trades since the opening that were left with a broken epoch. */
function leftRows({ journal, handover, emergency }: ReconcileParts): ReadonlySet<string> {
  const headSeq = journal.head().seq;
  const rows = new Set<string>();
  for (const { from, to } of handover.leftBetween(emergency.opening?.seq ?? headSeq, headSeq))
    for (const trade of tradesBetween(journal.reader, from - 1, to, to - from + 1)) rows.add(rowText(trade));
  return rows;
}

/** Stands for the product of an order of which nobody knows it. */
const EVERY = '*';
