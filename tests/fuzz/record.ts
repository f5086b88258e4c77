/**
 * What a child process writes of its calls: each before it is made, and in the end how they all ended.
 *
 * @module
 */

import { ApprenticeError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";

/** What is no message for a user: libtorch's words to its own developers, and those of C++'s containers. */
const raw = /INTERNAL ASSERT|please report a bug|c10::\w+\b.*expected|vector::|basic_string/i;

/** Counts how calls end. */
export class CallRecord {
  readonly #log: Deno.FsFile;
  readonly #encoder = new TextEncoder();
  readonly #bare: Record<string, [count: number, call: string]> = {};
  #worked = 0;
  #refused = 0;

  /** Writes the call that is being made to the file at `path`. */
  constructor(path: string) {
    this.#log = Deno.openSync(path, { write: true, create: true, truncate: true });
  }

  /** Makes a call. */
  attempt(name: string, text: string, call: () => void): void {
    this.#log.seekSync(0, Deno.SeekMode.Start);
    const line = this.#encoder.encode(text.slice(0, 2000));
    this.#log.writeSync(line);
    this.#log.truncateSync(line.length);
    try {
      call();
      this.#worked++;
    } catch (error) {
      this.#refused++;
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof ApprenticeError && !raw.test(message)) return;
      const key = `${name}: ${(error as Error).name}: ${message.split("\n")[0].slice(0, 90)}`;
      this.#bare[key] ??= [0, text.slice(0, 400)];
      this.#bare[key][0]++;
    }
  }

  /** Prints how the calls ended. */
  print(): void {
    const [worked, refused, bare] = [this.#worked, this.#refused, this.#bare];
    console.log(JSON.stringify({ worked, refused, bare, left: torch.memory().tensors }));
  }
}

/** A call's arguments as text. */
export function show(values: readonly unknown[]): string {
  return values.map((v) =>
    v instanceof torch.Tensor
      ? `${v.dtype}[${v.shape}]`
      : Array.isArray(v)
      ? `[${show(v)}]`
      : typeof v === "bigint"
      ? `${v}n`
      : v !== null && typeof v === "object" && !(v instanceof torch.Float)
      ? `{${Object.entries(v).map(([k, x]) => `${k}: ${show([x])}`).join(", ")}}`
      : typeof v === "string"
      ? JSON.stringify(v)
      : Object.is(v, -0)
      ? "-0"
      : String(v)
  ).join(", ");
}
