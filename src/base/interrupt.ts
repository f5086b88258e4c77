/**
 * Ctrl-C that ends work cleanly: the first press asks it to stop after the step at hand, the second
 * quits at once.
 *
 * @module
 */

import { ApprenticeError } from "./errors.ts";
import { say } from "./progress.ts";

/** The exit code of a process that was interrupted, as shells have it: 128 + SIGINT. */
export const INTERRUPTED_EXIT_CODE = 130;

/** The exit code of a process that was asked to end: 128 + SIGTERM. */
const TERMINATED_EXIT_CODE = 143;

/** Work was stopped by Ctrl-C or a request to terminate before it was done. */
export class InterruptedError extends ApprenticeError {}

/** How long a loop may run, in milliseconds, before {@linkcode letSignalsIn} lets the system in. */
const BREATHE_EVERY = 20;
let lastBreath = 0;

/**
 * Lets signals, timers and input be handled. A loop of native calls never returns to the event loop by
 * itself, and a Ctrl-C is not even seen until it does: await this once per step. It does nothing, and
 * costs next to nothing, unless 20 ms have passed since it last did.
 */
export function letSignalsIn(): Promise<void> | undefined {
  const now = performance.now();
  if (now - lastBreath < BREATHE_EVERY) return undefined;
  lastBreath = now;
  // Work that is handed to another thread is one turn of the event loop (0.2 ms), in which the system is asked for
  // signals. setTimeout waits 2 ms; after setImmediate, and after a message to ourselves once node:worker_threads
  // has been loaded, a signal was seen up to a second late.
  return crypto.subtle.digest("SHA-1", NOTHING).then(() => undefined);
}

const NOTHING = new Uint8Array(0);

/** Options of {@linkcode Interrupt} and {@linkcode withInterrupt}. */
export interface InterruptOptions {
  /** What to say at the first press. */
  message?: string;
}

/**
 * Turns the first Ctrl-C (SIGINT) or SIGTERM into an aborted {@linkcode Interrupt.signal}; the second
 * quits at once with code 130 or 143. The listeners go with the object, so hold it with `using`.
 *
 * @example
 * ```ts
 * import { train } from "@apprentice/distill";
 *
 * using interrupt = new train.Interrupt();
 * for (let step = 0; step < 1000 && !interrupt.signal.aborted; step++) {
 *   // ... one training step ...
 *   await train.letSignalsIn();
 * }
 * ```
 */
export class Interrupt {
  readonly #controller = new AbortController();
  readonly #message: string;
  readonly #listeners: [name: Deno.Signal, listener: () => void][];
  #exitCode = INTERRUPTED_EXIT_CODE;

  /** Starts listening. */
  constructor(options: InterruptOptions = {}) {
    this.#message = options.message ?? "stopping after this step; press again to quit at once";
    const names: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
    this.#listeners = names.map((name) => [name, () => this.#onSignal(name)]);
    for (const [name, listener] of this.#listeners) Deno.addSignalListener(name, listener);
  }

  #onSignal(name: Deno.Signal): void {
    this.#exitCode = name === "SIGTERM" ? TERMINATED_EXIT_CODE : INTERRUPTED_EXIT_CODE;
    if (this.#controller.signal.aborted) Deno.exit(this.#exitCode);
    this.#controller.abort(new InterruptedError("interrupted; what was made so far is kept"));
    say(this.#message);
  }

  /** The code that a process killed by the last signal would end with: 130 after Ctrl-C, 143 after SIGTERM. */
  get exitCode(): number {
    return this.#exitCode;
  }

  /** Aborted at the first press, with an {@linkcode InterruptedError} as its reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Stops listening: from here on Ctrl-C ends the process as it does by default. */
  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
  }
}

/**
 * Runs `work` with a signal that the first Ctrl-C aborts. If that happened, the process's exit code is
 * set to 130, also when `work` went on to return what it had.
 *
 * @param work Looks at the signal between steps, and calls {@linkcode letSignalsIn}.
 * @returns What `work` returned.
 * @throws Whatever `work` throws; {@linkcode InterruptedError} if it calls `signal.throwIfAborted()`.
 */
export async function withInterrupt<T>(
  work: (signal: AbortSignal) => Promise<T> | T,
  options: InterruptOptions = {},
): Promise<T> {
  using interrupt = new Interrupt(options);
  try {
    return await work(interrupt.signal);
  } finally {
    if (interrupt.signal.aborted) Deno.exitCode = INTERRUPTED_EXIT_CODE;
  }
}
