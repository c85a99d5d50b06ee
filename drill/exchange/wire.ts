import { decode, encode, type Field } from '#core/exchange/fix/codec.ts';
import type { Connection } from '#core/exchange/fix/connection.ts';
import type { Faults } from './faults.ts';

/** A connection on which a seeded network misbehaves: garbage, repeats, lost and late bytes, always in order. */
export interface Wire {
  /** `business`: an application message sent for the first time; the others are left alone by most faults. */
  write(bytes: Uint8Array, business: boolean): void;
  close(reason: string): void;
  /** Nothing more leaves; the link drops as if the cable was pulled. */
  cut(): void;
}

const DELAY_MIN_MS = 60;
const DELAY_SPREAD_MS = 240;

/** `faults` null is a network without any. */
export function createWire(connection: Connection, faults: Faults | null): Wire {
  const late: Uint8Array[] = [];
  let waiting = false;
  let dead = false;

  const put = (bytes: Uint8Array): void => {
    if (dead) return;
    if (waiting) late.push(bytes);
    else connection.write(bytes);
  };
  const pause = (forMs: number): void => {
    waiting = true;
    setTimeout(() => {
      waiting = false;
      if (!dead) for (const bytes of late.splice(0)) connection.write(bytes);
    }, forMs);
  };

  return {
    write(bytes, business) {
      if (faults === null || !business) return put(bytes);
      if (faults.strikes('delay')) pause(DELAY_MIN_MS + faults.variant('delay', DELAY_SPREAD_MS));
      if (faults.strikes('garbage')) put(garbage(bytes, faults.variant('garbage', 3)));
      if (faults.strikes('disorder') && faults.variant('disorder', 3) === 0) return undefined;
      put(bytes);
      if (faults.strikes('duplicate')) put(possibleDuplicate(bytes));
      return undefined;
    },
    close: (reason) => connection.close(reason),
    cut() {
      dead = true;
      connection.close('cut by a fault');
    },
  };
}

/** Bytes that are no message: noise, the frame with a wrong CheckSum, a header that leads nowhere. */
function garbage(bytes: Uint8Array, variant: number): Uint8Array {
  if (variant === 0) return new TextEncoder().encode('\u0000\u0007noise=8=F|9=12|');
  if (variant === 1) {
    const broken = bytes.slice();
    const at = broken.length - 2;
    broken[at] = 48 + (((broken[at] ?? 48) - 48 + 1) % 10);
    return broken;
  }
  return new TextEncoder().encode('8=FIX.4.4\u000135=8\u0001');
}

/** The same message once more, under its number, as a possible duplicate (43=Y, 122). */
function possibleDuplicate(bytes: Uint8Array): Uint8Array {
  const decoded = decode(bytes);
  if (!decoded.ok) return bytes;
  const fields: Field[] = [];
  for (const [tag, value] of decoded.value.fields()) {
    if (tag === 8 || tag === 9 || tag === 10) continue;
    fields.push([tag, value]);
    if (tag === 56 && !decoded.value.has(43)) {
      fields.push([43, 'Y'], [122, decoded.value.get(52) ?? value]);
    }
  }
  return encode(decoded.value.beginString, fields);
}
