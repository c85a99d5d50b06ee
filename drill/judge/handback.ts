import { verify } from 'node:crypto';
import { GENESIS, headMessage, hexOf, rowHash, type ChainRow } from '#core/journal/chain.ts';
import type { EpochOpened } from '#core/journal/events.ts';
import type { DoubleCloseSeen } from '#core/sync/events.ts';
import type { Book } from '#drill/book/book.ts';
import type { LedgerRecord } from '#drill/exchange/record.ts';
import { MAIN } from '#drill/exchange/history.ts';
import { certificatesAddUp, type Certified } from './certificates.ts';
import { keyOf, walk } from './timeline.ts';

/** A row of a desk's log, as its file has it or as main's store has it. */
export interface FactOf extends ChainRow {
  /** Hexadecimal. */
  readonly hash: string;
}

export interface HeadOf {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
  readonly signature: Uint8Array;
  /** Ed25519, SPKI DER. */
  readonly publicKey: Uint8Array;
}

/** What a desk's own file holds; of a desk that was restored from a copy, also what the file before it held. */
export interface DeskFile {
  readonly desk: string;
  /** The file at the end. */
  readonly facts: readonly FactOf[];
  /** Without a certificate: up to here everything was waited for. Null: to the end of the file. */
  readonly through: number | null;
  /** Rows that the desk wrote and that its file no longer has: it was restored from an old copy. */
  readonly before: readonly FactOf[];
}

/** What lies in main's database, read from there and not asked of main. */
export interface MainStore {
  readonly facts: ReadonlyMap<string, readonly FactOf[]>;
  readonly heads: ReadonlyMap<string, readonly HeadOf[]>;
  /** Signed nets, built by main from its own book and the facts that it received. */
  readonly positions: readonly MainPosition[];
  /** Those whose signature holds. */
  readonly certificates: readonly Certified[];
}

export interface MainPosition {
  readonly account: string;
  readonly instrumentId: string;
  readonly net: number;
}

/** The report's part on the handback. */
export interface Handback {
  /** Facts of all desks up to their closing places. */
  readonly facts: number;
  /** Those of them that main has, hash by hash the same. */
  readonly acked: number;
  /** Rows that main has more than once, or that no desk wrote. */
  readonly duplicates: number;
  /** Those that main does not have. */
  readonly lost: number;
  /** Rows on which desk, main and exchange did not agree, in the last round of each desk. */
  readonly differences: number;
  /** Each desk's, comma by comma; null when a desk has none. */
  readonly certificate: string | null;
}

export interface HandbackVerdict {
  readonly handback: Handback;
  /** Main's positions are those of the venue's ledger. */
  readonly mainAgrees: boolean;
  /** "ok", or the first row at main that does not follow from the one before it. */
  readonly chainAtMain: string;
  readonly complaints: readonly string[];
  /** Orders of main's that traded, by the ledger, in rows that a desk had closed. */
  readonly doubleCloses: number;
}

export interface HandbackInput {
  readonly book: Book;
  readonly records: readonly LedgerRecord[];
  /** CompIDs of the desks at the exchange. */
  readonly owners: readonly string[];
  /** Epoch ms of the drill's clock: what main trades from here on, it trades although a desk has the book. */
  readonly mainBackAtMs: number;
  readonly desks: readonly DeskFile[];
  readonly main: MainStore;
  /** Why no certificate can be expected; empty: one of each desk. */
  readonly excused: string;
}

const SHOWN_MAX = 10;

/** Compares what lies in the desks' files with what lies in main's store; nobody's word is taken. */
export function judgeHandback(input: HandbackInput): HandbackVerdict {
  const each = input.desks.map((file) => compare(file, input.main));
  const sum = (of: (one: Compared) => number): number => each.reduce((total, one) => total + of(one), 0);
  const certificates = each.map(({ certificate }) => certificate);
  const positions = comparePositions(input);
  const chains = input.desks.map(({ desk }) => chainAt(desk, input.main));
  const broken = chains.find((chain) => chain !== 'ok') ?? 'ok';
  const named = new Set(each.flatMap(({ named: ids }) => ids));
  const doubled = doubleCloses(input);
  const lacking = certificates.filter((one) => one === null).length;
  const handback = {
    facts: sum(({ facts }) => facts),
    acked: sum(({ acked }) => acked),
    duplicates: sum(({ duplicates }) => duplicates),
    lost: sum(({ lost }) => lost),
    differences: sum(({ differences }) => differences),
    certificate: lacking > 0 ? null : certificates.join(','),
  };
  return {
    handback,
    mainAgrees: positions.length === 0,
    chainAtMain: broken,
    doubleCloses: doubled.length,
    complaints: [
      ...each.flatMap(({ complaints }) => complaints),
      ...positions.slice(0, SHOWN_MAX),
      ...doubled
        .filter((id) => !named.has(id))
        .map((id) => `order ${id} of main's closed a row a second time, and no desk names it`),
      ...(broken === 'ok' ? [] : [`the chain at main does not hold: ${broken}`]),
      ...(lacking === 0 ? certificatesAddUp(input.main.certificates, input.records, input.owners) : []),
      ...(lacking > 0 && input.excused === '' ? [`${lacking} desks have no certificate`] : []),
    ],
  };
}

interface Compared extends Omit<Handback, 'certificate'> {
  readonly certificate: string | null;
  /** Orders of main's that the desk names. */
  readonly named: readonly string[];
  readonly complaints: readonly string[];
}

const placeOf = ({ epoch, seq }: { readonly epoch: number; readonly seq: number }): string =>
  `${epoch}/${seq}`;

function compare({ desk, facts, before, through }: DeskFile, main: MainStore): Compared {
  const closing = closingOf(facts, through);
  const stored = main.facts.get(desk) ?? [];
  const there = new Map<string, string>();
  let repeated = 0;
  for (const row of stored) {
    if (there.has(placeOf(row))) repeated += 1;
    there.set(placeOf(row), row.hash);
  }
  const due = facts.filter(({ seq }) => seq <= closing.seq);
  const lost = due.filter((row) => !there.has(placeOf(row)));
  const changed = due.filter((row) => there.has(placeOf(row)) && there.get(placeOf(row)) !== row.hash);
  const written = new Set([...facts, ...before].map((row) => `${placeOf(row)} ${row.hash}`));
  const strange = stored.filter((row) => !written.has(`${placeOf(row)} ${row.hash}`));
  const kept = closing.certificate === null || main.certificates.some(({ id }) => id === closing.certificate);
  const first = (rows: readonly FactOf[]): string => rows.slice(0, SHOWN_MAX).map(placeOf).join(', ');
  return {
    facts: due.length,
    acked: due.length - lost.length - changed.length,
    duplicates: repeated + strange.length,
    lost: lost.length + changed.length,
    differences: closing.differences,
    named: closing.named,
    certificate: closing.certificate,
    complaints: [
      ...(lost.length > 0 ? [`${desk}: main lacks ${lost.length} facts: ${first(lost)}`] : []),
      ...(changed.length > 0 ? [`${desk}: main has other facts at ${first(changed)}`] : []),
      ...(repeated > 0 ? [`${desk}: main has ${repeated} facts twice`] : []),
      ...(strange.length > 0 ? [`${desk}: main has facts that the desk never wrote: ${first(strange)}`] : []),
      ...(kept ? [] : [`${desk}: main does not have the certificate ${closing.certificate ?? ''}`]),
    ],
  };
}

interface Closing {
  readonly seq: number;
  readonly certificate: string | null;
  readonly differences: number;
  readonly named: readonly string[];
}

type Body = Readonly<Record<string, unknown>>;

/** What the last certificate covers; without one, what was waited for. */
function closingOf(facts: readonly FactOf[], through: number | null): Closing {
  const last = (kind: string): Body | null => {
    const row = facts.findLast((fact) => fact.kind === kind);
    return row === undefined ? null : (JSON.parse(row.body) as Body);
  };
  const signed = last('certificate-signed') as {
    readonly id: string;
    readonly closing: { readonly seq: number };
  } | null;
  const reconciled = last('reconciled') as { readonly differences: readonly unknown[] } | null;
  return {
    seq: signed?.closing.seq ?? through ?? facts.at(-1)?.seq ?? 0,
    certificate: signed?.id ?? null,
    differences: reconciled?.differences.length ?? 0,
    named: facts.flatMap(({ kind, body }) =>
      kind === 'double-close-seen' ? [(JSON.parse(body) as DoubleCloseSeen).exchangeOrderId] : [],
    ),
  };
}

/** Main's orders that traded after its return in rows in which a desk has traded: by the ledger alone. */
function doubleCloses({ book, records, owners, mainBackAtMs }: HandbackInput): readonly string[] {
  const { orders, lines } = walk(book, records, owners);
  const traded = new Set<string>();
  for (const record of records) {
    if (record.kind !== 'filled' || record.atMs < mainBackAtMs) continue;
    const order = orders.get(record.exchangeOrderId);
    if (order?.owner !== MAIN || (lines.get(order.key)?.deskFilled ?? 0) === 0) continue;
    traded.add(record.exchangeOrderId);
  }
  return [...traded];
}

/** Every row follows from the one before it by its hash, and every signed head signs the row that it names. */
function chainAt(desk: string, main: MainStore): string {
  const rows = [...(main.facts.get(desk) ?? [])].sort(
    (one, other) => one.epoch - other.epoch || one.seq - other.seq,
  );
  const hashes = new Map<string, string>();
  let previous: { readonly epoch: number; readonly hash: Uint8Array } = { epoch: 1, hash: GENESIS };
  for (const row of rows) {
    const from = row.epoch === previous.epoch ? previous.hash : startOf(row, hashes);
    if (from === null || hexOf(rowHash(from, desk, row)) !== row.hash) {
      return `${desk}, epoch ${row.epoch}, seq ${row.seq}`;
    }
    hashes.set(placeOf(row), row.hash);
    previous = { epoch: row.epoch, hash: Buffer.from(row.hash, 'hex') };
  }
  for (const head of main.heads.get(desk) ?? []) {
    const signs = verify(
      null,
      headMessage(desk, head.epoch, head.seq, Buffer.from(head.hash, 'hex')),
      { key: Buffer.from(head.publicKey), format: 'der', type: 'spki' },
      head.signature,
    );
    if (!signs || hashes.get(placeOf(head)) !== head.hash) return `${desk}, head ${placeOf(head)}`;
  }
  return 'ok';
}

/** A later epoch begins with a fact that names the row which it goes on from. */
function startOf({ kind, body }: FactOf, hashes: ReadonlyMap<string, string>): Uint8Array | null {
  if (kind !== 'epoch-opened') return null;
  const { after } = JSON.parse(body) as EpochOpened;
  if (after === null || hashes.get(placeOf(after)) !== after.hash) return null;
  return Buffer.from(after.hash, 'hex');
}

/** Net by net, over every product of one account in one contract: the venue knows no product. */
function comparePositions({ book, records, main }: HandbackInput): string[] {
  const atMain = new Map<string, number>();
  for (const { account, instrumentId, net } of main.positions) {
    const key = keyOf(account, instrumentId);
    atMain.set(key, (atMain.get(key) ?? 0) + net);
  }
  const { lines } = walk(book, records, []);
  const known = new Set(book.accounts.map(({ account }) => `${account}`));
  const complaints: string[] = [];
  for (const line of lines.values()) {
    // The exchange's own market maker is nobody's client.
    if (!known.has(line.account)) continue;
    const net = atMain.get(line.key) ?? 0;
    atMain.delete(line.key);
    if (net !== line.net) complaints.push(`main has ${net} of ${line.key}, the ledger ${line.net}`);
  }
  for (const [key, net] of atMain)
    if (net !== 0) complaints.push(`main has ${net} of ${key}, the ledger nothing`);
  return complaints;
}
