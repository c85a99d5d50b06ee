import { createHash, createPublicKey, verify } from 'node:crypto';
import { parse } from 'csv-parse/sync';

/** What main may say of a file, where it differs from the truth. */
export interface Said {
  readonly desk?: string;
  readonly sha256?: string;
  readonly taken?: number;
  /** Trades that main does not book: the key of the fact, and why. */
  readonly refused?: readonly (readonly [epoch: string, seq: string, reason: string])[];
}

const COLUMNS = 'record file desk epoch seq time kind account exchange symbol product side quantity';
const REST = 'price exchange_order_number trade_number order_id dealer nnf_id authority';

/** The positions of the control row, which has other meanings under the same header (docs/handback.md). */
interface Control {
  readonly number: string;
  readonly desk: string;
  readonly epoch: string;
  readonly seq: string;
  readonly rows: number;
  readonly sha256: string;
  readonly before: string;
}

/**
 * A main that reads the desk's trade files as docs/handback.md describes them, and nothing else of the product: it checks
 * each file, books each trade once by its key, and writes acknowledgements.
 */
export class PaperMain {
  readonly files = new Map<string, Control>();
  /** Rows that came again and were known. */
  repeats = 0;
  readonly #facts = new Set<string>();
  readonly #trades = new Map<string, { readonly line: string; quantity: number }>();

  /** Throws what is wrong with the file. */
  take(text: string): void {
    const lines = text.split('\n');
    if (lines.pop() !== '') throw new Error('the file is cut off');
    const rows = lines.slice(1, -1);
    const control = controlOf(lines.at(-1) ?? '');
    if (lines[0] !== `${COLUMNS} ${REST}`.replaceAll(' ', ',')) throw new Error(`other columns: ${lines[0]}`);
    if (rows.length !== control.rows) throw new Error(`${rows.length} rows of ${control.rows}`);
    const sum = createHash('sha256').update(rows.map((row) => `${row}\n`).join(''));
    if (sum.digest('hex') !== control.sha256) throw new Error('another sum');
    const before = this.files.get(String(Number(control.number) - 1));
    if (before !== undefined && before.sha256 !== control.before) throw new Error('another file before it');
    this.files.set(control.number, control);
    const records: Record<string, string>[] = parse(lines.slice(0, -1).join('\n'), { columns: true });
    for (const record of records) this.#book(record);
  }

  #book(row: Record<string, string>): void {
    const fact = `${row['desk']}/${row['epoch']}/${row['seq']}`;
    if (this.#facts.has(fact)) {
      this.repeats += 1;
      return;
    }
    this.#facts.add(fact);
    const key = `${row['exchange_order_number']}/${row['trade_number']}`;
    const quantity = Number(row['quantity']) * (row['side'] === 'buy' ? 1 : -1);
    const line = `${row['account']} ${row['exchange']}:${row['symbol']}`;
    this.#trades.set(key, { line, quantity });
  }

  /** Net units traded by the desk, signed, by account and contract; without those that are zero. */
  nets(): Record<string, number> {
    const nets: Record<string, number> = {};
    for (const { line, quantity } of this.#trades.values()) nets[line] = (nets[line] ?? 0) + quantity;
    return Object.fromEntries(Object.entries(nets).filter(([, net]) => net !== 0));
  }

  acknowledge(number: string, said: Said = {}): string {
    const file = this.files.get(number);
    if (file === undefined) throw new Error(`no file ${number} came`);
    const refused = said.refused ?? [];
    const desk = said.desk ?? file.desk;
    const taken = said.taken ?? file.rows - refused.length;
    return [
      'record,file,desk,epoch,seq,sha256,taken,reason',
      ['A', number, desk, file.epoch, file.seq, said.sha256 ?? file.sha256, taken, ''].join(','),
      ...refused.map(([epoch, seq, reason]) => ['R', number, desk, epoch, seq, '', '', reason].join(',')),
    ].join('\r\n');
  }
}

function controlOf(line: string): Control {
  const cells = line.split(',');
  const at = (position: number): string => cells[position - 1] ?? '';
  const message = Buffer.from(`lifeboat-file\n${cells.slice(0, 14).join(',')}`);
  const key = createPublicKey({ key: Buffer.from(at(14), 'hex'), format: 'der', type: 'spki' });
  if (at(1) !== 'C' || !verify(null, message, key, Buffer.from(at(15), 'hex'))) throw new Error('not signed');
  return {
    number: at(2),
    desk: at(3),
    epoch: at(4),
    seq: at(5),
    rows: Number(at(10)),
    sha256: at(11),
    before: at(13),
  };
}
