/**
 * Several data sets as one.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import { cat } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { convertChannels, resizeImages } from "./convert.ts";
import { toSize } from "./size.ts";
import { convertInParts } from "./convert_parts.ts";
import { type DatasetSource, ImageDataset } from "./image_dataset.ts";

/** How {@linkcode joinDatasets} joins. */
export interface JoinOptions {
  /** The new dataset's name; the names joined by " + " by default. */
  name?: string;
  /** Resizes all images to this size (rows and columns, or one number for both). */
  size?: number | readonly [height: number, width: number];
  /** Makes all images gray (1) or colored (3). */
  channels?: 1 | 3;
}

/**
 * Joins data sets into one label space: the second's classes come after the first's, and so on, as
 * do the images. A class whose name several data sets have gets its data set's name before it, as in
 * `"MNIST: 3"`. Which classes come from which data set is in the result's `sources`.
 *
 * The images are copied once; the datasets given stay as they are.
 *
 * @param datasets At least one, of different names; joined ones too.
 * @param options Size and channels to convert to where the images differ.
 * @throws {ArgumentError} If there are none, or two have the same name.
 * @throws {ShapeError} If the images' sizes or channels differ, and no option says what to convert to.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * using digits = await data.mnist("test");
 * using clothes = await data.fashionMnist("test");
 * using both = data.joinDatasets([digits, clothes]);
 * console.log(both.length, both.numClasses); // 20000 20
 * console.log(both.sources[both.sourceOf(13)].name); // "Fashion-MNIST"
 * ```
 */
export function joinDatasets(
  datasets: readonly ImageDataset[],
  options: JoinOptions = {},
): ImageDataset {
  if (datasets.length === 0) throw new ArgumentError("There are no datasets to join; give some.");
  const sources = joinSources(datasets);
  const classNames = joinClassNames(datasets);
  return scope(() => {
    const images = datasets.map((dataset) => convert(dataset.images, options));
    checkShapes(datasets, images);
    let offset = 0;
    const labels = datasets.map((dataset) => {
      const moved = dataset.labels.add(offset);
      offset += dataset.numClasses;
      return moved;
    });
    return new ImageDataset({
      images: cat(images),
      labels: cat(labels),
      classNames,
      name: options.name ?? datasets.map((dataset) => dataset.name).join(" + "),
      sources,
    });
  });
}

function convert(images: Tensor, { size, channels }: JoinOptions): Tensor {
  const target = size === undefined ? undefined : toSize(size, "joinDatasets");
  const [, from, height, width] = images.shape;
  const recolor = channels !== undefined && channels !== from;
  const resize = target !== undefined && (target[0] !== height || target[1] !== width);
  if (!recolor && !resize) return images;
  return convertInParts(images, (part) => {
    const colored = recolor ? convertChannels(part, channels) : part;
    return resize ? resizeImages(colored, target) : colored;
  });
}

function checkShapes(datasets: readonly ImageDataset[], images: readonly Tensor[]): void {
  const shapes = images.map((tensor) => tensor.shape.slice(1).join(" x "));
  if (new Set(shapes).size === 1) return;
  throw new ShapeError(
    `Images of different shapes cannot be joined (channels x height x width): ${
      datasets.map(({ name }, i) => `${name} has ${shapes[i]}`).join(", ")
    }. Convert them with the options size and channels.`,
  );
}

function joinSources(datasets: readonly ImageDataset[]): DatasetSource[] {
  const sources: DatasetSource[] = [];
  let offset = 0;
  for (const dataset of datasets) {
    for (const { name, classes: [from, to] } of dataset.sources) {
      if (sources.some((source) => source.name === name)) {
        throw new ArgumentError(
          `Two of the datasets to join are named "${name}"; give them different names, so that ` +
            `their classes can be told apart.`,
        );
      }
      sources.push({ name, classes: [offset + from, offset + to] });
    }
    offset += dataset.numClasses;
  }
  return sources;
}

function joinClassNames(datasets: readonly ImageDataset[]): string[] {
  const uses = new Map<string, number>();
  for (const { classNames } of datasets) {
    for (const name of new Set(classNames)) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  return datasets.flatMap((dataset) =>
    dataset.classNames.map((name, label) =>
      uses.get(name)! > 1 ? `${dataset.sources[dataset.sourceOf(label)].name}: ${name}` : name
    )
  );
}
