/**
 * One bar over several downloads.
 *
 * @module
 */

import type { Report } from "./report.ts";

/** Makes reports for parts of one whole. */
export interface JointReport extends Disposable {
  /**
   * Begins the next part.
   *
   * @param bytes How large the part is.
   * @param text What is shown of it beside the bar.
   */
  part(bytes: number, text: string): Report & { end(): void };
}

/**
 * Begins a bar whose parts are counted one after the other. Of each part's own lines those are shown that tell of something
 * that went wrong.
 */
export function jointReport(report: Report, label: string, total: number): JointReport {
  const counter = report.count(label, total, "bytes");
  let before = 0;
  return {
    part(bytes, text) {
      const base = before;
      const show = (done: number): void => counter.update(base + Math.min(done, bytes), text);
      return {
        line: (line) => {
          if (!PLAIN.test(line)) report.line(line);
        },
        count: () => ({ update: show, finish() {}, [Symbol.dispose]() {} }),
        end() {
          show(bytes);
          before = base + bytes;
        },
      };
    },
    [Symbol.dispose]() {
      counter.finish("");
      counter[Symbol.dispose]();
    },
  };
}

/** Lines that the bar says, too. */
const PLAIN = /^(Fetching | {2}checking its checksum$)/;
