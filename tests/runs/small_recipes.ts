/** Recipes that train in a second, and what tests of runs ask of the folders that they leave. */
import type { DataRecipe, Recipe, SelectionRecipe } from "../../src/runs/mod.ts";
import * as torch from "../../src/torch/mod.ts";

/** Some of MNIST's test images. */
export function digits(...select: SelectionRecipe[]): DataRecipe {
  return { dataset: "mnist", split: "test", select };
}

const parts = [300, 200];

/** A small network on 300 digits, measured on 200 others. */
export function supervised(more: Partial<Recipe> = {}): Recipe {
  return {
    name: "supervised",
    data: {
      train: digits({ split: parts, part: 0 }),
      test: digits({ split: parts, part: 1 }),
    },
    student: { name: "SmallCnn", widths: [4, 8] },
    optimizer: { name: "AdamW", lr: 0.01 },
    epochs: 2,
    batchSize: 50,
    ...more,
  };
}

/** A teacher of that kind, and a student that learns from it without labels. */
export function distilled(more: Partial<Recipe> = {}): Recipe {
  return {
    ...supervised(),
    name: "distilled",
    teachers: [{ name: "cnn", kind: "predictive", recipe: supervised({ name: "cnn" }) }],
    method: { name: "KD", temperature: 2 },
    ...more,
  };
}

/** Where a run goes, and its teachers, without lines of progress. */
export const quiet = (folder: string, name = "runs") => ({
  out: `${folder}/${name}`,
  cache: `${folder}/teachers`,
  progress: false,
});

/** All values in a file of weights, by name. */
export const valuesIn = (path: string) =>
  torch.scope(() =>
    Object.entries(torch.loadSafetensors(path)).map(([name, tensor]) => [name, tensor.toArray()])
  );

/** When each file below a folder was written. */
export function written(folder: string): Record<string, number> {
  return Object.fromEntries(
    [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
      const path = `${folder}/${name}`;
      return isDirectory
        ? Object.entries(written(path))
        : [[path, Deno.statSync(path).mtime!.getTime()]];
    }),
  );
}

/** A signal that stops as soon as a run whose folder's path has `place` in it, below `out`, knows its teachers. */
export function stopsWhenBegun(out: string, place: RegExp): AbortSignal {
  const { signal } = new AbortController();
  const begun = () => {
    try {
      return Object.keys(written(out)).some((path) =>
        place.test(path) && path.endsWith("teachers.json")
      );
    } catch {
      return false;
    }
  };
  Object.defineProperty(signal, "aborted", { get: begun });
  return signal;
}
