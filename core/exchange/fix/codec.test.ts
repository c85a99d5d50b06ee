import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bug } from '#core/lib/assert.ts';
import { blank } from './codec-blank.ts';
import { decode, encode, isFieldText, latin1, MAX_MESSAGE_BYTES, parseWhole, type Field } from './codec.ts';
import { groupsOf } from './messages-groups.ts';

const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll('|', '\u0001'), (char) => char.charCodeAt(0));
const textOf = (bytes: Uint8Array): string => latin1(bytes).replaceAll('\u0001', '|');

/** A frame with the given body; a wrong length or checksum can be given. */
function frame(body: string, wrong: { length?: number | string; sum?: string } = {}): Uint8Array {
  const head = `8=FIX.4.4|9=${wrong.length ?? body.length}|`;
  const sum = bytesOf(head + body).reduce((total, byte) => total + byte, 0) % 256;
  return bytesOf(`${head}${body}10=${wrong.sum ?? String(sum).padStart(3, '0')}|`);
}

const fieldText = fc
  .array(fc.integer({ min: 32, max: 255 }), { minLength: 1, maxLength: 12 })
  .map((codes) => String.fromCharCode(...codes));
/** Tags that are no length of a data field, and not 8, 9, 10, 35. */
const plainTag = fc.constantFrom(11, 34, 37, 44, 49, 52, 55, 56, 58, 112, 5_001);
describe('encode', () => {
  it('computes BodyLength and CheckSum', () => {
    const fields: Field[] = [
      [35, '0'],
      [34, 2],
      [49, 'ISLD'],
      [56, 'TW'],
    ];
    expect(textOf(encode('FIX.4.2', fields))).toBe('8=FIX.4.2|9=24|35=0|34=2|49=ISLD|56=TW|10=212|');
  });

  it.each([0, 7, 10, 999_999_999, 1_000_000_000, -5, Number.MAX_SAFE_INTEGER])(
    'writes the number %i',
    (value) => {
      expect(
        textOf(
          encode('FIX.4.4', [
            [35, '0'],
            [34, value],
          ]),
        ),
      ).toContain(`|34=${value}|`);
    },
  );

  it.each<[string, Field]>([
    ['an empty value', [58, '']],
    ['the delimiter in a value', [58, 'a\u0001b']],
    ['text that is not latin1', [58, '₹']],
    ['a number that is not whole', [44, 1.5]],
    ['more than the longest message', [58, 'x'.repeat(MAX_MESSAGE_BYTES)]],
  ])('takes %s for a bug', (_name, field) => {
    expect(() => encode('FIX.4.4', [[35, '0'], field])).toThrow(Bug);
  });

  it('is read back by decode, whatever the values', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(plainTag, fieldText), { maxLength: 30 }), (fields) => {
        const decoded = decode(encode('FIX.4.4', [[35, 'D'], ...fields]));
        expect(decoded.ok && decoded.value.fields().slice(3, -1)).toEqual(fields);
      }),
    );
  });
});

describe('decode', () => {
  it('gives fields in the order of the wire, and the first of a repeated tag', () => {
    const decoded = decode(frame('35=D|34=3|44=1|44=2|'));
    if (!decoded.ok) throw new Error(decoded.refusal.detail);
    const read = decoded.value;
    expect([read.type, read.beginString, read.get(44), read.int(34), read.get(58)]).toEqual([
      'D',
      'FIX.4.4',
      '1',
      3,
      undefined,
    ]);
    expect(read.tags).toEqual([8, 9, 35, 34, 44, 44, 10]);
  });

  it('lets a data field hold the delimiter, as far as its length says', () => {
    const decoded = decode(frame('35=A|95=4|96=a|=b|98=0|'));
    expect(decoded.ok && decoded.value.get(96)).toBe('a\u0001=b');
  });

  it('does not believe a data length that points nowhere', () => {
    const decoded = decode(frame('35=A|95=999999|96=ab|98=0|'));
    expect(decoded.ok && [decoded.value.get(96), decoded.value.get(98)]).toEqual(['ab', '0']);
  });

  it.each([
    ['a field without a tag', '35=D|=x|'],
    ['a tag that is no number', '35=D|4garbled9=TW|'],
    ['a field without a value sign', '35=D|hello|'],
    ['a tag past all tags', '35=D|99999999=x|'],
    ['MsgType in another place', '34=1|35=D|'],
    ['CheckSum inside', '35=D|10=000|34=1|'],
  ])('refuses %s', (_name, body) => {
    expect(decode(frame(body))).toMatchObject({ ok: false, refusal: { reason: 'garbled' } });
  });

  it('keeps an impossible tag for the dictionary to reject', () => {
    const decoded = decode(frame('35=0|-1=HI|0=HI|'));
    expect(decoded.ok && decoded.value.tags).toEqual([8, 9, 35, -1, 0, 10]);
  });

  it('reads groups, and an end of a group by a foreign tag', () => {
    const decoded = decode(frame('35=D|453=2|448=a|447=D|452=1|448=b|452=3|54=1|'));
    if (!decoded.ok) throw new Error(decoded.refusal.detail);
    const parties = groupsOf('FIX.4.4', decoded.value, 453);
    expect(parties.map((party) => [party.get(448), party.get(447), party.get(452)])).toEqual([
      ['a', 'D', '1'],
      ['b', undefined, '3'],
    ]);
    expect(groupsOf('FIX.4.4', decoded.value, 268)).toEqual([]);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(typeof decode(bytes).ok).toBe('boolean');
      }),
    );
  });
});

describe('small things', () => {
  it.each([
    ['12', 12],
    ['-3', -3],
    ['007', 7],
    ['+1', undefined],
    ['1.0', undefined],
    ['', undefined],
    ['-', undefined],
    ['9007199254740993', undefined],
    ['99999999999999999', undefined],
  ])('the whole number %s', (text, expected) => {
    expect(parseWhole(text)).toBe(expected);
  });

  it.each([
    ['NIFTY', true],
    ['é', true],
    ['', false],
    ['a\u0001b', false],
    ['₹', false],
  ])('may "%s" be a value: %s', (text, expected) => {
    expect(isFieldText(text)).toBe(expected);
  });

  it('blanks passwords and nothing else, in broken bytes too', () => {
    const text = '35=A|553=desk|554=s3=cret|925=new|1554=x|58=554=y|';
    expect(textOf(blank(bytesOf(text)))).toBe('35=A|553=desk|554=*******|925=***|1554=x|58=554=y|');
    expect(textOf(blank(bytesOf('554=open end')))).toBe('554=********');
    expect(textOf(blank(bytesOf('554=')))).toBe('554=');
  });
});
