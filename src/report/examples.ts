/**
 * A grid of example images with what a model says of them.
 *
 * @module
 */

import type { GalleryBlock, GalleryImage, GalleryPixels } from "./data.ts";

/** An image and what a model says of it. */
export interface ExamplePrediction extends GalleryPixels {
  /** The name of its class; null if it is not known. */
  truth: string | null;
  /** The name of the class that the model takes it for. */
  predicted: string;
  /** How sure the model is, 0 to 1. */
  probability?: number;
}

/** Options of {@linkcode exampleGallery}. */
export interface ExampleGalleryOptions {
  /** What the images show: `"Test images"`. */
  title: string;
  /** How many at most (default 48): half of them wrong ones, as far as there are so many. */
  atMost?: number;
}

/**
 * Example images with predictions for a report: the wrong ones first, each with its true class, the predicted class and
 * the probability. Of more than `atMost` examples the first right and the first wrong ones are shown.
 */
export function exampleGallery(
  examples: readonly ExamplePrediction[],
  options: ExampleGalleryOptions,
): GalleryBlock {
  const { title, atMost = 48 } = options;
  const isWrong = ({ truth, predicted }: ExamplePrediction) =>
    truth !== null && truth !== predicted;
  const wrong = examples.filter(isWrong);
  const rest = examples.filter((example) => !isWrong(example));
  const half = Math.max(Math.floor(atMost / 2), atMost - rest.length);
  const chosen = wrong.slice(0, half);
  chosen.push(...rest.slice(0, atMost - chosen.length));
  return { kind: "gallery", title, images: chosen.map(toImage) };
}

function toImage(example: ExamplePrediction): GalleryImage {
  const { truth, predicted, probability, width, height, channels, pixels } = example;
  const details: [string, string][] = [];
  if (probability !== undefined) {
    const sure = Number.isFinite(probability) ? `${(100 * probability).toFixed(1)}%` : "–";
    details.push(["probability", sure]);
  }
  if (truth !== null) details.push(["true class", truth]);
  return {
    ...{ width, height, channels, pixels, details, caption: predicted },
    tone: truth === null ? undefined : truth === predicted ? "good" : "bad",
  };
}
