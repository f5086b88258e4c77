/**
 * What is written down of the last time that each comparison was run: `last.json`.
 *
 * @module
 */

import { locate } from "../../ffi/locate.ts";
import { writeAtomic } from "../../src/base/files.ts";
import { output } from "./alternate.ts";
import type { Comparison, Pair, Settings } from "./comparison.ts";

/** One comparison in `last.json`. Ratios only: the figures themselves say more of the machine than of the code. */
export interface Entry {
  /** What the ratios are of. */
  about: string;
  /** Which ratios are better. */
  better: "lower" | "higher";
  /** When it was run. */
  date: string;
  /** The version of libtorch, and for what it was built. */
  libtorch: string;
  /** The version of Python's torch. */
  pytorch: string;
  /** The machine's cores. */
  cores: number;
  /** The device, the dtype and the number of rounds. */
  settings: { device: string; dtype: string; rounds: number };
  /** Whether other work ran on the machine. */
  busy: boolean;
  /** Our figure by PyTorch's, by what was measured. */
  ratios: Record<string, number>;
}

/** Whether other work ran in the last minute: half a core of it is more than a quiet machine does. */
export function isBusy(): boolean {
  return Deno.loadavg()[0] > 0.5;
}

/** Describes a comparison that was just run. */
export async function entryOf(
  { about, better }: Comparison,
  pairs: readonly Pair[],
  { python, device, dtype, rounds }: Settings,
  busy: boolean,
): Promise<Entry> {
  const { libtorch } = locate();
  const version = await output(python, ["-c", "import torch; print(torch.__version__)"]);
  return {
    about,
    better,
    date: new Date().toISOString().slice(0, 10),
    libtorch: libtorch ? `${libtorch.version} ${libtorch.variant}` : "unknown",
    pytorch: version.trim(),
    cores: navigator.hardwareConcurrency,
    settings: { device, dtype, rounds },
    busy,
    ratios: Object.fromEntries(
      pairs.map(({ name, ours, theirs }) => [name, Number((ours / theirs).toFixed(2))]),
    ),
  };
}

/** Puts an entry in the place of the last one of the same comparison. */
export async function writeEntry(path: string, name: string, entry: Entry): Promise<void> {
  let entries: Record<string, Entry> = {};
  try {
    entries = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await writeAtomic(path, `${JSON.stringify({ ...entries, [name]: entry }, null, 2)}\n`);
}
