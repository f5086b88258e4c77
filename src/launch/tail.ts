/**
 * The last lines of what a process writes, whatever amount it writes.
 *
 * @module
 */

import { oneLine } from "../base/text.ts";

/** How much is remembered, in bytes. */
const REMEMBERED = 16_384;

/** Remembers the end of a stream. */
export class Tail {
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  /** Takes what comes next. */
  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk.length > REMEMBERED ? chunk.slice(-REMEMBERED) : chunk);
    this.#bytes += this.#chunks.at(-1)!.length;
    while (this.#bytes - this.#chunks[0].length >= REMEMBERED) {
      this.#bytes -= this.#chunks.shift()!.length;
    }
  }

  /** The last lines that are not empty, at most `count`, without what would move the cursor. */
  lines(count: number): string[] {
    const all = new Uint8Array(this.#bytes);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    const lines = new TextDecoder().decode(all).split(/\r?\n|\r/);
    return lines.map((line) => oneLine(line.replaceAll("\t", "  ")).trimEnd())
      .filter((line) => line !== "").slice(-count);
  }
}
