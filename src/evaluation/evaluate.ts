/**
 * How good a model is on a data set.
 *
 * @module
 */

import type { Dataset, LabelledBatch } from "../data/mod.ts";
import { ArgumentError } from "../base/errors.ts";
import { Classifier } from "../nn/mod.ts";
import { Tensor } from "../torch/mod.ts";
import { Calibration } from "./calibration.ts";
import { checkTopK, ConfusionCounter } from "./confusion.ts";
import { type ClassSources, type Counters, resultOf } from "./counters.ts";
import { checkDomains } from "./check_domains.ts";
import { DomainCounter } from "./domains.ts";
import { eachBatch } from "./each_batch.ts";
import type { EvaluateOptions, Evaluation } from "./evaluation.ts";
import { shownBatches, unlabelled } from "./shown_batches.ts";
import type { LabelledBatches } from "./inference_options.ts";
import { deviceOf, inEvaluation, scoresOf } from "./model_mode.ts";
import type { Scorer } from "./scorer.ts";

/**
 * Measures a model on labelled images: accuracy in all, by class, by data set, by domain, within several guesses, which class
 * is taken for which, and whether the model is as often right as it is sure. Images are looked at in evaluation mode, without
 * recording gradients and batch by batch; afterwards every part of the model is in the mode that it was in. Processes that work
 * together each look at a part of the images, and all get the numbers of one alone: see `shared` of the options.
 *
 * @param model The model, or a function from images to scores.
 * @param images A data set, or a loader.
 * @throws {ArgumentError} if there is no image, the data set's class names are not the model's, in the same order, or there
 * is not a domain for each image.
 * @throws {ShapeError} if the scores do not fit the data set's classes.
 * @throws {IndexError} if a label is not one of the classes.
 * @throws {DistributedError} if another process could not look at its part, or is gone.
 *
 * @example
 * ```ts
 * import { data, evaluation, models } from "@apprentice/distill";
 *
 * using test = await data.mnist("test");
 * using few = test.take(500);
 * using model = new models.SmallCnn({ numClasses: 10 });
 * model.view = { size: [28, 28], ...data.MNIST_STATISTICS };
 * const { overall, topK, confusion } = await evaluation.evaluate(model, few);
 * console.log(overall, topK[5], confusion[3][8]); // how many threes were taken for eights
 * ```
 */
export async function evaluate(
  model: Scorer,
  images: Dataset<LabelledBatch> | LabelledBatches,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { batches, view } = shownBatches("evaluate", model, images, options);
  const dataset = "epoch" in images ? images.dataset : images;
  const known = describe(dataset);
  checkClassNames(model, known);
  const { domains } = options;
  if (domains !== undefined) checkDomains(domains, known.length);
  const device = options.device ?? deviceOf(model);
  return await inEvaluation(model, async () => {
    let counter = undefined as Counters | undefined;
    let topK: readonly number[] = [];
    const see = (batch: LabelledBatch): Tensor[] => {
      if (!(batch.labels instanceof Tensor)) {
        throw unlabelled("evaluate", "; predict says what is on images without");
      }
      // How scores lie in memory decides their sums' last bits.
      const scores = scoresOf(model, batch.view(view), device).contiguous();
      return [scores, batch.labels, ...(domains === undefined ? [] : [batch.indices])];
    };
    const take = ([scores, labels, places]: readonly Tensor[]): number => {
      if (counter === undefined) {
        const classes = scores.shape[1] ?? 0;
        topK = topKOf(options.topK, classes);
        const count = known.classNames?.length ?? classes;
        counter = {
          counted: new ConfusionCounter(count, topK),
          calibration: new Calibration(count),
          byDomain: domains === undefined ? null : new DomainCounter(domains.names, count),
        };
      }
      counter.counted.add(scores, labels);
      counter.calibration.add(scores, labels);
      counter.byDomain?.add(
        scores,
        labels,
        Array.from(places.data(), Number).map((i) => domains!.of[i]),
      );
      return labels.size(0);
    };
    const { onProgress, signal, shared } = options;
    await eachBatch(batches, { what: "evaluate", device, see, take, onProgress, signal }, shared);
    if (counter === undefined) {
      throw new ArgumentError("evaluate: there are no images to evaluate the model on.");
    }
    const classNames = known.classNames ?? (model instanceof Classifier ? model.classNames : null);
    return resultOf(counter, topK, known.sources, classNames);
  });
}

/** What a data set says of its classes. */
interface Described {
  readonly name?: string;
  readonly length?: number;
  readonly classNames?: readonly string[];
  readonly sources?: ClassSources;
}

function describe(dataset: unknown): Described {
  const { name, length, classNames, sources } = (dataset ?? {}) as Described;
  return {
    length: typeof length === "number" ? length : undefined,
    name: typeof name === "string" ? name : "the data set",
    classNames: Array.isArray(classNames) ? classNames : undefined,
    sources: Array.isArray(sources) ? sources : undefined,
  };
}

/** A class that is missing in a folder shifts the numbers of all after it: labels then mean something else. */
function checkClassNames(model: Scorer, { name, classNames }: Described): void {
  if (!(model instanceof Classifier) || classNames === undefined) return;
  const own = model.classNames;
  if (own === null) return;
  const at = classNames.findIndex((one, i) => one !== own[i]);
  if (at < 0 && classNames.length === own.length) return;
  const place = at < 0 ? classNames.length : at;
  const called = (names: readonly string[]) =>
    place < names.length ? `class ${place} "${names[place]}"` : `no class ${place}`;
  throw new ArgumentError(
    `The classes of ${name} are not the model's: it has ${classNames.length}, the model ${own.length}; it has ` +
      `${called(classNames)}, the model ${
        called(own)
      }. Their numbers would mean different things. Make the data set ` +
      `with the model's class names in their order (ImageFolder and others take classNames), or set ` +
      `model.classNames if only the names differ.`,
  );
}

function topKOf(given: readonly number[] | undefined, classes: number): readonly number[] {
  const topK = given ?? (classes >= 5 ? [1, 5] : [1]);
  checkTopK(topK, classes);
  return topK;
}
