import type { Host } from '#core/host.ts';
import type { Journal, Projection, Reader } from '#core/journal/port.ts';
import type { Result } from '#core/lib/result.ts';
import { refuse } from '#core/lib/result.ts';
import type { Instrument } from '#core/model/instrument.ts';
import type { InstrumentsPort } from '#core/positions/port.ts';
import type { ContractFile, ContractReport, LimitsFile } from './contract.ts';
import { noContracts, takeBands, takeContracts, takeFreeze, tokenKey } from './domain.ts';
import type { Contracts } from './domain.ts';
import type { InstrumentsImported, LimitsImported } from './events.ts';
import type { BandRow, FreezeRow } from './parse-limits.ts';
import type { InstrumentsRefusal } from './refusal.ts';
import { importContracts, importLimits } from './service-import.ts';
import type { ImportDeps, Staged } from './service-import.ts';
import { decodeContracts, storedBodies } from './store.ts';

export interface InstrumentsDeps {
  readonly journal: Pick<Journal, 'append' | 'reader'>;
  readonly host: Pick<Host, 'now' | 'monotonicMs' | 'soon'>;
}

interface Context {
  readonly by: string;
}

/** The contracts of the day: what the files of exchanges and vendors say, in memory, replayed from the log. */
export function createInstruments(deps: InstrumentsDeps) {
  let contracts: Contracts = noContracts();
  let staged: Staged | null = null;
  let running = false;
  const seen = new Set<string>();

  const projection: Projection = {
    name: 'instruments',
    memory: ({ fact }) => {
      if (fact.kind === 'instruments-imported') {
        if (staged?.sha256 === fact.sha256) contracts = staged.contracts;
        else takeStored(contracts, deps.journal.reader, fact);
      } else if (fact.kind === 'limits-imported') {
        takeLimits(contracts, deps.journal.reader, fact);
      } else return;
      seen.add(fact.sha256);
    },
  };

  const importing: ImportDeps = {
    ...deps,
    contracts: () => contracts,
    isImported: (sha256) => seen.has(sha256),
    stage: (next) => {
      staged = next;
    },
  };

  /** One import at a time: the next one is made ready from what this one leaves. */
  async function alone(source: string, run: () => Promise<Imported>): Promise<Imported> {
    if (running) return refuse({ reason: 'import-running', text: `${source}: another import is running` });
    running = true;
    try {
      return await run();
    } finally {
      running = false;
    }
  }

  const handlers = {
    import: (file: ContractFile, { by }: Context) =>
      alone(file.source, () => importContracts(importing, file, by)),
    importLimits: (file: LimitsFile, { by }: Context) =>
      alone(file.source, () => importLimits(importing, file, by)),
    search: ({ text, limit }: { readonly text: string; readonly limit: number }): Instrument[] =>
      search(contracts, text, limit),
  };

  return { port: portOf(() => contracts), projection, handlers };
}

type Imported = Result<ContractReport, InstrumentsRefusal>;

function portOf(
  contracts: () => Contracts,
): InstrumentsPort & { bySymbol(exchange: string, symbol: string): Instrument | null } {
  return {
    get: (instrumentId) => contracts().byId.get(instrumentId) ?? null,
    byToken: (exchange, segment, token) =>
      contracts().byToken.get(tokenKey(exchange, segment, token)) ?? null,
    bySymbol: (exchange, symbol) => contracts().bySymbol.get(`${exchange}:${symbol}`) ?? null,
    changedSince: (instrumentId, tradingDate) =>
      (contracts().changedOn.get(instrumentId) ?? '') > tradingDate,
    all: () => contracts().byId.values(),
    count: () => contracts().byId.size,
  };
}

function takeStored(contracts: Contracts, reader: Reader, fact: InstrumentsImported): void {
  for (const body of storedBodies(reader, fact.sha256)) {
    takeContracts(contracts, decodeContracts(body), fact.tradingDate);
  }
}

function takeLimits(contracts: Contracts, reader: Reader, fact: LimitsImported): void {
  const rows = storedBodies(reader, fact.sha256).flatMap((body) => JSON.parse(body) as unknown[]);
  if (fact.what === 'freeze-quantities') takeFreeze(contracts, rows as FreezeRow[], fact.tradingDate);
  else takeBands(contracts, rows as BandRow[], fact.tradingDate);
}

/** Every word in exchange, symbol, underlying or name; in the order of the files. */
function search(contracts: Contracts, text: string, limit: number): Instrument[] {
  const wanted = text.toUpperCase().split(/\s+/);
  const found: Instrument[] = [];
  for (const one of contracts.byId.values()) {
    if (found.length >= limit) break;
    const names = `${one.exchange} ${one.symbol} ${one.underlying} ${one.name}`.toUpperCase();
    if (wanted.every((word) => names.includes(word))) found.push(one);
  }
  return found;
}
