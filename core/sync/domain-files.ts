import type { Entry } from '#core/events.ts';
import { refuse, ok, type Result } from '#core/lib/result.ts';
import { findColumns } from '#core/lib/table.ts';
import type { FileRefusal, Table } from '#core/lib/table.ts';
import { istTimestamp } from '#core/model/market-clock.ts';
import { formatE4 } from '#core/model/price.ts';
import type { HandbackFileAcknowledged, HandbackFileWritten } from './events.ts';
import type { Place } from './messages.ts';

/** Rows of one trade file. */
export const FILE_ROWS_MAX = 2_000;
/** Files that one call gives: those not acknowledged, oldest first. */
export const FILES_MAX = 10;

/** docs/handback.md says what each column means. */
const COLUMNS = [
  'record',
  'file',
  'desk',
  'epoch',
  'seq',
  'time',
  'kind',
  'account',
  'exchange',
  'symbol',
  'product',
  'side',
  'quantity',
  'price',
  'exchange_order_number',
  'trade_number',
  'order_id',
  'dealer',
  'nnf_id',
  'authority',
] as const;

/** A trade of ours, or the exchange's word that annuls or corrects one. */
export interface TradeRow extends Place {
  readonly kind: 'trade' | 'bust' | 'correction';
  readonly tradedAtMs: number;
  readonly account: string;
  readonly instrumentId: string;
  readonly product: string;
  readonly side: string;
  /** Units; 0 of an annulled trade. */
  readonly quantity: number;
  readonly priceE4: number;
  readonly exchangeOrderId: string;
  readonly tradeId: string;
  readonly orderId: string;
  readonly dealer: string;
  readonly nnfId: string;
  readonly authority: string;
}

export function fileName(desk: string, number: number): string {
  return `lifeboat-${desk}-trades-${String(number).padStart(4, '0')}.csv`;
}

/** The lines of the trades, as their sum covers them: each with its line feed. */
export function tradeLines(desk: string, number: number, rows: readonly TradeRow[]): string {
  return rows.map((row) => line(cellsOf(desk, number, row))).join('');
}

function cellsOf(desk: string, number: number, row: TradeRow): readonly (string | number)[] {
  const colon = row.instrumentId.indexOf(':');
  const exchange = row.instrumentId.slice(0, Math.max(colon, 0));
  return [
    'T',
    number,
    desk,
    row.epoch,
    row.seq,
    istTimestamp(row.tradedAtMs),
    row.kind,
    row.account,
    exchange,
    row.instrumentId.slice(colon + 1),
    row.product,
    row.side,
    row.quantity,
    formatE4(row.priceE4),
    row.exchangeOrderId,
    row.tradeId,
    row.orderId,
    row.dealer,
    row.nnfId,
    row.authority,
  ];
}

/** What the control row says of its file. */
export interface Control {
  readonly number: number;
  readonly desk: string;
  readonly from: Place;
  readonly through: Place;
  readonly writtenAtMs: number;
  readonly rows: number;
  readonly sha256: string;
  /** Hash of the log's row at `through`. */
  readonly chainHash: string;
  /** Sum of the file before; empty for the first. */
  readonly previous: string;
  readonly publicKey: string;
}

/** The control row up to its signature, which covers it under the line `lifeboat-file`. */
export function controlText(control: Control): string {
  const { number, desk, from, through, writtenAtMs, rows, sha256, chainHash, previous, publicKey } = control;
  const cells = [
    'C',
    number,
    desk,
    through.epoch,
    through.seq,
    istTimestamp(writtenAtMs),
    'control',
    from.epoch,
    from.seq,
    rows,
    sha256,
    chainHash,
    previous,
    publicKey,
  ];
  return cells.map(cell).join(',');
}

/** Cells of the control row before its signature. */
const CONTROL_CELLS = 14;

export function controlMessage(control: string): string {
  return `lifeboat-file\n${control}`;
}

/** Header, trades, control row. */
export function fileText(lines: string, control: string, signature: string): string {
  const empty = COLUMNS.length - CONTROL_CELLS - 1;
  return `${COLUMNS.join(',')}\n${lines}${control},${signature}${','.repeat(empty)}\n`;
}

function line(cells: readonly (string | number)[]): string {
  return `${cells.map(cell).join(',')}\n`;
}

function cell(value: string | number): string {
  const text = String(value);
  return /[",\n\r;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export interface AckRefusal {
  readonly reason:
    | 'ack-of-another-desk'
    | 'ack-of-no-file'
    | 'ack-of-two-files'
    | 'ack-out-of-order'
    | 'ack-wrong-sum'
    | 'ack-wrong-place'
    | 'ack-wrong-count'
    | 'ack-wrong-row'
    | 'ack-differs';
  readonly text: string;
}

/** An acknowledgement file as it was read. */
export interface Ack {
  readonly number: number;
  readonly desk: string;
  readonly through: Place;
  readonly sha256: string;
  readonly taken: number;
  readonly refused: HandbackFileAcknowledged['refused'];
}

/** Columns of main's acknowledgement: one row `A` for the file, one row `R` for each trade that was not taken. */
const ACK_COLUMNS = {
  needed: ['record', 'file', 'desk', 'epoch', 'seq'],
  optional: ['sha256', 'taken', 'reason'],
} as const;
type AckColumn = 'record' | 'file' | 'desk' | 'epoch' | 'seq' | 'sha256' | 'taken' | 'reason';

/** Characters of one reason that are kept. */
const REASON_MAX = 200;

export function readAck(source: string, table: Table): Result<Ack, AckRefusal | FileRefusal> {
  const columns = findColumns<AckColumn>(source, table.header, ACK_COLUMNS);
  if (!columns.ok) return columns;
  const text = (cells: readonly string[], name: AckColumn): string =>
    (cells[columns.value.at.get(name) ?? -1] ?? '').trim();
  const number = (cells: readonly string[], name: AckColumn): number => {
    const value = text(cells, name);
    return /^\d{1,15}$/.test(value) ? Number(value) : -1;
  };
  const place = (cells: readonly string[]): Place => ({
    epoch: number(cells, 'epoch'),
    seq: number(cells, 'seq'),
  });
  const heads = table.rows.filter(({ cells }) => text(cells, 'record') === 'A');
  const [head] = heads;
  if (head === undefined || heads.length > 1) {
    const many = `The file has ${heads.length} rows A; one is needed.`;
    return refuse({ reason: head === undefined ? 'ack-of-no-file' : 'ack-of-two-files', text: many });
  }
  const refused: Ack['refused'][number][] = [];
  for (const { cells, line: at } of table.rows) {
    if (cells === head.cells) continue;
    if (text(cells, 'record') !== 'R' || text(cells, 'file') !== text(head.cells, 'file')) {
      return refuse({ reason: 'ack-wrong-row', text: `Line ${at} is no row R of the same file.` });
    }
    refused.push({ ...place(cells), reason: text(cells, 'reason').slice(0, REASON_MAX) });
  }
  const { cells } = head;
  return ok({
    number: number(cells, 'file'),
    desk: text(cells, 'desk'),
    through: place(cells),
    sha256: text(cells, 'sha256').toLowerCase(),
    taken: number(cells, 'taken'),
    refused,
  });
}

interface FileState {
  readonly written: HandbackFileWritten;
  readonly acked: HandbackFileAcknowledged | null;
}

/** The numbered files and what main acknowledged of them: a fold of the log. */
export class Files {
  readonly #files: FileState[] = [];

  apply({ fact }: Entry): void {
    if (fact.kind === 'handback-file-written') this.#files.push({ written: fact, acked: null });
    if (fact.kind !== 'handback-file-acknowledged') return;
    const file = this.#files[fact.number - 1];
    if (file !== undefined) this.#files[fact.number - 1] = { ...file, acked: fact };
  }

  /** Numbers begin with 1 and have no gap. */
  nextNumber(): number {
    return this.#files.length + 1;
  }
  written(number: number): HandbackFileWritten | null {
    return this.#files[number - 1]?.written ?? null;
  }
  /** Trades in files that are not acknowledged. */
  waiting(): number {
    return this.open().reduce((sum, { rows }) => sum + rows, 0);
  }
  last(): HandbackFileWritten | null {
    return this.#files.at(-1)?.written ?? null;
  }
  open(): readonly HandbackFileWritten[] {
    return this.#files.filter(({ acked }) => acked === null).map(({ written }) => written);
  }
  acked(): readonly HandbackFileAcknowledged[] {
    return this.#files.flatMap(({ acked }) => (acked === null ? [] : [acked]));
  }
  ackedThrough(): Place {
    return this.acked().at(-1)?.through ?? { epoch: 0, seq: 0 };
  }

  /** Null: acknowledged before, in the same words. Files are acknowledged in order; `rowsOf` gives a file's trades. */
  check(
    ack: Ack,
    desk: string,
    rowsOf: (number: number) => ReadonlySet<string>,
  ): Result<Omit<HandbackFileAcknowledged, 'by'> | null, AckRefusal> {
    const { number, through, sha256, refused } = ack;
    const wrong = (reason: AckRefusal['reason'], text: string) =>
      refuse({ reason, text: `${text} Nothing was changed.` });
    if (ack.desk !== desk) return wrong('ack-of-another-desk', `It is for desk ${ack.desk}, not ${desk}.`);
    const file = this.#files[number - 1];
    if (file === undefined) return wrong('ack-of-no-file', `There is no file ${number} of this desk.`);
    const { written } = file;
    if (sha256 !== written.sha256)
      return wrong('ack-wrong-sum', `File ${number} has the sum ${written.sha256}, not ${sha256}.`);
    if (through.epoch !== written.through.epoch || through.seq !== written.through.seq)
      return wrong('ack-wrong-place', `File ${number} ends at seq ${written.through.seq}.`);
    if (ack.taken + refused.length !== written.rows)
      return wrong('ack-wrong-count', `File ${number} has ${written.rows} trades.`);
    const rows = rowsOf(number);
    const places = new Set(refused.map(({ epoch, seq }) => `${epoch} ${seq}`));
    if (places.size !== refused.length || [...places].some((place) => !rows.has(place)))
      return wrong('ack-wrong-row', `It refuses a trade that is not in file ${number}, or one twice.`);
    if (file.acked !== null) {
      const same = file.acked.refused.every(({ epoch, seq }) => places.has(`${epoch} ${seq}`));
      if (same && file.acked.refused.length === refused.length) return ok(null);
      return wrong('ack-differs', `File ${number} was acknowledged before with other rows refused.`);
    }
    const [oldest] = this.open();
    if (oldest !== undefined && oldest.number !== number)
      return wrong('ack-out-of-order', `File ${oldest.number} is to be acknowledged first.`);
    return ok({ kind: 'handback-file-acknowledged', v: 1, number, through, sha256, refused });
  }
}
