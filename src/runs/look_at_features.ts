/**
 * The features of a run's student, looked at once it is trained: as a picture, and beside its teachers'.
 *
 * @module
 */

import { DistributedError } from "../base/errors.ts";
import { InterruptedError } from "../base/interrupt.ts";
import { isNotAllowed } from "../base/regular_files.ts";
import type { Dataset, LabelledBatch } from "../data/mod.ts";
import { Cka, embed, featuresOf } from "../evaluation/mod.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Teacher } from "../teachers/teacher.ts";
import { distributed, type Tensor } from "../torch/mod.ts";
import { domainsOf } from "./domains_of.ts";
import type { Labelled } from "./measure_student.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import type { Similarity } from "./result.ts";

/** Points in a picture: more take longer, and cover each other. */
const PICTURED = 400;
/** Images that networks are compared on. */
const COMPARED = 256;

/** A picture of the student's features. */
export interface FeaturePicture {
  /** A point for each image. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** The class of each. */
  readonly labels: readonly number[];
  /** The names of the classes. */
  readonly classNames: readonly string[];
  /** The data set or domain of each, and their names; null where there is one only. */
  readonly domains: { readonly names: readonly string[]; readonly of: readonly number[] } | null;
  /** How many test images there are in all. */
  readonly images: number;
}

/** What was seen of the student's features; null where nobody looked. */
export interface SeenFeatures {
  /** The picture, or why there is none. */
  readonly picture: FeaturePicture | string | null;
  /** How much alike student and teachers are, or why that is not known. */
  readonly similarity: Similarity | string | null;
}

/**
 * Looks at the student's features on some of the test images: a picture of them, if the recipe wants one, and how much alike
 * they are to the teachers', if the recipe wants these compared or measured. What fails here is told in the report, and ends no run.
 *
 * @param teachers Who taught to the end.
 */
export async function lookAtFeatures(
  recipe: ResolvedRecipe,
  student: Classifier,
  teachers: readonly Teacher[],
  test: Labelled,
  signal: AbortSignal | undefined,
): Promise<SeenFeatures> {
  const { embedding, teachers: areMeasured, similarity } = recipe.evaluation;
  const images = test?.length ?? 0;
  const isPictured = embedding !== null && images >= 4;
  const isCompared = (similarity ?? areMeasured) && teachers.length > 0 && images >= 4;
  return {
    picture: isPictured
      ? await orReason(signal, () => pictureOf(recipe, student, test!, signal))
      : null,
    similarity: isCompared
      ? await orReason(signal, () => similarityOf(recipe, student, teachers, test!, signal))
      : null,
  };
}

async function pictureOf(
  { evaluation, device, seed }: ResolvedRecipe,
  student: Classifier,
  test: NonNullable<Labelled>,
  signal: AbortSignal | undefined,
): Promise<FeaturePicture> {
  const { embedding: method, batchSize } = evaluation;
  const places = spreadOver(test.length, PICTURED);
  using found = await featuresOf(student, someOf(test, places), { batchSize, device, signal });
  const points = await embed(found.features, { method: method!, seed: seed % 2 ** 31, signal });
  const labels = Array.from(found.labels.data() as BigInt64Array, Number);
  const classNames = test.classNames ??
    Array.from({ length: Math.max(...labels) + 1 }, (_, label) => String(label));
  const domains = domainsAt(test, places, labels);
  return { points, labels, classNames, domains, images: test.length };
}

/** The domain of each image, or the data set that its class is from. */
function domainsAt(
  test: NonNullable<Labelled>,
  places: Int32Array,
  labels: readonly number[],
): FeaturePicture["domains"] {
  const own = domainsOf(test);
  if (own !== undefined) return { names: own.names, of: Array.from(places, (i) => own.of[i]) };
  const { sources = [] } = test as {
    sources?: readonly { name: string; classes: readonly [number, number] }[];
  };
  if (sources.length < 2) return null;
  return {
    names: sources.map(({ name }) => name),
    of: labels.map((label) =>
      sources.findIndex(({ classes: [from, to] }) => from <= label && label < to)
    ),
  };
}

async function similarityOf(
  { evaluation, device }: ResolvedRecipe,
  student: Classifier,
  teachers: readonly Teacher[],
  test: NonNullable<Labelled>,
  signal: AbortSignal | undefined,
): Promise<Similarity> {
  const places = spreadOver(test.length, COMPARED);
  const some = someOf(test, places);
  const options = { batchSize: evaluation.batchSize, device, signal };
  let own = "student";
  while (teachers.some(({ name }) => name === own)) own += "'";
  using all = new DisposableStack();
  const features = new Map<string, Tensor>();
  features.set(own, all.use(await featuresOf(student, some, options)).features);
  for (const teacher of teachers) {
    const found = await featuresOf((pixels) => teacher.run(pixels).features, some, options);
    features.set(teacher.name, all.use(found).features);
  }
  const cka = new Cka([...features.keys()]);
  cka.add(features);
  const values = cka.similarities().map((row) => row.map((x) => Number.isFinite(x) ? x : null));
  return { names: cka.names, values, images: places.length };
}

/** The places of so many images, or of all, evenly spread: data sets may lie in the order of their classes. */
function spreadOver(length: number, most: number): Int32Array {
  const count = Math.min(length, most);
  return Int32Array.from({ length: count }, (_, i) => Math.floor(i * length / count));
}

/** The images at these places. */
function someOf(images: Dataset<LabelledBatch>, places: Int32Array): Dataset<LabelledBatch> {
  return {
    length: places.length,
    batch: (indices, context) => images.batch(indices.map((i) => places[i]), context),
  };
}

/** What comes of it, or in words why nothing does; only what was stopped or not allowed is thrown. */
async function orReason<T>(
  signal: AbortSignal | undefined,
  look: () => Promise<T>,
): Promise<T | string> {
  try {
    return await look();
  } catch (error) {
    if (signal?.aborted || isNotAllowed(error) || !(error instanceof Error)) throw error;
    // Another process was stopped; or no others are left to look at a part.
    if (error instanceof InterruptedError) throw error;
    if (error instanceof DistributedError && !distributed.isInitialized()) throw error;
    return error.message;
  }
}
