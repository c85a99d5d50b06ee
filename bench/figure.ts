/** One measured figure beside the physical limit that was measured in the same run. */
export interface Figure {
  readonly name: string;
  /** What the figure is compared with. */
  readonly limit: string;
  readonly ratio: number;
  /** The design's target for the ratio; null where it states none. */
  readonly target: number | null;
  /** The ratio is to reach the target at least; absent: at most. */
  readonly atLeast?: boolean;
  /** Both sides in words, for the reader. */
  readonly seen: string;
}

/** A module of bench/ named `*.bench.ts` exports this as `measure`. */
export type Measure = (options: Options) => Figure[] | Promise<Figure[]>;

export interface Options {
  /** An empty folder of the run's own, removed afterwards. */
  readonly folder: string;
  /** Facts of the replay. */
  readonly facts: number;
  /** Turns that each repeated measurement takes. */
  readonly turns: number;
}

/** Milliseconds that `work` takes. */
export function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** The value below which the part `q` of them lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** The figures of one thing measured many times, turn by turn with its limit: the median and the slowest hundredth. */
export function compared(
  name: string,
  limit: string,
  pairs: readonly { readonly ours: number; readonly least: number }[],
  targets: { readonly p50: number | null; readonly p99: number | null },
): Figure[] {
  const ours = pairs.map((pair) => pair.ours);
  const least = pairs.map((pair) => pair.least);
  return (
    [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const
  ).map(([label, q]) => {
    const [mine, bound] = [quantile(ours, q), quantile(least, q)];
    const seen = `${mine.toFixed(3)} ms against ${bound.toFixed(3)} ms`;
    return { name: `${name} ${label}`, limit, ratio: mine / bound, target: targets[label], seen };
  });
}
