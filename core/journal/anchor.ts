import { hash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { z } from 'zod';

/** How far a desk's journal was seen to go, kept outside the journal's file. */
const AnchorPoint = z.object({
  desk: z.string(),
  epoch: z.int().positive(),
  seq: z.int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type AnchorPoint = z.infer<typeof AnchorPoint>;

/**
 * A copy of a journal that is put back is a valid chain: only something outside can tell that facts are missing
 * from it. The anchor holds the highest (epoch, seq, hash) ever committed. It is written after the commit, so it
 * is never ahead of its own journal. Two slots in turn: a torn write spoils one of them and the other still stands.
 */
export interface Anchor {
  /** The highest point found at opening; null when there was none that could be read. */
  readonly found: AnchorPoint | null;
  advance(point: AnchorPoint): void;
  /** Through to the disk. */
  sync(): void;
  close(): void;
}

const SLOT_BYTES = 512;

export function openAnchor(path: string): Anchor {
  const descriptor = openSync(path, existsSync(path) ? 'r+' : 'w+');
  const slots = [readSlot(descriptor, 0), readSlot(descriptor, 1)] as const;
  const found = higher(...slots);
  let next = found !== null && found === slots[0] ? 1 : 0;
  return {
    found,
    advance: (point) => {
      writeSync(descriptor, slotBytes(point), 0, SLOT_BYTES, next * SLOT_BYTES);
      next = 1 - next;
    },
    sync: () => fsyncSync(descriptor),
    close: () => closeSync(descriptor),
  };
}

/** The highest point of an anchor that another process may be writing; null when there is none. Reads only. */
export function readAnchor(path: string): AnchorPoint | null {
  if (!existsSync(path)) return null;
  const descriptor = openSync(path, 'r');
  try {
    return higher(readSlot(descriptor, 0), readSlot(descriptor, 1));
  } finally {
    closeSync(descriptor);
  }
}

function higher(one: AnchorPoint | null, other: AnchorPoint | null): AnchorPoint | null {
  if (one === null || other === null) return one ?? other;
  if (one.epoch !== other.epoch) return one.epoch > other.epoch ? one : other;
  return one.seq >= other.seq ? one : other;
}

function slotBytes(point: AnchorPoint): Buffer {
  const body = JSON.stringify(point);
  return Buffer.from(`${hash('sha256', body)} ${body}`.padEnd(SLOT_BYTES - 1) + '\n');
}

function readSlot(descriptor: number, slot: number): AnchorPoint | null {
  const bytes = Buffer.alloc(SLOT_BYTES);
  readSync(descriptor, bytes, 0, SLOT_BYTES, slot * SLOT_BYTES);
  const [checksum = '', body = ''] = bytes.toString('utf8').trimEnd().split(' ', 2);
  if (body === '' || hash('sha256', body) !== checksum) return null;
  const parsed = AnchorPoint.safeParse(JSON.parse(body));
  return parsed.success ? parsed.data : null;
}
