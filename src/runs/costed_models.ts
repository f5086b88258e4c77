/**
 * The models of a run, opened to be measured.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { statFileSync } from "../base/regular_files.ts";
import type { View } from "../data/view.ts";
import { load } from "../models/saved.ts";
import { savedFile } from "../models/saved_file.ts";
import { summary } from "../models/summary.ts";
import { Classifier } from "../nn/classifier.ts";
import { bodyOf } from "../teachers/body.ts";
import { bytesOfTeacher } from "../teachers/file_bytes.ts";
import { OnnxModel } from "../teachers/onnx.ts";
import type { Teacher } from "../teachers/teacher.ts";
import * as torch from "../torch/mod.ts";
import { buildTeacher } from "./build_teachers.ts";
import type { ModelCosts } from "./costs.ts";
import type { TeacherRecipe } from "./network_recipes.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";

/** What is known of a model before it is timed. */
export type ModelSize = Omit<ModelCosts, "name" | "kind" | "accuracy" | "latencies">;

/** A model that can be timed. */
export interface CostedModel extends Disposable {
  /** What is known of it. */
  readonly size: ModelSize;
  /** The dtype of the images that it wants in libtorch. */
  readonly dtype: torch.DType;
  /** Runs it once in libtorch on images as it wants them; in words why it cannot, if so. */
  readonly forward: ((images: torch.Tensor) => void) | string;
  /** The ONNX model: a file that is there, or a network that can be written as one; in words why there is none, if so. */
  readonly onnx: { readonly path: string } | { readonly network: Classifier } | string;
}

/** Opens the student of a run. */
export function openStudentToTime(path: string): CostedModel {
  const student = load(path).eval();
  try {
    const architecture = student.recipe?.architecture ?? null;
    const known = { architecture, bytes: statFileSync(path).size };
    return ofNetwork(student, student.view, known, () => student.dispose());
  } catch (error) {
    student.dispose();
    throw error;
  }
}

/**
 * Opens a teacher of a recipe, on the CPU. The classes that it votes on do not matter here, so that no data are opened;
 * what is a recipe itself must have been trained before, and a classifier on features of a probe is left out.
 *
 * @param at Its place in the recipe.
 * @param cache Where teachers that are recipes are kept.
 * @throws Whatever opening it throws.
 */
export async function openTeacherToTime(
  recipe: TeacherRecipe<ResolvedRecipe>,
  at: string,
  cache: string,
): Promise<CostedModel> {
  const { classes: _, rename: __, others: ___, probe, ...rest } = recipe;
  const alone = (probe ? { ...rest, kind: "descriptive" } : rest) as typeof recipe;
  const trainFirst = (own: ResolvedRecipe, folder: string): Promise<void> => {
    if (savedFile(folder) !== null) return Promise.resolve();
    throw new ArgumentError(
      `${at}: the student of the recipe ${own.name} is not in ${folder}. Give the cache that the run was made with, or ` +
        `train it there.`,
    );
  };
  const teacher = await buildTeacher(alone, at, "cpu", { cache, trainFirst });
  const close = (): void => {
    teacher.release();
    teacher.model?.dispose();
  };
  try {
    return ofTeacher(teacher, close);
  } catch (error) {
    close();
    throw error;
  }
}

function ofTeacher(teacher: Teacher, close: () => void): CostedModel {
  const { facts, view } = teacher;
  const body = bodyOf(teacher);
  const known = { architecture: facts.architecture ?? null, bytes: bytesOfTeacher(facts) };
  if (body instanceof Classifier) return ofNetwork(body.eval(), view, known, close);
  const imageShape = body instanceof OnnxModel
    ? body.imageShape
    : view === null
    ? null
    : [view.mean.length, ...view.size] as const;
  const program = facts.architecture ?? "function";
  const size = {
    ...known,
    parameters: facts.parameters ?? null,
    multiplyAdds: null,
    imageShape,
    missing: [{ what: "multiply-adds", why: `what a ${program} does inside is not counted` }],
  };
  const isOnnx = body instanceof OnnxModel;
  return {
    size,
    dtype: "float32",
    forward: isOnnx ? "an ONNX model runs in ONNX Runtime" : (images) => void teacher.see(images),
    onnx: isOnnx ? { path: body.path } : `a ${program} cannot be written as ONNX`,
    [Symbol.dispose]: close,
  };
}

function ofNetwork(
  network: Classifier,
  view: View | null,
  known: Pick<ModelSize, "architecture" | "bytes">,
  close: () => void,
): CostedModel {
  // What it is exported for.
  network.view ??= view;
  const shape = view && { inputShape: [1, view.mean.length, ...view.size] };
  const { flops, inputShape } = summary(network, shape ?? {});
  return {
    size: {
      ...known,
      architecture: known.architecture ?? network.constructor.name,
      parameters: network.numParameters(),
      multiplyAdds: flops,
      imageShape: inputShape.slice(1) as [number, number, number],
      missing: [],
    },
    dtype: network.parameters().at(0)?.dtype ?? "float32",
    forward: (images) => torch.scope(() => torch.inferenceMode(() => void network.forward(images))),
    onnx: { network },
    [Symbol.dispose]: close,
  };
}
