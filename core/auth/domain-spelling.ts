/** Crockford's base 32: no letter that can be taken for a digit, so that a printed secret can be typed. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
const BITS_A_LETTER = 5;

/** Random bytes that this many letters need. */
export function bytesFor(letters: number): number {
  return Math.ceil((letters * BITS_A_LETTER) / 8);
}

/** `letters` letters of the bytes' first bits, in groups with a dash between. */
export function spelled(bytes: Uint8Array, letters: number, group: number): string {
  let text = '';
  for (let letter = 0; letter < letters; letter += 1) {
    if (letter > 0 && letter % group === 0) text += '-';
    text += LETTERS.charAt(fiveBits(bytes, letter * BITS_A_LETTER));
  }
  return text;
}

function fiveBits(bytes: Uint8Array, bit: number): number {
  const at = bit >> 3;
  const pair = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return (pair >> (16 - BITS_A_LETTER - (bit & 7))) & 31;
}

/** What was meant by what was typed: case, dashes, blanks and the look-alikes of 0 and 1 do not matter. */
export function asSpelled(typed: string): string {
  return typed.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll(/[il]/g, '1').replaceAll('o', '0');
}
