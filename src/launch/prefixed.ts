/**
 * Lines that say whose they are.
 *
 * @module
 */

/** A line longer than this is shown in pieces, in bytes. */
const LONGEST = 65_536;
const NEWLINE = 10;

/** Something that bytes are written to at once. */
export interface ByteSink {
  /** Writes some or all of the bytes, and says how many. */
  writeSync(bytes: Uint8Array): number;
  /** Tells whether a terminal shows them. */
  isTerminal(): boolean;
}

/** Shows a stream with a prefix before every line; a line is written whole, so that those of others do not cut it. */
export class PrefixedLines {
  readonly #prefix: Uint8Array;
  readonly #sink: ByteSink;
  #open = new Uint8Array(0);

  /** Takes what every line begins with, and where it goes. */
  constructor(prefix: string, sink: ByteSink) {
    // On a terminal the line may be that of somebody's progress bar, which draws itself anew.
    const clear = sink.isTerminal() ? "\r\x1b[K" : "";
    this.#prefix = new TextEncoder().encode(clear + prefix);
    this.#sink = sink;
  }

  /** Takes what comes next. */
  add(chunk: Uint8Array): void {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#line(chunk.subarray(from, end + 1));
      from = end + 1;
    }
    this.#open = joined(this.#open, chunk.subarray(from));
    if (this.#open.length >= LONGEST) this.#line(NEWLINE_BYTES);
  }

  /** Shows a last line that has no end. */
  end(): void {
    if (this.#open.length > 0) this.#line(NEWLINE_BYTES);
  }

  #line(rest: Uint8Array): void {
    const bytes = joined(this.#prefix, this.#open, rest);
    this.#open = new Uint8Array(0);
    try {
      for (let at = 0; at < bytes.length;) at += this.#sink.writeSync(bytes.subarray(at));
    } catch {
      // Nobody reads any more: the processes go on all the same.
    }
  }
}

const NEWLINE_BYTES = Uint8Array.of(NEWLINE);

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
