/**
 * The plan of a recipe's store.
 *
 * @module
 */

import type { Recipe } from "../recipe.ts";
import { resolveRecipe } from "../recipe_table.ts";
import { ArgumentError } from "../../base/errors.ts";
import { planStore } from "./plan.ts";
import type { PlanMachines, StorePlan } from "./plan_types.ts";
import { networkOf, plannedTeacher, student } from "./planned_networks.ts";

/** How {@linkcode storePlan} plans. */
export interface StorePlanOptions extends PlanMachines {
  /** How many images the student learns from. */
  images: number;
  /** On how many classes teachers vote; `student.numClasses` of the recipe by default. */
  classes?: number;
  /** The side of images for networks that take any and have no view; 32 by default. */
  side?: number;
}

/**
 * Plans the store of a recipe from architectures alone: no image is opened, no weights are fetched. What the recipe says
 * of views, dtype, patches and epochs is planned; bytes, hours, other choices, and when storing pays.
 *
 * @throws {ArgumentError} if the recipe cannot be used, has no teacher, or one whose architecture nothing says.
 *
 * @example
 * ```ts
 * import { runs } from "@apprentice/distill";
 *
 * const recipe = runs.recipe({
 *   data: { train: { images: "photos" } },
 *   student: { name: "resnet18", numClasses: 0 },
 *   teachers: [{ source: "vit_base_patch16_224.dino" }],
 *   method: "UNIFORM",
 *   epochs: 30,
 * });
 * const plan = runs.storePlan(recipe, { images: 1e6, gpus: 8, gpu: "a100" });
 * console.log(plan.bytes); // 1536043296
 * ```
 */
export function storePlan(recipe: Recipe, options: StorePlanOptions): StorePlan {
  const { images, classes, side = 32, ...machines } = options;
  const resolved = resolveRecipe(recipe);
  if (resolved.teachers.length === 0) {
    throw new ArgumentError(`${resolved.name} has no teachers: there is nothing to store.`);
  }
  const defaults = { side, classes: classes ?? resolved.student.numClasses ?? undefined };
  const { store } = resolved;
  return planStore({
    teachers: resolved.teachers.map((one, i) => plannedTeacher(one, `teachers[${i}]`, defaults)),
    student: networkOf(student(resolved.student, defaults)),
    images,
    views: store?.plain ? 1 : resolved.views ?? 1,
    dtype: store?.dtype ?? "float16",
    patches: store?.patches ?? false,
    epochs: resolved.epochs,
    studentCompute: resolved.autocast === null ? "float32" : "half",
  }, machines);
}
