/**
 * Seeing from outside which images a decoding thread is at, also while it answers nothing.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

/** A task's count, so that the same row twice is told apart, and its row plus 1; 0 for none. */
const FIELDS = 2;
/** Before those of the lanes: how many images the thread's libraries are at, given up or not, and whether it is to end. */
const [RUNNING, CLOSED, LANES_FROM] = [0, 1, 2];

/** The thread's side: it notes what it begins and ends. */
export class DecodeNotes {
  readonly #fields: Int32Array;
  readonly #work: Set<Promise<unknown>> = new Set();

  /** @param memory What {@linkcode DecodeWatch} made. */
  constructor(memory: SharedArrayBuffer) {
    this.#fields = new Int32Array(memory);
  }

  /** Whether no further image is wanted. */
  get closed(): boolean {
    return Atomics.load(this.#fields, CLOSED) !== 0;
  }

  /** Counts work that reads the thread's memory from another thread until it is done. */
  running<T>(work: Promise<T>): Promise<T> {
    Atomics.add(this.#fields, RUNNING, 1);
    const noted = work.finally(() => {
      Atomics.sub(this.#fields, RUNNING, 1);
      this.#work.delete(noted);
    });
    this.#work.add(noted);
    return noted;
  }

  /** Waits for all such work. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#work);
  }

  /** A lane of the thread is at an image. */
  begin(lane: number, row: number): void {
    Atomics.add(this.#fields, LANES_FROM + FIELDS * lane, 1);
    Atomics.store(this.#fields, LANES_FROM + FIELDS * lane + 1, row + 1);
  }

  /** A lane is done with it. */
  end(lane: number): void {
    Atomics.store(this.#fields, LANES_FROM + FIELDS * lane + 1, 0);
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
    this.memory = new SharedArrayBuffer(4 * (LANES_FROM + FIELDS * lanes));
    this.#fields = new Int32Array(this.memory);
    this.#counts = new Array<number>(lanes).fill(-1);
    this.#since = new Array<number>(lanes).fill(0);
  }

  /** Whether a library is at an image of the thread's, so that its memory has to stay. */
  get busy(): boolean {
    return Atomics.load(this.#fields, RUNNING) > 0;
  }

  /** Has the thread begin no further image. */
  close(): void {
    Atomics.store(this.#fields, CLOSED, 1);
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
      const count = Atomics.load(this.#fields, LANES_FROM + FIELDS * lane);
      const row = Atomics.load(this.#fields, LANES_FROM + FIELDS * lane + 1) - 1;
      if (row < 0 || count !== known) {
        this.#counts[lane] = count;
        this.#since[lane] = now;
      } else if (now - this.#since[lane] > limit) rows.push(row);
    });
    return rows;
  }
}
