/**
 * The recipe of the usual job: a shelf of public models, photographs without labels, a small student.
 *
 * @module
 */

import { LEARNING, randomPart, teachersOf } from "./photographs_parts.ts";
import type { Recipe } from "./recipe.ts";

/** What {@linkcode photographsRecipe} is made from. */
export interface PhotographsOptions {
  /** Folders of photographs, lists of paths, or tar files. */
  photos: readonly string[];
  /** The teachers: `hf://org/name`, files or folders. */
  teachers: readonly string[];
  /** The student's architecture; MobileNetV3 small by default. */
  student?: string;
  /** What the student begins with; fresh weights by default. */
  weights?: string;
  /** The side of the images; 224 by default. */
  size?: number;
  /** Passes over the photographs; 3 by default. */
  epochs?: number;
  /** Photographs at once; 32 by default. */
  batchSize?: number;
}

/**
 * UNIFORM on features alone: no teacher knows the student's classes, so that nobody votes on them. The student has features
 * in the place of a head.
 *
 * @example
 * ```ts
 * import { runs } from "@apprentice/distill";
 *
 * const recipe = runs.photographsRecipe({
 *   photos: ["photos"],
 *   teachers: ["hf://timm/vit_small_patch14_dinov2.lvd142m", "efficientnet-lite0.pth"],
 * });
 * ```
 */
export function photographsRecipe(options: PhotographsOptions): Recipe {
  const { photos, student = "mobilenet_v3_small", weights, epochs = 3 } = options;
  const { size = 224, batchSize = 32 } = options;
  return {
    name: "distill",
    data: { train: { images: photos, part: randomPart(size) } },
    student: { name: student, numClasses: 0, ...(weights !== undefined && { weights }) },
    teachers: teachersOf(options.teachers, size),
    method: { name: "UNIFORM", alpha1: 0, alpha2: 0 },
    ...LEARNING,
    epochs,
    batchSize,
  };
}
