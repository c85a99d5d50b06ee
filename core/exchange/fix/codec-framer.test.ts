import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFramer, type FramerEvent } from './codec-framer.ts';
import { encode, latin1, MAX_MESSAGE_BYTES } from './codec.ts';

const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll('|', '\u0001'), (char) => char.charCodeAt(0));
const textOf = (bytes: Uint8Array): string => latin1(bytes).replaceAll('\u0001', '|');
const join = (parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

/** A frame with the given body; a wrong length or checksum can be given. */
function frame(body: string, wrong: { length?: number | string; sum?: string } = {}): Uint8Array {
  const head = `8=FIX.4.4|9=${wrong.length ?? body.length}|`;
  const sum = bytesOf(head + body).reduce((total, byte) => total + byte, 0) % 256;
  return bytesOf(`${head}${body}10=${wrong.sum ?? String(sum).padStart(3, '0')}|`);
}

const brief = (events: readonly FramerEvent[]): string[] =>
  events.map((event) => (event.kind === 'frame' ? textOf(event.bytes) : `garbled ${event.reason}`));

const fieldText = fc
  .array(fc.integer({ min: 32, max: 255 }), { minLength: 1, maxLength: 12 })
  .map((codes) => String.fromCharCode(...codes));
/** Tags that are no length of a data field, and not 8, 9, 10, 35. */
const plainTag = fc.constantFrom(11, 34, 37, 44, 49, 52, 55, 56, 58, 112, 5_001);
const message = fc
  .array(fc.tuple(plainTag, fieldText), { maxLength: 20 })
  .map((fields) => encode('FIX.4.4', [[35, 'D'], ...fields]));

describe('framer', () => {
  const good = frame('35=0|34=2|');
  const next = frame('35=0|34=3|');

  it.each<[string, Uint8Array, string[]]>([
    ['whole messages', join([good, next]), [textOf(good), textOf(next)]],
    ['rubbish before', join([bytesOf('35=0|x'), good]), ['garbled not-a-message', textOf(good)]],
    [
      'a wrong checksum',
      join([frame('35=0|34=1|', { sum: '256' }), good]),
      ['garbled checksum', textOf(good)],
    ],
    [
      'a checksum of letters',
      join([frame('35=0|', { sum: 'abc' }), good]),
      ['garbled checksum', textOf(good)],
    ],
    [
      'a length too short',
      join([frame('35=0|34=1|', { length: 4 }), good]),
      ['garbled no-checksum', 'garbled not-a-message', textOf(good)],
    ],
    [
      'a length too long, which takes the next message with it',
      join([frame('35=0|34=1|', { length: 20 }), good, next]),
      ['garbled no-checksum', 'garbled not-a-message', textOf(next)],
    ],
    [
      'a length past the limit',
      join([frame('35=0|', { length: MAX_MESSAGE_BYTES + 1 }), good]),
      ['garbled too-long', 'garbled not-a-message', textOf(good)],
    ],
    [
      'a length that is no number',
      join([frame('35=0|', { length: 'x' }), good]),
      ['garbled body-length', 'garbled not-a-message', textOf(good)],
    ],
    [
      'a length of many digits',
      join([frame('35=0|', { length: '0000000005' }), good]),
      ['garbled body-length', 'garbled not-a-message', textOf(good)],
    ],
    [
      'no length',
      join([bytesOf('8=FIX.4.4|35=0|34=1|'), good]),
      ['garbled body-length', 'garbled not-a-message', textOf(good)],
    ],
    [
      'a BeginString without end',
      join([bytesOf('8=FIX.4.4444444444444444444'), good]),
      ['garbled begin-string', 'garbled not-a-message', textOf(good)],
    ],
    ['another third field', join([frame('34=1|35=0|'), good]), ['garbled msg-type', textOf(good)]],
    ['half a message', good.slice(0, 20), []],
  ])('%s', (_name, bytes, expected) => {
    expect(brief(createFramer().push(bytes))).toEqual(expected);
  });

  it('gives the same frames however the stream is cut', () => {
    const part = fc.oneof(
      message,
      fc.uint8Array({ maxLength: 30 }).map((bytes) => bytes.map((byte) => byte | 128)),
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }),
        fc.array(fc.nat(400), { maxLength: 20 }),
        (parts, cuts) => {
          const stream = join(parts);
          const framer = createFramer();
          const events: FramerEvent[] = [];
          let from = 0;
          for (const cut of cuts) {
            events.push(...framer.push(stream.slice(from, from + cut)));
            from += cut;
          }
          events.push(...framer.push(stream.slice(from)));
          const framesOf = (all: readonly FramerEvent[]): string[] =>
            all.flatMap((event) => (event.kind === 'frame' ? [textOf(event.bytes)] : []));
          expect(framesOf(events)).toEqual(framesOf(createFramer().push(stream)));
        },
      ),
    );
  });

  it('never throws and never gives a frame that is not whole', () => {
    const damaged = fc.tuple(message, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([bytes, at, byte]) => {
      const copy = bytes.slice();
      copy[at % copy.length] = byte;
      return copy;
    });
    const part = fc.oneof(message, damaged, fc.uint8Array({ maxLength: 60 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        for (const event of createFramer().push(join(parts))) {
          if (event.kind !== 'frame') continue;
          const text = textOf(event.bytes);
          const read = /^8=FIX[^|]*\|9=(\d+)\|(35=[^]*\|)10=(\d{3})\|$/.exec(text);
          expect(read?.[2]?.length).toBe(Number(read?.[1]));
          const sum = event.bytes.slice(0, -7).reduce((total, byte) => total + byte, 0) % 256;
          expect(Number(read?.[3])).toBe(sum);
        }
      }),
    );
  });

  it('waits for the rest of a long message in bounded memory, then goes on', () => {
    const framer = createFramer();
    expect(framer.push(bytesOf(`8=FIX.4.4|9=${MAX_MESSAGE_BYTES}|35=0|`))).toEqual([]);
    const events = framer.push(new Uint8Array(MAX_MESSAGE_BYTES + 100).fill(65));
    expect(brief(events)).toEqual(['garbled no-checksum', 'garbled not-a-message']);
    expect(brief(framer.push(good))).toEqual([textOf(good)]);
  });
});
