/**
 * How a run ends at Ctrl-C by itself, where nobody else takes care of that.
 *
 * @module
 */

import { Interrupt } from "../base/interrupt.ts";
import { say } from "../base/progress.ts";

/** How long a run that was stopped waits for others to write their checkpoints, in milliseconds. */
const PATIENCE = 10_000;

/** The runs that go on, or still have to write their checkpoint. */
const busy = new Set<OwnInterrupt>();

/**
 * Listens for Ctrl-C and SIGTERM while a run goes on. The first stops it after the step at hand, the second ends the process
 * at once.
 */
export class OwnInterrupt implements Disposable {
  readonly #interrupt: Interrupt;

  private constructor(interrupt: Interrupt) {
    this.#interrupt = interrupt;
    busy.add(this);
  }

  /** Starts listening; undefined where that is not possible: in a worker, or without the system's leave. */
  static listen(): OwnInterrupt | undefined {
    if ("WorkerGlobalScope" in globalThis) return undefined;
    try {
      return new OwnInterrupt(new Interrupt());
    } catch {
      return undefined;
    }
  }

  /** Aborted at the first signal. */
  get signal(): AbortSignal {
    return this.#interrupt.signal;
  }

  /** Says what was kept, if there is anything to say, and ends the process as an interrupted one ends, once other runs have written theirs. */
  async end(message: string | null): Promise<never> {
    if (message !== null) say(message);
    const code = this.#interrupt.exitCode;
    busy.delete(this);
    const until = performance.now() + PATIENCE;
    while (busy.size > 0 && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this[Symbol.dispose]();
    Deno.exit(code);
  }

  /** Stops listening. */
  [Symbol.dispose](): void {
    busy.delete(this);
    this.#interrupt[Symbol.dispose]();
  }
}
