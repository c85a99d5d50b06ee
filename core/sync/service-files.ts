import { hash } from 'node:crypto';
import { hexOf } from '#core/journal/chain.ts';
import { present } from '#core/lib/assert.ts';
import type { Result } from '#core/lib/result.ts';
import { ok, refuse } from '#core/lib/result.ts';
import { readTable } from '#core/lib/worker-csv.ts';
import type { Emergency } from './domain-emergency.ts';
import type { Fences } from './domain-fence.ts';
import { fenceList, type FencedAccount } from './domain-fence-list.ts';
import {
  controlMessage,
  controlText,
  FILE_ROWS_MAX,
  fileName,
  FILES_MAX,
  fileText,
  readAck,
  tradeLines,
  type Control,
  type Files,
  type TradeRow,
} from './domain-files.ts';
import type { Handover } from './domain-handback.ts';
import type { Rounds } from './domain-reconcile.ts';
import type { HandbackDeps, HandbackRefusal } from './service-handback-deps.ts';
import { fileOf, tradesBetween, writeFile, type StoredFile, type StoredTrade } from './store-handback.ts';

export interface FilesParts extends Pick<
  HandbackDeps,
  'journal' | 'host' | 'signer' | 'positions' | 'accounts' | 'isHome' | 'nnfId'
> {
  readonly files: Files;
  readonly handover: Handover;
  readonly emergency: Emergency;
  readonly fences: Fences;
  readonly rounds: Rounds;
}

type Done<Value> = Result<Value, HandbackRefusal>;

/** Handing back to a main that does not speak our protocol: numbered trade files, their acknowledgements, a fence list. */
export function createFiles(parts: FilesParts) {
  const { journal, emergency, files } = parts;
  return {
    /** Files that main has not acknowledged, oldest first: a lost one as it was, and new ones while there is room. */
    write(): Done<{ files: StoredFile[] }> {
      const { mode } = emergency;
      if (mode !== 'HANDBACK' && mode !== 'STANDBY') {
        return refuse({ reason: 'not-now', text: `The desk is in ${mode}: files are written in HANDBACK.` });
      }
      while (files.open().length < FILES_MAX) {
        const written = writeNext(parts);
        if (!written.ok) return written;
        if (!written.value) break;
      }
      const open = files.open().slice(0, FILES_MAX);
      return ok({ files: open.map(({ number }) => fileOf(journal.reader, number)) });
    },
    /** Takes main's word on a file. A wrong one is refused by name and changes nothing; a repeated one neither. */
    read(text: string, by: string): Done<null> {
      const source = 'the acknowledgement';
      const table = readTable(source, text);
      if (!table.ok) return table;
      const ack = readAck(source, table.value);
      if (!ack.ok) return ack;
      const checked = files.check(ack.value, journal.desk, (number) => placesOf(parts, number));
      if (!checked.ok) return checked;
      if (checked.value === null) return ok(null);
      const kept = journal.append([{ ...checked.value, by }]);
      return kept.ok ? ok(null) : kept;
    },
    fenceList(): { page: string; csv: string } {
      const late = parts.rounds.late().length > 0 ? parts.rounds.late() : parts.fences.late();
      return fenceList(journal.desk, fencedAccounts(parts), late);
    },
  };
}

/** Writes the next numbered file. False: there is no trade that is in none. */
function writeNext(parts: FilesParts): Done<boolean> {
  const { journal, host, signer, files } = parts;
  const { desk } = journal;
  const number = files.nextNumber();
  const before = files.last();
  const afterSeq = before?.through.seq ?? firstBefore(parts);
  const trades = tradesAfter(parts, afterSeq);
  const [first, last] = [trades[0], trades.at(-1)];
  if (first === undefined || last === undefined) return ok(false);
  const lines = tradeLines(
    desk,
    number,
    trades.map((trade) => rowOf(parts, trade)),
  );
  const control: Control = {
    number,
    desk,
    from: { epoch: first.epoch, seq: first.seq },
    through: { epoch: last.epoch, seq: last.seq },
    writtenAtMs: host.now(),
    rows: trades.length,
    sha256: hash('sha256', lines),
    chainHash: hexOf(present(journal.stored(last.seq - 1, 1).rows[0], 'the row of a trade').hash),
    previous: before?.sha256 ?? '',
    publicKey: hexOf(signer.publicKey),
  };
  const signedText = controlText(control);
  const signature = hexOf(signer.sign(Buffer.from(controlMessage(signedText))));
  const text = fileText(lines, signedText, signature);
  const { from, through, rows, sha256 } = control;
  const fact = { kind: 'handback-file-written', v: 1, number, from, through, rows, sha256 } as const;
  const kept = journal.append([fact], (tx) => {
    writeFile(tx, { number, name: fileName(desk, number), rows, text });
  });
  return kept.ok ? ok(true) : kept;
}

/** Those of one file. What a broken epoch held after its last good row is passed over, however many they are. */
function tradesAfter({ journal, handover }: FilesParts, afterSeq: number): readonly StoredTrade[] {
  for (let after = afterSeq; ;) {
    const found = tradesBetween(journal.reader, after, journal.head().seq, FILE_ROWS_MAX);
    const trades = found.filter((trade) => handover.covers(trade));
    const last = found.at(-1);
    if (trades.length > 0 || last === undefined) return trades;
    after = last.seq;
  }
}

/** Main has what was traded before this emergency by other ways. */
function firstBefore({ emergency }: FilesParts): number {
  return (emergency.opening?.seq ?? 1) - 1;
}

function rowOf({ nnfId }: FilesParts, trade: StoredTrade): TradeRow {
  const { epoch, seq, atMs, fact, account, instrumentId, product, dealer, authority } = trade;
  const colon = instrumentId.indexOf(':');
  return {
    epoch,
    seq,
    kind: KINDS[fact.kind],
    tradedAtMs: fact.kind === 'order-filled' ? fact.tradedAtMs : atMs,
    account,
    instrumentId,
    product,
    side: fact.key.side,
    quantity: fact.kind === 'fill-busted' ? 0 : fact.quantity,
    priceE4: fact.kind === 'fill-busted' ? 0 : fact.priceE4,
    exchangeOrderId: fact.key.exchangeOrderId,
    tradeId: fact.key.tradeId,
    orderId: fact.orderId,
    dealer,
    nnfId: nnfId(dealer, instrumentId.slice(0, Math.max(colon, 0))),
    authority,
  };
}

const KINDS = { 'order-filled': 'trade', 'fill-busted': 'bust', 'fill-corrected': 'correction' } as const;

function placesOf({ journal, files }: FilesParts, number: number): ReadonlySet<string> {
  const file = files.written(number);
  if (file === null) return new Set();
  const { from, through } = file;
  const trades = tradesBetween(journal.reader, from.seq - 1, through.seq, through.seq - from.seq + 1);
  return new Set(trades.map(({ epoch, seq }) => `${epoch} ${seq}`));
}

/** Accounts at home here in which something is open, or could be. */
function fencedAccounts({ positions, accounts, isHome }: FilesParts): readonly FencedAccount[] {
  const contracts = new Map<string, Set<string>>();
  for (const { account, instrumentId, netLow, netHigh, boughtQuantity, soldQuantity } of positions.rows()) {
    const isFlat = netLow === 0 && netHigh === 0 && boughtQuantity === 0 && soldQuantity === 0;
    if (isFlat || !isHome(account)) continue;
    const known = contracts.get(account);
    if (known === undefined) contracts.set(account, new Set([instrumentId]));
    else known.add(instrumentId);
  }
  return [...contracts.keys()].toSorted().map((account) => {
    const known = accounts.find(account);
    return {
      account,
      name: known?.name ?? '',
      branch: known?.branch ?? '',
      logins: known?.dealers ?? [],
      contracts: contracts.get(account)?.size ?? 0,
    };
  });
}
