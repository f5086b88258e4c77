/**
 * The VGGs, by the names of timm and torchvision.
 *
 * @module
 */

import { torchvisionVgg } from "./dialects/vgg.ts";
import type { ModelEntry } from "./entry.ts";
import { timmEntries } from "./timm_entries.ts";
import { Vgg } from "./vgg.ts";

const paper =
  "Simonyan and Zisserman, Very deep convolutional networks for large-scale image recognition, 2015";

/** Columns A, B, D and E of the paper's table 1. */
const depths = {
  vgg11: [1, 1, 2, 2, 2],
  vgg13: [2, 2, 2, 2, 2],
  vgg16: [2, 2, 3, 3, 3],
  vgg19: [2, 2, 4, 4, 4],
};

const timm = timmEntries(
  paper,
  Object.fromEntries(
    Object.entries(depths).flatMap(([name, own]) =>
      [false, true].map((norm) => [
        norm ? `${name}_bn` : name,
        (options) => new Vgg({ depths: own, norm, ...options }),
      ])
    ),
  ),
);

/** The registry's VGGs. Both publishers have the same weights; torchvision's have a dropout of 0.5. */
export const vgg: readonly ModelEntry[] = timm.flatMap((entry) => [entry, {
  ...entry,
  name: `torchvision/${entry.name}`,
  source: "torchvision",
  tag: null,
  tags: [],
  tagged: undefined,
  build: (options) => entry.build({ dropout: 0.5, ...options }),
  published: torchvisionVgg,
}]);
