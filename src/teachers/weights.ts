/**
 * Weights that are there only while they are needed.
 *
 * @module
 */

/** What can be let go of and loaded again. */
export interface Weights {
  /** Whether the weights are in memory. */
  readonly loaded: boolean;
  /** Frees it; it is loaded again when it is next needed. */
  release(): void;
  /** Called before it is loaded: a pool makes room then. */
  beforeLoad: (() => void) | null;
}

/** Something that is loaded when it is first asked for. */
export class OnDemand<T extends Disposable> implements Weights {
  /** Called before it is loaded. */
  beforeLoad: (() => void) | null = null;

  readonly #load: () => T;
  #value: T | null = null;

  /** Nothing is loaded yet. */
  constructor(load: () => T) {
    this.#load = load;
  }

  /** Whether the weights are in memory. */
  get loaded(): boolean {
    return this.#value !== null;
  }

  /** Returns the value, loading it first if needed. */
  get(): T {
    if (this.#value !== null) return this.#value;
    this.beforeLoad?.();
    return this.#value = this.#load();
  }

  /** Disposes of it; {@linkcode OnDemand.get} loads it again. */
  release(): void {
    this.#value?.[Symbol.dispose]();
    this.#value = null;
  }
}
