/** One secret to look for, under the name by which a report tells of it: a report never repeats the secret. */
interface Secret {
  readonly name: string;
  readonly bytes: Buffer;
}

interface Needle {
  readonly name: string;
  readonly form: string;
  readonly bytes: Buffer;
}

export interface Found {
  readonly place: string;
  readonly offset: number;
  readonly secret: string;
  readonly form: string;
}

/** What is shorter may stand anywhere by chance. */
const SECRET_BYTES_MIN = 8;
/** The places of a table of what a needle begins with: three bytes. */
const HEADS = 2 ** 24;
/** Bytes before a secret shift its base64: one of three alignments, by how many characters they spoil. */
const SPOILED = [0, 2, 3] as const;
const BYTE_BITS = 8;
const LETTER_BITS = 6;

/** Everything that must not be found, gathered while it is made and typed. */
export class Secrets {
  readonly #known = new Map<string, Secret>();

  /** A text as it is, and where it has hyphens or blanks, without them, too. */
  text(name: string, value: string): string {
    this.bytes(name, Buffer.from(value));
    const bare = value.replaceAll(/[\s-]/g, '');
    if (bare !== value) this.bytes(`${name}, bare`, Buffer.from(bare));
    return value;
  }

  bytes(name: string, bytes: Buffer): void {
    if (bytes.length < SECRET_BYTES_MIN) throw new Error(`${name} is too short to be looked for`);
    this.#known.set(bytes.toString('hex'), { name, bytes });
  }

  get size(): number {
    return this.#known.size;
  }

  scanner(): Scanner {
    return new Scanner([...this.#known.values()].flatMap(formsOf));
  }
}

/** Finds each of many needles in one pass, whatever stands around them. */
export class Scanner {
  readonly #heads = new Uint8Array(HEADS);
  readonly #byHead = new Map<number, Needle[]>();

  constructor(needles: readonly Needle[]) {
    for (const needle of needles) {
      const head = needle.bytes.readUIntBE(0, 3);
      this.#heads[head] = 1;
      this.#byHead.set(head, [...(this.#byHead.get(head) ?? []), needle]);
    }
  }

  find(place: string, bytes: Uint8Array): Found[] {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const found: Found[] = [];
    let head = 0;
    for (let at = 0; at < buffer.length; at += 1) {
      head = ((head << BYTE_BITS) | (buffer[at] ?? 0)) & (HEADS - 1);
      if (at < 2 || this.#heads[head] === 0) continue;
      const offset = at - 2;
      for (const { name, form, bytes: needle } of this.#byHead.get(head) ?? [])
        if (buffer.subarray(offset, offset + needle.length).equals(needle))
          found.push({ place, offset, secret: name, form });
    }
    return found;
  }
}

/** A line for each: where, which, in which form. */
export function told(found: readonly Found[]): string[] {
  return found.map(({ place, offset, secret, form }) => `${place} at ${offset}: ${secret}, ${form}`);
}

function formsOf({ name, bytes }: Secret): Needle[] {
  const hex = bytes.toString('hex');
  const forms = new Map<string, Buffer>([
    [bytes.toString('latin1'), bytes],
    [hex, Buffer.from(hex)],
    [hex.toUpperCase(), Buffer.from(hex.toUpperCase())],
  ]);
  const needles: Needle[] = [...forms.values()].map((one, index) => ({
    name,
    form: index === 0 ? 'as it is' : 'hex',
    bytes: one,
  }));
  const utf16 = Buffer.from(bytes.toString('latin1'), 'utf16le');
  needles.push({ name, form: 'UTF-16LE', bytes: utf16 });
  for (const text of base64sOf(bytes)) {
    needles.push({ name, form: 'base64', bytes: Buffer.from(text) });
    const url = text.replaceAll('+', '-').replaceAll('/', '_');
    if (url !== text) needles.push({ name, form: 'base64url', bytes: Buffer.from(url) });
  }
  return needles;
}

/** The letters that stand for the secret alone, wherever in a longer base64 it begins. */
function base64sOf(bytes: Buffer): string[] {
  return SPOILED.map((spoiled, before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const letters = Math.floor((whole.length * BYTE_BITS) / LETTER_BITS);
    return whole.toString('base64').slice(spoiled, letters);
  });
}
