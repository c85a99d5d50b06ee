import { createInstruments } from '#core/instruments/service.ts';
import type { ContractFormat } from '#core/instruments/contract.ts';
import type { JournalFile } from '#core/journal/journal.ts';
import { openJournal } from '#core/journal/open.ts';
import type { Result } from '#core/lib/result.ts';
import { instantOf } from '#core/model/market-clock.ts';
import { createPositionImporter } from '#core/positions/service-import.ts';
import { scratchOptions } from '#core/journal/stage.ts';

export const TODAY = '2026-11-23';
export const NOW_MS = instantOf(TODAY, 14 * 60 + 50);

/** As much of a desk as files meet: a real journal, the contracts and the importers. */
export function corpusDesk(folder: string) {
  const opened = openJournal(scratchOptions(folder));
  if (!opened.ok) throw new Error(opened.refusal.text);
  const journal: JournalFile = opened.value;
  const host = { now: () => NOW_MS, monotonicMs: () => performance.now(), soon: setImmediate };
  const instruments = createInstruments({ journal, host });
  const positionFiles = createPositionImporter({ journal, host, instruments: instruments.port });
  journal.replay([instruments.projection, positionFiles.projection]);
  return {
    journal,
    host,
    instruments,
    positions: positionFiles.importPositions,
    contracts: (format: ContractFormat, text: string, source = `${format}.file`, partial = false) =>
      instruments.handlers.import({ format, source, text, partial, tradingDate: TODAY }, { by: 'asha' }),
    /** Everything that an import could have changed. */
    state: () => ({
      head: journal.head(),
      rows: journal.reader.get('SELECT count(*) AS n FROM import_rows'),
      contracts: instruments.port.count(),
    }),
    facts: () => journal.read(0, 1000).map(({ fact }) => fact.kind),
  };
}

/** The value of a result, or a throw with the refusal's words. */
export function accepted<Value>(
  result: Result<Value, { readonly reason: string; readonly text: string }>,
): Value {
  if (!result.ok) throw new Error(`${result.refusal.reason}: ${result.refusal.text}`);
  return result.value;
}
