/**
 * Lines that say whose they are.
 *
 * @module
 */

/** A line longer than this is shown in pieces, in bytes. */
const LONGEST = 65_536;
const NEWLINE = Uint8Array.of(10);
const NOTHING = new Uint8Array(0);

/** Something that bytes are written to at once. */
export interface ByteSink {
  /** Writes some or all of the bytes, and says how many. */
  writeSync(bytes: Uint8Array): number;
  /** Tells whether a terminal shows them. */
  isTerminal(): boolean;
}

/** Shows a stream with a prefix before every line. Lines are written whole, so that those of others do not cut them. */
export class PrefixedLines {
  readonly #prefix: Uint8Array;
  readonly #sink: ByteSink;
  /** The beginning of a line whose end has not come yet. */
  #open: Uint8Array = NOTHING;

  /** Takes what every line begins with, and where it goes. */
  constructor(prefix: string, sink: ByteSink) {
    // On a terminal the line may be that of somebody's progress bar, which draws itself anew.
    const clear = sink.isTerminal() ? "\r\x1b[K" : "";
    this.#prefix = new TextEncoder().encode(clear + prefix);
    this.#sink = sink;
  }

  /** Takes what comes next. */
  add(chunk: Uint8Array): void {
    const parts: Uint8Array[] = [];
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      parts.push(this.#prefix, this.#open, chunk.subarray(from, end + 1));
      this.#open = NOTHING;
      from = end + 1;
    }
    this.#open = joined([this.#open, chunk.subarray(from)]);
    if (this.#open.length >= LONGEST) parts.push(...this.#cut());
    this.#write(joined(parts));
  }

  /** Shows a last line that has no end. */
  end(): void {
    if (this.#open.length > 0) this.#write(joined(this.#cut()));
  }

  #cut(): Uint8Array[] {
    const line = [this.#prefix, this.#open, NEWLINE];
    this.#open = NOTHING;
    return line;
  }

  #write(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length;) at += this.#sink.writeSync(bytes.subarray(at));
    } catch {
      // Nobody reads any more: the processes go on all the same.
    }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
