/**
 * How set-up tells what it is doing: lines and bars on standard error, or a callback.
 *
 * @module
 */

import { Progress, say } from "../base/progress.ts";

/** One thing that set-up says while it works. */
export interface SetupProgress {
  /** What set-up is doing: `"Downloading libtorch 2.13.0"`. */
  text: string;
  /** How much of it is done, where that can be counted. */
  done?: number;
  /** How much there is to do, where that is known. */
  total?: number;
  /** What is counted: `"bytes"`, `"files"`. */
  unit?: string;
}

/** Something that is counted while it goes on. */
export interface Counter extends Disposable {
  /** Says how much is done in all. */
  update(done: number, text?: string): void;
  /** Says that it is done. */
  finish(text?: string): void;
}

/** Where set-up says what it does. */
export interface Report {
  /** Says one thing. */
  line(text: string): void;
  /** Begins something that is counted. */
  count(text: string, total?: number, unit?: string): Counter;
}

/** Says everything on standard error: a bar on a terminal, lines elsewhere. */
export const terminalReport: Report = {
  line: say,
  count: (label, total, unit) => new Progress({ label, total, unit }),
};

/** Says nothing. */
export const silentReport: Report = callbackReport(() => {});

/** Says everything to a function. */
export function callbackReport(onProgress: (progress: SetupProgress) => void): Report {
  return {
    line: (text) => onProgress({ text }),
    count(text, total, unit) {
      let last = 0;
      let ended = false;
      const end = (): void => {
        if (!ended) onProgress({ text, done: last, total, unit });
        ended = true;
      };
      return {
        update(done) {
          last = done;
          onProgress({ text, done, total, unit });
        },
        finish: end,
        [Symbol.dispose]: end,
      };
    },
  };
}
