import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { NAMED_MAX, badRowsText } from '#core/lib/table.ts';
import type { BadRow } from '#core/lib/table.ts';
import { inTurns } from '#core/lib/turns.ts';
import type { Host } from '#core/host.ts';
import { istDate } from '#core/model/market-clock.ts';
import { readTableAside } from '#core/lib/worker-table.ts';
import type { Journal } from '#core/journal/port.ts';
import type { ContractFile, ContractReport, LimitsFile } from './contract.ts';
import { noContracts, takeContract } from './domain.ts';
import type { Contracts } from './domain.ts';
import { parseBands, parseFreeze } from './parse-limits.ts';
import type { InstrumentsRefusal } from './refusal.ts';
import { clearRows, decodeContracts, writeRow } from './store.ts';
import { readContracts, sha256Of } from './worker-parse.ts';

export interface ImportDeps {
  readonly journal: Pick<Journal, 'append'>;
  readonly host: Pick<Host, 'now' | 'monotonicMs' | 'soon'>;
  /** The contracts as they are now, and whether these bytes came in before. */
  readonly contracts: () => Contracts;
  readonly isImported: (sha256: string) => boolean;
  /** Gives memory the contracts that the next fact of this hash brings, made ready beforehand. */
  readonly stage: (staged: Staged | null) => void;
}

/** What memory will be once the fact is committed, so that the commit only has to take it. */
export interface Staged {
  readonly sha256: string;
  readonly contracts: Contracts;
}

/**
 * Brings a contract file in: parsed aside, written and made ready in short turns, valid with its one fact. A stop
 * before the fact leaves rows that count for nothing.
 */
export async function importContracts(
  deps: ImportDeps,
  file: ContractFile,
  by: string,
): Promise<Result<ContractReport, InstrumentsRefusal>> {
  const sha256 = sha256Of(file.text);
  if (deps.isImported(sha256)) return ok(repeatedReport(sha256));
  const parsed = await readContracts(file);
  if (!parsed.ok) return parsed;
  const { bodies, rows, bad, refused, skipped } = parsed.value;
  const wrong = whyRefused(file, rows, bad, refused);
  if (wrong !== null) return wrong;
  const written = await write(deps, sha256, bodies);
  if (!written.ok) return written;
  const { source, format, tradingDate = istDate(deps.host.now()) } = file;
  deps.stage({ sha256, contracts: await madeReady(deps, bodies, tradingDate) });
  const fact = { source, format, sha256, rows, refused, tradingDate, by };
  const kept = deps.journal.append([{ kind: 'instruments-imported', v: 1, ...fact }]);
  deps.stage(null);
  if (!kept.ok) return kept;
  return ok({ sha256, rows, refused, skipped, bad: bad.map((one) => ({ ...one })), repeated: false });
}

/** Brings freeze quantities or price bands in, over the contracts that are there and those of the same day. */
export async function importLimits(
  deps: ImportDeps,
  file: LimitsFile,
  by: string,
): Promise<Result<ContractReport, InstrumentsRefusal>> {
  const sha256 = sha256Of(file.text);
  if (deps.isImported(sha256)) return ok(repeatedReport(sha256));
  const table = await readTableAside(file.source, file.text);
  if (!table.ok) return table;
  const parse = file.what === 'freeze-quantities' ? parseFreeze : parseBands;
  const parsed = parse(file.source, table.value);
  if (!parsed.ok) return parsed;
  const { rows, bad } = parsed.value;
  const wrong = whyRefused(file, rows.length, bad, bad.length);
  if (wrong !== null) return wrong;
  const written = await write(deps, sha256, [JSON.stringify(rows)]);
  if (!written.ok) return written;
  const { source, what, tradingDate = istDate(deps.host.now()) } = file;
  const fact = { source, what, sha256, rows: rows.length, refused: bad.length, tradingDate, by };
  const kept = deps.journal.append([{ kind: 'limits-imported', v: 1, ...fact }]);
  if (!kept.ok) return kept;
  const named = bad.slice(0, NAMED_MAX).map((one) => ({ ...one }));
  return ok({ sha256, rows: rows.length, refused: bad.length, skipped: 0, bad: named, repeated: false });
}

function repeatedReport(sha256: string): ContractReport {
  return { sha256, rows: 0, refused: 0, skipped: 0, bad: [], repeated: true };
}

function whyRefused(
  file: { readonly source: string; readonly partial: boolean },
  rows: number,
  bad: readonly BadRow[],
  refused: number,
) {
  if (refused > 0 && !(file.partial && rows > 0)) {
    const text = badRowsText(file.source, bad, refused);
    return refuse({ reason: 'rows-refused' as const, text });
  }
  if (rows > 0) return null;
  return refuse({
    reason: 'file-not-read' as const,
    text: `${file.source}: the file has no rows; nothing imported`,
  });
}

async function write(
  deps: ImportDeps,
  sha256: string,
  bodies: readonly string[],
): Promise<Result<unknown, InstrumentsRefusal>> {
  let written: Result<unknown, InstrumentsRefusal> = deps.journal.append([], (tx) => {
    clearRows(tx, sha256);
  });
  await inTurns(deps.host, bodies.entries(), ([n, body]) => {
    if (!written.ok) return;
    written = deps.journal.append([], (tx) => {
      writeRow(tx, sha256, n, body);
    });
  });
  return written;
}

/** A copy of what is there with the file's rows taken over it, made in short turns. */
async function madeReady(
  deps: ImportDeps,
  bodies: readonly string[],
  tradingDate: string,
): Promise<Contracts> {
  const now = deps.contracts();
  const next = noContracts();
  await inTurns(deps.host, copying(now, next), () => undefined);
  await inTurns(deps.host, bodies, (body) => {
    for (const row of decodeContracts(body)) takeContract(next, row, tradingDate);
  });
  return next;
}

/** Copies one map after the other; each step is small. */
function* copying(from: Contracts, to: Contracts): Generator<void, void, void> {
  for (const name of ['byId', 'byToken', 'bySymbol', 'changedOn', 'freeze', 'bands'] as const) {
    const target = to[name] as Map<unknown, unknown>;
    for (const [key, value] of from[name]) yield void target.set(key, value);
  }
}
