import { hash } from 'node:crypto';

/** A row of the log as its hash covers it. `body` is the JSON of the fact, byte for byte. */
export interface ChainRow {
  readonly epoch: number;
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  readonly version: number;
  readonly body: string;
}

/** What the first row of a desk's first epoch follows. */
export const GENESIS: Uint8Array = new Uint8Array(32);

/**
 * SHA-256 over the previous row's hash and the row. Each field but the last ends in a line feed and holds none
 * itself, so two different rows never give the same text.
 */
export function rowHash(previous: Uint8Array, desk: string, row: ChainRow): Buffer {
  const { epoch, seq, atMs, kind, version, body } = row;
  const text = Buffer.from(`${desk}\n${epoch}\n${seq}\n${atMs}\n${kind}\n${version}\n${body}`);
  return hash('sha256', Buffer.concat([previous, text]), 'buffer');
}

/** The bytes that a signed head signs. */
export function headMessage(desk: string, epoch: number, seq: number, headHash: Uint8Array): Buffer {
  return Buffer.from(`lifeboat-head\n${desk}\n${epoch}\n${seq}\n${hexOf(headHash)}`);
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
