/** Recipes that train in a second. */
import type { DataRecipe, Recipe, SelectionRecipe } from "../../src/runs/mod.ts";

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
