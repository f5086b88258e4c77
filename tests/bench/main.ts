/**
 * Compares speed with PyTorch on the same libtorch: runs programs of this folder and their twins in Python by turns,
 * prints the ratios, and keeps them in `last.json`.
 *
 *     deno task bench [overhead|train-step|uniform-step|custom-kd-epoch|throughput|load-weights|image-pipeline ...]
 *         --python PATH [--rounds 4] [--device cpu] [--dtype float32] [--batch N] [--threads N]
 *         [--models NAME,NAME] [--photos FOLDER] [--dry]
 *
 * Without names it runs what needs nothing but torch: overhead and train-step. `--python` names an interpreter with the
 * same version of torch, and what else a comparison says that it needs. `--dry` leaves `last.json` as it is.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ApprenticeError, ArgumentError } from "../../src/base/errors.ts";
import type { Settings } from "./comparison.ts";
import { COMPARISONS } from "./comparisons.ts";
import { entryOf, isBusy, writeEntry } from "./record.ts";

const LAST = fileURLToPath(new URL("last.json", import.meta.url));

/** What the command line asks for. */
function asked(args: string[]): { names: string[]; settings: Settings; dry: boolean } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      python: { type: "string", default: "python3" },
      rounds: { type: "string", default: "4" },
      device: { type: "string", default: "cpu" },
      dtype: { type: "string", default: "float32" },
      batch: { type: "string" },
      threads: { type: "string" },
      models: { type: "string" },
      photos: { type: "string" },
      dry: { type: "boolean", default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    throw new ArgumentError(
      `--rounds must be a whole number of at least 1, got ${values.rounds}.`,
    );
  }
  const known = Object.keys(COMPARISONS);
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new ArgumentError(
      `There is no comparison ${unknown.join(", ")}; there are ${known.join(", ")}.`,
    );
  }
  const names = positionals.length > 0 ? positionals : ["overhead", "train-step"];
  return { names, settings: { ...values, rounds }, dry: values.dry };
}

const digits = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const figure = (value: number) => digits.format(value).padStart(8);

async function compareAll({ names, settings, dry }: ReturnType<typeof asked>): Promise<void> {
  // Asked once: later the comparisons themselves are the work.
  const busy = isBusy();
  if (busy) console.log("Other work runs on this machine: trust the ratios more than the figures.");
  for (const name of names) {
    const comparison = COMPARISONS[name];
    console.log(`${name}: ${comparison.about} (${comparison.better} is better)`);
    const pairs = await comparison.run(settings);
    const width = Math.max(...pairs.map((pair) => pair.name.length));
    for (const { name, ours, theirs } of pairs) {
      const ratio = (ours / theirs).toFixed(2);
      console.log(
        `  ${name.padEnd(width)} ${figure(ours)}  PyTorch ${figure(theirs)}  ratio ${ratio}`,
      );
    }
    if (!dry) await writeEntry(LAST, name, await entryOf(comparison, pairs, settings, busy));
  }
}

try {
  await compareAll(asked(Deno.args));
} catch (error) {
  if (!(error instanceof ApprenticeError || error instanceof TypeError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
