/**
 * The student that a recipe describes.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { isUnder } from "../checkpoints/fit.ts";
import { headPrefixesOf } from "../checkpoints/load_weights.ts";
import { DecodedImages, type View } from "../data/mod.ts";
import { channelStatistics } from "../data/statistics.ts";
import { create } from "../models/create.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "../models/imagenet.ts";
import { entry } from "../models/registry.ts";
import { load } from "../models/saved.ts";
import { savedFile } from "../models/saved_file.ts";
import { SMALL_MODELS } from "../models/small/all.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Teacher } from "../teachers/teacher.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { StudentRecipe } from "./network_recipes.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import type { OpenedData } from "./select_data.ts";
import { plain } from "./plain.ts";
import { hasClasses } from "./same_classes.ts";
import { firstRun, type TeacherPlaces } from "./teacher_places.ts";

/** A student that begins with the weights of a file. */
export type BegunStudent = StudentRecipe<ResolvedRecipe> & { readonly weights?: string | null };

/** What the student begins with: a recipe that it names is executed first, unless that was done already. */
export async function beginning(
  student: StudentRecipe<ResolvedRecipe>,
  places: TeacherPlaces,
): Promise<BegunStudent> {
  const { weights } = student;
  if (typeof weights !== "object" || weights === null) return { ...student, weights };
  return { ...student, weights: await firstRun(weights.recipe, places) };
}

/**
 * Makes the student, with fresh weights or those that the recipe names. A head of other classes is begun anew.
 *
 * @param train What it learns from: its size and statistics are the student's view where nothing else is said.
 * @param labelled Data sets whose classes may be the student's, the first that there is.
 * @throws {ArgumentError} if nothing says how many classes there are, or the weights are of other layers.
 */
export async function buildStudent(
  recipe: BegunStudent,
  train: OpenedData,
  labelled: readonly (OpenedData | null)[],
  teachers: readonly Teacher[],
): Promise<Classifier> {
  const { name, numClasses: wanted, view, weights, ...rest } = recipe;
  const classNames = labelled.find((dataset) => dataset?.classNames !== undefined)?.classNames;
  const voter = teachers.find((teacher) => teacher.numClasses !== null);
  const numClasses = wanted ?? classNames?.length ?? voter?.numClasses;
  if (numClasses === undefined || numClasses === null) {
    throw new ArgumentError(
      "student.numClasses is not said, and neither labels nor a voting teacher say it. Give it; 0 for features only.",
    );
  }
  const own = weights === null || weights === undefined ? null : savedFile(weights);
  const options = { ...plain(rest), numClasses };
  let student: Classifier;
  if (Object.hasOwn(SMALL_MODELS, name)) {
    if (weights && own === null) {
      throw new ArgumentError(
        `student.weights: ${weights} is no model that models.save wrote, and ${name} has no published weights.`,
      );
    }
    student = SMALL_MODELS[name].build(options as never);
  } else if (weights && own === null) {
    student = await create(name, { ...options, weights: weights as `hf://${string}` });
  } else student = create(name, options);
  try {
    if (own !== null) takeWeights(student, name, own, classNames);
    student.view = view ?? student.view ?? viewOf(name, train, rest.imageSize);
    checkChannels(name, rest.channels, student.view);
    if (classNames?.length === numClasses) student.classNames ??= classNames;
    return student;
  } catch (error) {
    student.dispose();
    throw error;
  }
}

/** A network says only at its first image what it cannot take, and in words of convolutions. */
function checkChannels(name: string, channels: unknown, view: View | null): void {
  const wanted = view?.mean.length;
  if (typeof channels !== "number" || wanted === undefined || wanted === channels) return;
  throw new ArgumentError(
    `student.channels: ${name} is made for images of ${channels} channels, and it is shown ones of ${wanted}. Give ` +
      `channels ${wanted}, or a view whose mean and std have ${channels}.`,
  );
}

/**
 * Takes over the weights and view of a saved model of the same layers; its head and classes too, unless the student's are
 * others.
 */
function takeWeights(
  student: Classifier,
  name: string,
  path: string,
  classNames: readonly string[] | undefined,
): void {
  using saved = load(path);
  const isSame = hasClasses(saved, student.numClasses, classNames);
  const { architecture } = saved.recipe!;
  const take = (state: Record<string, Tensor>) => {
    try {
      return student.loadStateDict(state);
    } catch (cause) {
      if (architecture === name) throw cause;
      throw otherLayers(path, architecture, name, cause);
    }
  };
  scope(() => {
    const state = saved.stateDict();
    if (isSame) return take(state);
    const heads = [...headPrefixesOf(student), ...headPrefixesOf(saved)];
    const bodyOf = (of: Record<string, Tensor>) =>
      Object.fromEntries(Object.entries(of).filter(([name]) => !isUnder(name, heads)));
    return take({ ...student.stateDict(), ...bodyOf(state) });
  });
  student.view = saved.view;
  if (isSame) student.classNames = saved.classNames;
}

/** The error for weights of a saved model that the student cannot take. */
export function otherLayers(
  path: string,
  architecture: string,
  name: string,
  cause?: unknown,
): ArgumentError {
  return new ArgumentError(
    `student.weights: ${path} is a ${architecture}, and the student a ${name} of other layers. Name the student the same ` +
      `(student.name, --student ${architecture}), or give other weights.`,
    { cause },
  );
}

/**
 * What a student of fresh weights wants: the size of what it learns from and its statistics, or its publisher's, or those
 * of photographs.
 */
function viewOf(name: string, train: OpenedData, imageSize: unknown): View | null {
  const known = Object.hasOwn(SMALL_MODELS, name)
    ? { inputSize: undefined, mean: IMAGENET_MEAN, std: IMAGENET_STD }
    : entry(name);
  const images = (train as { images?: Tensor }).images;
  const [, height, width] = train.imageShape ?? [];
  const side = typeof imageSize === "number" ? imageSize : known.inputSize;
  if (height === undefined && side === undefined) return null;
  const size: [number, number] = height === undefined || typeof imageSize === "number"
    ? [side!, side!]
    : [height, width!];
  if (images === undefined) {
    const { mean, std } = known;
    // Photographs are measured on as their recipes have them by default: where no view says more, predictions are too.
    const isMiddle = train instanceof DecodedImages && train.options.part?.kind !== "whole";
    return { size, mean, std, ...(isMiddle && { cropFraction: 7 / 8 }) };
  }
  const { mean, std } = channelStatistics({ images });
  return { size, mean, std };
}
