/**
 * A histogram of numbers that are seen one batch at a time, and where it falls in two.
 *
 * @module
 */

/** How many bins are in use at most. */
const MOST_BINS = 4096;

/** The width of bins to begin with, as a power of two. */
const FINEST = -20;

/** Some equal or nearly equal numbers, ascending. */
interface Bin {
  /** Where the bin begins. */
  readonly from: number;
  /** Where the bin ends. */
  readonly to: number;
  /** How many numbers are in it. */
  readonly count: number;
}

/** What a histogram holds, as plain data. */
export interface HistogramState {
  /** The width of bins as a power of two. */
  readonly exponent: number;
  /** For each bin that holds numbers its place and how many they are. */
  readonly counts: readonly (readonly [place: number, count: number])[];
}

/**
 * Counts numbers of any range in bins whose width is a power of two: as fine as few bins allow, and coarser, by joining two
 * and two, when more are needed. The bins depend on the numbers alone, not on their order or on how they are cut into batches.
 */
export class ScoreHistogram {
  #exponent = FINEST;
  #counts: Map<number, number> = new Map();

  /** Adds numbers; those that are not finite are left out. */
  add(scores: Iterable<number>): void {
    for (const score of scores) {
      if (!Number.isFinite(score)) continue;
      const place = Math.floor(score * 2 ** -this.#exponent);
      this.#counts.set(place, (this.#counts.get(place) ?? 0) + 1);
      while (this.#counts.size > MOST_BINS) this.#coarsen();
    }
  }

  /** What was counted, as plain data. */
  state(): HistogramState {
    return { exponent: this.#exponent, counts: [...this.#counts] };
  }

  /** Adds the numbers of another histogram. The bins are those that all numbers would have had in one. */
  addAll({ exponent, counts }: HistogramState): void {
    while (this.#exponent < exponent) this.#coarsen();
    const by = 2 ** (exponent - this.#exponent);
    for (const [place, count] of counts) {
      const own = Math.floor(place * by);
      this.#counts.set(own, (this.#counts.get(own) ?? 0) + count);
    }
    while (this.#counts.size > MOST_BINS) this.#coarsen();
  }

  #coarsen(): void {
    const joined = new Map<number, number>();
    for (const [place, count] of this.#counts) {
      const half = Math.floor(place / 2);
      joined.set(half, (joined.get(half) ?? 0) + count);
    }
    this.#counts = joined;
    this.#exponent++;
  }

  /** The bins that hold numbers, ascending. */
  bins(): Bin[] {
    const width = 2 ** this.#exponent;
    return [...this.#counts].sort(([a], [b]) => a - b).map(([place, count]) => ({
      from: place * width,
      to: (place + 1) * width,
      count,
    }));
  }
}

/**
 * Where numbers fall in two kinds, lower and upper ones, by Otsu's method (1979): the cut that leaves the means of the two
 * furthest apart, `max w₀ w₁ (μ₀ - μ₁)²`, in the middle of the gap there.
 *
 * @returns The cut; -Infinity where there are no two different numbers.
 */
export function otsuCut(histogram: ScoreHistogram): number {
  const bins = histogram.bins();
  const middle = ({ from, to }: Bin): number => (from + to) / 2;
  const count = bins.reduce((sum, bin) => sum + bin.count, 0);
  const total = bins.reduce((sum, bin) => sum + bin.count * middle(bin), 0);
  let [best, cut, below, sum] = [-1, -Infinity, 0, 0];
  for (let i = 0; i + 1 < bins.length; i++) {
    below += bins[i].count;
    sum += bins[i].count * middle(bins[i]);
    const apart = sum / below - (total - sum) / (count - below);
    const between = below * (count - below) * apart ** 2;
    if (between <= best) continue;
    best = between;
    cut = (bins[i].to + bins[i + 1].from) / 2;
  }
  return cut;
}

/**
 * The number that a share of all is at or above.
 *
 * @param share From 0 to 1.
 * @returns -Infinity where there are no numbers.
 */
export function upperShareCut(histogram: ScoreHistogram, share: number): number {
  const bins = histogram.bins();
  const count = bins.reduce((sum, bin) => sum + bin.count, 0);
  let above = 0;
  for (const { from, count: own } of bins.reverse()) {
    above += own;
    if (above >= share * count) return from;
  }
  return -Infinity;
}
