/**
 * How long the parts of a demo take, and how it stops.
 *
 * @module
 */

import { InterruptedError } from "../../base/interrupt.ts";
import type { RunFolder } from "../../runs/folder.ts";

/** Takes the time of the parts of a run. */
export interface Stopwatch {
  /** How long each part took, in seconds. */
  readonly seconds: Record<string, number>;
  /** Does a part of the work. */
  timed<T>(part: string, work: () => T | Promise<T>): Promise<T>;
}

/** A stopwatch that has timed nothing yet. */
export function stopwatch(): Stopwatch {
  const seconds: Record<string, number> = {};
  return {
    seconds,
    async timed(part, work) {
      const start = performance.now();
      const result = await work();
      seconds[part] = (performance.now() - start) / 1000;
      return result;
    },
  };
}

/** Ends an interrupted run. */
export function stopped(folder: RunFolder): never {
  throw new InterruptedError(
    `Stopped. What was made is kept; go on with --resume ${folder.root}`,
  );
}
