/**
 * Progress of long work: a bar with rate and time left on a terminal, plain lines elsewhere.
 *
 * @module
 */

import { ArgumentError } from "./errors.ts";
import {
  fitText,
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  oneLine,
  textWidth,
} from "./text.ts";

/** Where text for people goes: standard error, or something that stands in for it. */
export interface TextStream {
  /** Whether lines can be redrawn in place. */
  isTerminal(): boolean;
  /** The width in columns. */
  columns(): number;
  /** Writes at once. */
  write(text: string): void;
}

/** Options of {@linkcode Progress}. */
export interface ProgressOptions {
  /** What is being done: `"Training student"`. */
  label: string;
  /** How much there is to do; without it there is no bar, percentage and time left. */
  total?: number;
  /** What is counted: `"images"`, `"steps"`. `"bytes"` is shown as MB and MB/s. */
  unit?: string;
  /** How much was done before, by an earlier run that is being continued (default 0). */
  start?: number;
  /** Where to write (default: standard error). */
  stream?: TextStream;
  /** The clock, in milliseconds (default: `performance.now`). */
  now?: () => number;
}

/** Milliseconds between two drawings of the bar. */
const REDRAW_EVERY = 100;
/** Milliseconds between two plain lines, unless another quarter is done. */
const LINE_EVERY = 10_000;
/** Milliseconds that must lie between plain lines in any case. */
const LINE_AT_MOST_EVERY = 1_000;
/** The rate is measured over about this many milliseconds, and not before the lesser of the two. */
const RATE_WINDOW = 15_000;
const RATE_FROM = 300;
const BAR_NARROWEST = 8;
const BAR_WIDEST = 40;

const ENCODER = new TextEncoder();

/** Reads an environment variable without ever asking for the permission. */
function readEnv(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

/**
 * Standard error. It counts as a terminal only where a line can be redrawn: not when `CI` is set, nor
 * when `TERM` is `dumb`.
 */
export const standardError: TextStream = {
  isTerminal(): boolean {
    return Deno.stderr.isTerminal() && !readEnv("CI") && readEnv("TERM") !== "dumb";
  },
  columns(): number {
    try {
      return Deno.consoleSize().columns || 80; // some terminals say 0
    } catch {
      return 80;
    }
  },
  write(text: string): void {
    if (quiet > 0) return;
    const bytes = ENCODER.encode(text);
    try {
      for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
    } catch {
      // A closed or full pipe must not end the work that is being reported on.
    }
  },
};

/** How many want nothing to be said. */
let quiet = 0;

/** Has nothing said and no bar shown until disposed of, as where one process speaks for several. */
export function quietly(): Disposable {
  let wants = true;
  quiet++;
  return {
    [Symbol.dispose]() {
      if (wants) quiet--;
      wants = false;
    },
  };
}

/** The bar whose line is on the screen and not yet ended. */
let onScreen: Progress | undefined;

/**
 * Writes a line of its own to standard error, above the bar if one is being shown.
 *
 * @param line What to write; a line end is added.
 */
export function say(line: string): void {
  if (onScreen) onScreen.log(line);
  else standardError.write(line + "\n");
}

/**
 * Shows how far long work has come. On a terminal one line is redrawn about ten times a second: bar,
 * percentage, count, rate, time left. Elsewhere (a pipe, a file, `CI` set) there are plain lines: the
 * first, one every ten seconds or every quarter, the last. Colors are left out where `NO_COLOR` is
 * set. The cursor is never hidden, so there is nothing to restore however the process ends.
 *
 * Use it with `using`, so that the line is ended also when the work throws.
 *
 * @example
 * ```ts
 * import { train } from "@apprentice/distill";
 *
 * using progress = new train.Progress({ label: "Training", total: 500, unit: "steps" });
 * for (let step = 1; step <= 500; step++) progress.update(step, "loss 0.31");
 * progress.finish();
 * ```
 */
export class Progress {
  readonly #label: string;
  readonly #total: number | undefined;
  readonly #unit: string;
  readonly #stream: TextStream;
  readonly #now: () => number;
  readonly #terminal: boolean;
  readonly #color: boolean;
  readonly #started: number;
  readonly #start: number;
  /** When and how much, at the last drawings within the window that the rate is measured over. */
  #samples: { at: number; done: number }[] = [];
  #done: number;
  #text: string | (() => string) = "";
  #nextAt: number;
  #lastLineAt = -Infinity;
  #quarter = 0;
  #columns = 0;
  #barWidth = 0;
  #finished = false;

  /**
   * Starts the clock. Nothing is written before the first `update` or `advance`.
   *
   * @throws {ArgumentError} If `total` or `start` is negative or not finite.
   */
  constructor(options: ProgressOptions) {
    const { label, total, unit = "", start = 0, stream = standardError } = options;
    if (total !== undefined && !(Number.isFinite(total) && total >= 0)) {
      throw new ArgumentError(
        `Progress: total is ${total}; give a finite number of at least 0, or leave it out`,
      );
    }
    if (!(Number.isFinite(start) && start >= 0)) {
      throw new ArgumentError(`Progress: start is ${start}; give a finite number of at least 0`);
    }
    this.#label = oneLine(label);
    this.#total = total;
    this.#unit = oneLine(unit);
    this.#stream = stream;
    this.#now = options.now ?? (() => performance.now());
    this.#terminal = stream.isTerminal();
    this.#color = this.#terminal && !Deno.noColor;
    this.#start = start;
    this.#done = start;
    this.#started = this.#now();
    this.#samples.push({ at: this.#started, done: start });
    this.#nextAt = this.#started;
  }

  /** How much is done. */
  get done(): number {
    return this.#done;
  }

  /**
   * Says how much is done in all. Cheap enough to call on every step: all but ten calls a second only
   * look at the clock. A value that is not finite is ignored.
   *
   * @param done How much is done, counted from the beginning, not from the last call.
   * @param text Something to show beside the numbers, such as the loss; stays until replaced. A function is only asked when
   * the line is drawn.
   */
  update(done: number, text?: string | (() => string)): void {
    if (done - done === 0) this.#done = done; // false for NaN and the infinities
    if (text !== undefined) this.#text = text;
    const now = this.#now();
    if (now < this.#nextAt || this.#finished) return;
    this.#nextAt = now + REDRAW_EVERY;
    this.#sample(now);
    if (this.#terminal) this.#draw(now, false);
    else this.#maybeLine(now);
  }

  /**
   * Says that `n` more are done.
   *
   * @param n How many more.
   * @param text As for {@linkcode Progress.update}.
   */
  advance(n: number, text?: string | (() => string)): void {
    this.update(this.#done + n, text);
  }

  /**
   * Shows the last state and how long it took, and ends the line. Later calls of any method but `log`
   * do nothing.
   *
   * @param text The last words beside the numbers; without it, those of the last `update`.
   */
  finish(text?: string | (() => string)): void {
    if (this.#finished) return;
    if (text !== undefined) this.#text = text;
    this.#finished = true;
    const now = this.#now();
    if (this.#terminal) {
      this.#draw(now, true);
      this.#stream.write("\n");
      if (onScreen === this) onScreen = undefined;
    } else {
      this.#stream.write(this.#plainLine(now, true) + "\n");
    }
  }

  /**
   * Writes a line of its own; on a terminal, above the bar.
   *
   * @param line What to write; a line end is added.
   */
  log(line: string): void {
    if (onScreen !== this) {
      this.#stream.write(line + "\n");
      return;
    }
    this.#stream.write(`\r\x1b[K${line}\n`);
    this.#draw(this.#now(), false);
  }

  /** Ends the line as {@linkcode Progress.finish} does, if that was not called. */
  [Symbol.dispose](): void {
    this.finish();
  }

  #sample(now: number): void {
    const samples = this.#samples;
    samples.push({ at: now, done: this.#done });
    while (samples.length > 2 && now - samples[1].at >= RATE_WINDOW) samples.shift();
  }

  /** How many a second, lately; at the end, over the whole time. NaN if it cannot be known yet. */
  #rate(now: number, whole: boolean): number {
    const from = whole ? { at: this.#started, done: this.#start } : this.#samples[0];
    const elapsed = now - from.at;
    if (elapsed <= 0 || (!whole && elapsed < RATE_FROM)) return NaN;
    return (this.#done - from.done) / (elapsed / 1000);
  }

  #words(): string {
    return oneLine(typeof this.#text === "function" ? this.#text() : this.#text);
  }

  #fraction(): number | undefined {
    if (this.#total === undefined) return undefined;
    if (this.#total === 0) return 1;
    return Math.min(1, Math.max(0, this.#done / this.#total));
  }

  /** The numbers in words. Empty strings for what is not known. */
  #numbers(now: number, last: boolean): Record<"percent" | "count" | "rate" | "time", string> {
    const total = this.#total;
    const fraction = this.#fraction();
    const bytes = this.#unit === "bytes";
    const rate = this.#rate(now, last);
    const knownRate = rate > 0 && Number.isFinite(rate);
    const amount = bytes ? formatBytes : formatCount;
    const unit = bytes || this.#unit === "" ? "" : ` ${this.#unit}`;
    let count = amount(this.#done);
    if (total !== undefined) {
      const all = amount(total);
      // 12.8/192.0 MB says the unit once.
      if (bytes && count.split(" ")[1] === all.split(" ")[1]) count = count.split(" ")[0];
      count += `/${all}`;
    }
    let time = "";
    if (last) time = `in ${formatDuration((now - this.#started) / 1000)}`;
    else if (total !== undefined && knownRate) {
      time = `${formatClock(Math.max(0, total - this.#done) / rate)} left`;
    } else if (total === undefined) time = formatClock((now - this.#started) / 1000);
    return {
      // Rounded down: 100 % is only said when all is done.
      percent: fraction === undefined ? "" : `${Math.floor(fraction * 100)}%`,
      count: count + unit,
      rate: knownRate ? `${amount(rate)}${unit}/s` : "",
      time,
    };
  }

  #maybeLine(now: number): void {
    const fraction = this.#fraction();
    const quarter = fraction === undefined ? 0 : Math.floor(fraction * 4);
    const since = now - this.#lastLineAt;
    const due = since >= LINE_EVERY || (quarter > this.#quarter && since >= LINE_AT_MOST_EVERY);
    if (!due || (fraction === 1 && this.#lastLineAt > -Infinity)) return;
    this.#quarter = quarter;
    this.#lastLineAt = now;
    this.#stream.write(this.#plainLine(now, false) + "\n");
  }

  #plainLine(now: number, last: boolean): string {
    const { percent, count, rate, time } = this.#numbers(now, last);
    const head = [percent, count].filter(Boolean).join(" ");
    const parts = [head, rate, time, this.#words()].filter(Boolean);
    return `${this.#label}: ${parts.join(", ")}`;
  }

  #draw(now: number, last: boolean): void {
    const other = onScreen && onScreen !== this && onScreen.#stream === this.#stream;
    const lead = other ? "\n" : "\r";
    onScreen = this;
    this.#stream.write(lead + this.#barLine(now, last) + "\x1b[K");
  }

  /** The line for a terminal: what does not fit is left out, the least needed first. */
  #barLine(now: number, last: boolean): string {
    // A character in the last column makes some terminals wrap.
    const columns = Math.max(1, this.#stream.columns() - 1);
    const numbers = this.#numbers(now, last);
    const fraction = this.#fraction();
    let text = this.#words();
    const parts = (): string[] =>
      [
        numbers.percent.padStart(numbers.percent ? 4 : 0),
        numbers.count,
        numbers.rate,
        numbers.time,
        text,
      ].filter(Boolean);
    const widthWithout = (): number =>
      textWidth(this.#label) + parts().reduce((sum, part) => sum + 2 + textWidth(part), 0);
    const barNeeds = fraction === undefined ? 0 : BAR_NARROWEST + 2;

    if (widthWithout() + barNeeds > columns) numbers.count = "";
    if (widthWithout() + barNeeds > columns) {
      const room = columns - barNeeds - (widthWithout() - textWidth(text));
      text = room >= 8 ? fitText(text, room) : "";
    }
    if (widthWithout() + barNeeds > columns) numbers.rate = "";
    const room = columns - widthWithout() - 2;
    // The bar gives way to longer numbers and does not grow back, so that it does not jitter.
    if (columns !== this.#columns) this.#barWidth = BAR_WIDEST;
    this.#columns = columns;
    if (room >= BAR_NARROWEST) this.#barWidth = Math.min(this.#barWidth, room);
    const bar = fraction !== undefined && room >= BAR_NARROWEST
      ? [this.#bar(fraction, this.#barWidth)]
      : [];
    const line = [this.#label, ...bar, ...parts()].join("  ");
    return textWidth(line) <= columns ? line : fitText(line, columns);
  }

  #bar(fraction: number, width: number): string {
    const full = Math.floor(fraction * width);
    const half = fraction * width - full >= 0.5 ? 1 : 0;
    const filled = "━".repeat(full) + "╸".repeat(half);
    const empty = width - full - half;
    return this.#color
      ? `\x1b[36m${filled}\x1b[90m${"━".repeat(empty)}\x1b[39m`
      : filled + " ".repeat(empty);
  }
}
