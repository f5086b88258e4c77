/**
 * Seeing from outside which images a decoding thread is at, also while it answers nothing.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

/** A task's count, so that the same row twice is told apart, and its row plus 1; 0 for none. */
const FIELDS = 2;

/** The thread's side: it notes what it begins and ends. */
export class DecodeNotes {
  readonly #fields: Int32Array;

  /** @param memory What {@linkcode DecodeWatch} made. */
  constructor(memory: SharedArrayBuffer) {
    this.#fields = new Int32Array(memory);
  }

  /** A lane of the thread is at an image. */
  begin(lane: number, row: number): void {
    Atomics.add(this.#fields, FIELDS * lane, 1);
    Atomics.store(this.#fields, FIELDS * lane + 1, row + 1);
  }

  /** A lane is done with it. */
  end(lane: number): void {
    Atomics.store(this.#fields, FIELDS * lane + 1, 0);
  }
}

/** The other side: it looks how long that has been so. */
export class DecodeWatch {
  /** What the thread writes into. */
  readonly memory: SharedArrayBuffer;
  readonly #fields: Int32Array;
  readonly #counts: number[];
  readonly #since: number[];

  /** @param lanes How many images the thread works on at a time. */
  constructor(lanes: number) {
    this.memory = new SharedArrayBuffer(4 * FIELDS * lanes);
    this.#fields = new Int32Array(this.memory);
    this.#counts = new Array<number>(lanes).fill(-1);
    this.#since = new Array<number>(lanes).fill(0);
  }

  /**
   * The rows that the thread has been at for longer than `limit`, as far as was looked.
   *
   * @param now The time, in milliseconds.
   * @param limit In milliseconds.
   */
  overdue(now: number, limit: number): number[] {
    const rows: number[] = [];
    this.#counts.forEach((known, lane) => {
      const count = Atomics.load(this.#fields, FIELDS * lane);
      const row = Atomics.load(this.#fields, FIELDS * lane + 1) - 1;
      if (row < 0 || count !== known) {
        this.#counts[lane] = count;
        this.#since[lane] = now;
      } else if (now - this.#since[lane] > limit) rows.push(row);
    });
    return rows;
  }
}
