/**
 * Chance by seed: everything random in a drill comes from one of these, passed around, so that a seed names a run.
 * mulberry32 over a 32-bit state; `fork` gives an independent stream by name, so that adding draws to one part of
 * the drill does not change another.
 */
export interface Prng {
  /** A whole number from 0 up to, not including, `below`. */
  int(below: number): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  fork(name: string): Prng;
}

export function createPrng(seed: number): Prng {
  let state = seed >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (below: number): number => Math.floor(unit() * below);
  return {
    int,
    between: (low, high) => low + int(high - low + 1),
    chance: (probability) => unit() < probability,
    pick: (items) => {
      const item = items[int(items.length)];
      if (item === undefined) throw new RangeError('pick needs at least one item');
      return item;
    },
    fork: (name) => createPrng(hashText(`${seed}/${name}`)),
  };
}

/** FNV-1a, 32 bits: a seed from a name. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash ^= text.charCodeAt(at);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
