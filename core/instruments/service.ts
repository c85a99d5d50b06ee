import { createHash } from 'node:crypto';
import type { Journal, JournalRefusal, Projection } from '#core/journal/port.ts';
import type { Result } from '#core/lib/result.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { InstrumentsPort } from '#core/positions/port.ts';
import type { ContractFile, ContractReport } from './contract.ts';
import { noContracts, takeContracts, tokenKey } from './domain.ts';
import { parseLifeboat } from './parse-lifeboat.ts';
import type { ParsedContracts } from './parse-lifeboat.ts';

export interface InstrumentsRefusal {
  readonly reason:
    'format-not-read' | 'file-empty' | 'rows-refused' | 'contract-twice' | JournalRefusal['reason'];
  readonly text: string;
}

export interface InstrumentsDeps {
  readonly journal: Pick<Journal, 'append' | 'reader'>;
}

/** Bad rows that a refusal or a report names. */
const NAMED_MAX = 20;

/** The contracts of the day: what the files of exchanges and vendors say, in memory, replayed from the log. */
export function createInstruments(deps: InstrumentsDeps) {
  const contracts = noContracts();
  const seen = new Set<string>();

  const projection: Projection = {
    name: 'instruments',
    memory: ({ fact }) => {
      if (fact.kind !== 'instruments-imported') return;
      seen.add(fact.sha256);
      takeContracts(contracts, storedRows(deps.journal, fact.sha256), fact.tradingDate);
    },
  };

  const port: InstrumentsPort & { bySymbol(exchange: string, symbol: string): Instrument | null } = {
    get: (instrumentId) => contracts.byId.get(instrumentId) ?? null,
    byToken: (exchange, segment, token) => contracts.byToken.get(tokenKey(exchange, segment, token)) ?? null,
    bySymbol: (exchange, symbol) => contracts.bySymbol.get(`${exchange}:${symbol}`) ?? null,
    changedSince: (instrumentId, tradingDate) => (contracts.changedOn.get(instrumentId) ?? '') > tradingDate,
    all: () => contracts.byId.values(),
    count: () => contracts.byId.size,
  };

  const handlers = {
    import: (file: ContractFile, { by }: { readonly by: string }) => importFile(deps, seen, file, by),
    search: ({ text, limit }: { readonly text: string; readonly limit: number }): Instrument[] => {
      const wanted = text.toUpperCase().split(/\s+/);
      const found: Instrument[] = [];
      for (const one of contracts.byId.values()) {
        if (found.length >= limit) break;
        const names = `${one.exchange} ${one.symbol} ${one.underlying} ${one.name}`.toUpperCase();
        if (wanted.every((word) => names.includes(word))) found.push(one);
      }
      return found;
    },
  };

  return { port, projection, handlers };
}

function importFile(
  deps: InstrumentsDeps,
  seen: ReadonlySet<string>,
  file: ContractFile,
  by: string,
): Result<ContractReport, InstrumentsRefusal> {
  const sha256 = createHash('sha256').update(file.text).digest('hex');
  if (seen.has(sha256)) return ok({ sha256, rows: 0, refused: 0, bad: [], repeated: true });
  const parsed = parseFile(file);
  if (!parsed.ok) return parsed;
  const { rows, bad } = parsed.value;
  const named = bad.slice(0, NAMED_MAX).map((one) => ({ ...one }));
  if (bad.length > 0 && !file.partial) {
    const [first] = named;
    const where = `${file.source} line ${first?.line ?? 0} column ${first?.column ?? ''}: ${first?.reason ?? ''}`;
    return refuse({
      reason: 'rows-refused',
      text: `${where}; ${bad.length} bad rows in all, nothing imported`,
    });
  }
  if (rows.length === 0) return refuse({ reason: 'file-empty', text: `${file.source} holds no contract` });
  const twice = firstTwice(rows);
  if (twice !== null)
    return refuse({ reason: 'contract-twice', text: `${file.source} names ${twice} twice` });
  const { source, format, tradingDate } = file;
  const kept = deps.journal.append(
    [
      {
        kind: 'instruments-imported',
        v: 1,
        source,
        format,
        sha256,
        rows: rows.length,
        refused: bad.length,
        tradingDate,
        by,
      },
    ],
    (tx) => {
      for (const [n, row] of rows.entries()) {
        tx.run(
          'INSERT INTO import_rows (sha256, n, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
          sha256,
          n,
          JSON.stringify(row),
        );
      }
    },
  );
  if (!kept.ok) return kept;
  return ok({ sha256, rows: rows.length, refused: bad.length, bad: named, repeated: false });
}

function parseFile(file: ContractFile): Result<ParsedContracts, InstrumentsRefusal> {
  if (file.format === 'lifeboat') return ok(parseLifeboat(file.text));
  return refuse({ reason: 'format-not-read', text: `this desk does not read ${file.format} files` });
}

function firstTwice(rows: readonly Instrument[]): string | null {
  const names = new Set<string>();
  for (const row of rows) {
    const token = tokenKey(row.exchange, row.segment, row.token);
    if (names.has(row.instrumentId) || names.has(token)) return `${row.instrumentId} (token ${row.token})`;
    names.add(row.instrumentId).add(token);
  }
  return null;
}

/** Rows as their fact found them; they were parsed when they came in, and lie under a hash. */
function storedRows(journal: InstrumentsDeps['journal'], sha256: string): Instrument[] {
  return journal.reader
    .all('SELECT body FROM import_rows WHERE sha256 = ? ORDER BY n', sha256)
    .map((row) => JSON.parse(String(row['body'])) as Instrument);
}
