/**
 * Noticing a download that drips: each byte comes in time, and the end never does.
 *
 * @module
 */

/** The rate, in bytes a second, below which nobody waits for a download. */
export const LEAST_RATE = 1024;
/** The milliseconds over which it is taken: pauses shorter than that are nobody's fault. */
export const RATE_WINDOW = 30_000;

/** Measures one connection. */
export class LeastRate {
  readonly #least: number;
  readonly #window: number;
  #since = performance.now();
  #bytes = 0;

  /**
   * @param least Bytes a second; 0 for any.
   * @param window Milliseconds over which they are counted.
   */
  constructor(least: number = LEAST_RATE, window: number = RATE_WINDOW) {
    this.#least = least;
    this.#window = window;
  }

  /** Takes note of bytes that came; returns in words what is wrong, or null. */
  add(bytes: number): string | null {
    this.#bytes += bytes;
    const time = performance.now() - this.#since;
    if (time < this.#window) return null;
    const rate = this.#bytes / (time / 1000);
    this.#since += time;
    this.#bytes = 0;
    if (rate >= this.#least) return null;
    return `only ${rate.toFixed(0)} bytes a second came in the last ${(time / 1000).toFixed(0)} s`;
  }
}
