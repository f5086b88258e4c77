/**
 * What a model says about photographs.
 *
 * @module
 */

import type { View } from "../data/mod.ts";
import { decodePhotographs } from "../data/images/decode_one.ts";
import type { Photograph } from "../data/images/photograph.ts";
import { applyView } from "../data/apply_view.ts";
import { checkView } from "../data/check_view.ts";
import { partOf } from "../data/view_part.ts";
import { ArgumentError, ShapeError } from "../base/errors.ts";
import { Classifier } from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import { Tensor } from "../torch/mod.ts";
import { checkTopK } from "./confusion.ts";
import { deviceOf, inEvaluation, scoresOf } from "./model_mode.ts";
import type { Scorer } from "./scorer.ts";

/** One class, and how likely it is. */
export interface Guess {
  /** The class's name; its number as text where names are not known. */
  className: string;
  /** The class's number. */
  label: number;
  /** The class's probability, from 0 to 1. */
  probability: number;
}

/** What a model says about one photograph. */
export interface Prediction extends Guess {
  /** The likeliest classes, the likeliest one first. */
  guesses: Guess[];
  /** The probability of every class, in their order. */
  probabilities: Float32Array;
}

/** Options of {@linkcode predict}. */
export interface PredictOptions {
  /** What the model wants of images; its own `view` by default. */
  view?: View;
  /** The names of the classes; the model's own by default. */
  classNames?: readonly string[];
  /** How many guesses; 5 by default, or as many as there are classes. */
  topK?: number;
  /** How many photographs are looked at at a time; 32 by default. */
  batchSize?: number;
  /** Whether photographs are turned upright as their EXIF data says; false by default, as in data sets. */
  orient?: boolean;
}

/** What {@linkcode predict} takes: a photograph's path, its file's bytes, or an image (C, H, W) that was decoded already. */
export type Predictable = Photograph | Tensor;

/**
 * Says what is on a photograph: the names of the likeliest classes and their probabilities. The photograph is resized, cut
 * and normalized as the model's `view` says; models that `models.save` wrote with a view have it when they are loaded.
 * Tensors are images (C, H, W), uint8 from 0 to 255 or floating-point from 0 to 1.
 *
 * @throws {ArgumentError} if it is not known what the model wants of images, or something is no photograph.
 * @throws {FileError} if a file cannot be read, {@linkcode FormatError} if it is damaged or no image.
 * @throws {ShapeError} if the model's scores are not (B, classes).
 *
 * @example
 * ```ts
 * import { data, evaluation, models } from "@apprentice/distill";
 *
 * using test = await data.mnist("test");
 * using model = new models.SmallCnn({ numClasses: 10 });
 * model.view = { size: [28, 28], ...data.MNIST_STATISTICS };
 * model.classNames = test.classNames;
 * using digit = test.images.select(0, 0);
 * const { className, probability } = await evaluation.predict(model, digit);
 * const several = await evaluation.predict(model, [digit, digit]); // or paths, or bytes of files
 * ```
 */
export function predict(
  model: Scorer,
  photograph: Predictable,
  options?: PredictOptions,
): Promise<Prediction>;
/** As above, for several: one prediction for each. */
export function predict(
  model: Scorer,
  photographs: readonly Predictable[],
  options?: PredictOptions,
): Promise<Prediction[]>;
export async function predict(
  model: Scorer,
  given: Predictable | readonly Predictable[],
  options: PredictOptions = {},
): Promise<Prediction | Prediction[]> {
  if (!Array.isArray(given)) return (await predict(model, [given as Predictable], options))[0];
  const view = options.view ?? (model instanceof Classifier ? model.view : null);
  if (view === null || view === undefined) {
    throw new ArgumentError(
      "It is not known what this model wants of images. Give the option view (size, mean, std), or set model.view, " +
        "which models.save keeps.",
    );
  }
  checkView(view);
  const { batchSize = 32, orient } = options;
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new ArgumentError(`batchSize is a whole number of at least 1, got ${batchSize}.`);
  }
  const list = given as readonly Predictable[];
  return await inEvaluation(model, async () => {
    const found: Prediction[] = [];
    for (let at = 0; at < list.length; at += batchSize) {
      using images = await imagesOf(list.slice(at, at + batchSize), view, orient);
      torch.scope(() => found.push(...predictBatch(model, images, options)));
    }
    return found;
  });
}

/** The images as the model wants them, on the CPU, outside every scope. */
async function imagesOf(
  list: readonly Predictable[],
  view: View,
  orient: boolean | undefined,
): Promise<Tensor> {
  const photographs = list.filter((one): one is Photograph => !(one instanceof Tensor));
  using decoded = photographs.length === 0
    ? undefined
    : torch.keep(await decodePhotographs(photographs, partOf(view), orient));
  return torch.keep(torch.scope(() => {
    let next = 0;
    return torch.cat(
      list.map((one) =>
        one instanceof Tensor
          ? applyView(checkImage(one).unsqueeze(0).cpu(), view)
          : applyView(decoded!.narrow(0, next++, 1), view)
      ),
    );
  }));
}

function checkImage(image: Tensor): Tensor {
  if (image.ndim === 3) return image;
  throw new ShapeError(
    `An image is (C, H, W), got the shape [${image.shape.join(", ")}]; give several as a list.`,
  );
}

function predictBatch(model: Scorer, images: Tensor, options: PredictOptions): Prediction[] {
  const scores = scoresOf(model, images, deviceOf(model));
  const [rows, classes] = scores.shape;
  if (scores.ndim !== 2 || rows !== images.size(0) || classes < 1) {
    throw new ShapeError(
      `The model's scores for ${images.size(0)} images have the shape [${
        scores.shape.join(", ")
      }]; (B, classes) is needed.`,
    );
  }
  const names = options.classNames ?? (model instanceof Classifier ? model.classNames : null);
  if (names !== null && names.length !== classes) {
    throw new ArgumentError(
      `The model has ${classes} classes, and there are ${names.length} names.`,
    );
  }
  const { topK = Math.min(5, classes) } = options;
  checkTopK([topK], classes);
  const softmax = scores.to("float32").softmax(1);
  const all = softmax.data() as Float32Array;
  const [values, places] = softmax.topk(topK, 1);
  const [likely, labels] = [values.data(), places.data()];
  return Array.from({ length: rows }, (_, row) => {
    const guesses = Array.from({ length: topK }, (_, i): Guess => {
      const label = Number(labels[row * topK + i]);
      return {
        className: names?.[label] ?? String(label),
        label,
        probability: Number(likely[row * topK + i]),
      };
    });
    return {
      ...guesses[0],
      guesses,
      probabilities: all.slice(row * classes, (row + 1) * classes),
    };
  });
}
