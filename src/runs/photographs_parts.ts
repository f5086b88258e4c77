/**
 * What recipes on folders of photographs have in common.
 *
 * @module
 */

import type { RandomResizedPart } from "../data/images/image_part.ts";
import type { TeacherRecipe } from "./network_recipes.ts";
import type { Recipe } from "./recipe.ts";

/** What the student sees of a photograph while it learns. */
export function randomPart(size: number): RandomResizedPart {
  return { kind: "random", size, scale: [0.3, 1] };
}

/** Public models, which see photographs as large as the student does. */
export function teachersOf(
  teachers: readonly string[],
  size: number,
): TeacherRecipe<Recipe>[] {
  return teachers.map((source) => ({ source, view: { size: [size, size] } }));
}

/** How students of photographs learn. */
export const LEARNING = {
  optimizer: { name: "AdamW", lr: 1e-3, weightDecay: 0.05 },
  schedule: "OneCycle",
};
