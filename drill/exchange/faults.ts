import { createPrng, hashText } from '#drill/book/prng.ts';

/** Misbehaviour of a venue and its network that a desk must survive. */
export const FAULTS = [
  'reject',
  'partial',
  'silence',
  'disconnect',
  'duplicate',
  'disorder',
  'garbage',
  'delay',
  'halt',
] as const;
export type FaultName = (typeof FAULTS)[number];

/** After how many occasions a fault strikes first and again (from, to), and how often at most in one run. */
interface Schedule {
  readonly first: readonly [number, number];
  readonly every: readonly [number, number];
  readonly atMost: number;
}

const SCHEDULES: Readonly<Record<FaultName, Schedule>> = {
  reject: { first: [1, 4], every: [8, 20], atMost: 1_000 },
  partial: { first: [1, 3], every: [2, 5], atMost: 100_000 },
  silence: { first: [2, 5], every: [15, 40], atMost: 20 },
  disconnect: { first: [3, 8], every: [40, 90], atMost: 6 },
  duplicate: { first: [2, 5], every: [4, 10], atMost: 100_000 },
  disorder: { first: [2, 5], every: [5, 12], atMost: 100_000 },
  garbage: { first: [2, 5], every: [5, 15], atMost: 100_000 },
  delay: { first: [2, 5], every: [10, 25], atMost: 200 },
  halt: { first: [3, 8], every: [80, 160], atMost: 2 },
};

/** Occasions and strikes so far; kept in the ledger, so that a restart goes on where it was. */
export type FaultState = Readonly<Record<string, { readonly occasions: number; readonly strikes: number }>>;

export interface Faults {
  /** Counts an occasion for this fault and says whether it strikes now: a function of seed and count only. */
  strikes(name: FaultName): boolean;
  /** 0 .. below-1 for the variant of the last strike of this fault. */
  variant(name: FaultName, below: number): number;
  /** Every asked fault with its strikes. */
  counts(): Record<string, number>;
  state(): FaultState;
}

export function createFaults(asked: readonly FaultName[], seed: number, before: FaultState = {}): Faults {
  const tracks = new Map(asked.map((name) => [name, createTrack(name, seed, before[name])]));
  return {
    strikes: (name) => tracks.get(name)?.occasion() ?? false,
    variant: (name, below) => hashText(`${seed}/${name}/${tracks.get(name)?.strikes() ?? 0}`) % below,
    counts: () => Object.fromEntries([...tracks].map(([name, track]) => [name, track.strikes()])),
    state: () =>
      Object.fromEntries(
        [...tracks].map(([name, track]) => [
          name,
          { occasions: track.occasions(), strikes: track.strikes() },
        ]),
      ),
  };
}

function createTrack(name: FaultName, seed: number, before: FaultState[string] | undefined) {
  const prng = createPrng(hashText(`${seed}/fault/${name}`));
  const { first, every, atMost } = SCHEDULES[name];
  let occasions = before?.occasions ?? 0;
  let strikes = 0;
  let due = prng.between(...first);
  const strike = (): void => {
    strikes += 1;
    due += prng.between(...every);
  };
  while (strikes < (before?.strikes ?? 0)) strike();
  return {
    occasion() {
      occasions += 1;
      if (occasions < due || strikes >= atMost) return false;
      strike();
      return true;
    },
    occasions: () => occasions,
    strikes: () => strikes,
  };
}

/** Parses `reject,partial`; an unknown name is an error that says so. */
export function parseFaults(text: string): FaultName[] {
  return text
    .split(',')
    .filter((word) => word !== '')
    .map((word) => {
      const name = FAULTS.find((one) => one === word);
      if (name === undefined) throw new RangeError(`unknown fault ${word}; there are ${FAULTS.join(', ')}`);
      return name;
    });
}
