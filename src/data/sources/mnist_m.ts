/**
 * MNIST-M: MNIST's digits on patches of colored photographs, 28 x 28.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { RandomSequence } from "../philox.ts";
import { BLENDING } from "../random_purposes.ts";
import { type ImageArrays, type Split, validateImageArrays } from "./arrays.ts";
import { loadCifar10 } from "./cifar10.ts";
import type { LoadOptions } from "./load_options.ts";
import { loadMnist } from "./mnist.ts";

/** Options of {@linkcode loadMnistM}. */
export interface MnistMOptions extends Pick<LoadOptions, "cache" | "onProgress" | "onNotice"> {
  /** Decides which patch each digit lies on; 0 by default. */
  seed?: number;
}

/**
 * Makes MNIST-M: 60,000 training or 10,000 test images of 28 x 28 x 3, MNIST's in their order. Each digit lies on a random
 * patch of a photograph: the absolute difference of both, in every channel.
 *
 * Y. Ganin et al.: Domain-adversarial training of neural networks, JMLR 17 (2016), section 5.2.4, with photographs of
 * BSDS500. Here the patches are cut out of CIFAR-10's photographs of the same split, so that accuracies are near published
 * ones but cannot be compared with them to the last digit.
 *
 * @param split Training or test images.
 * @param options The seed of the patches, another cache, and progress.
 * @throws as `loadMnist` and `loadCifar10` do.
 * @throws {ArgumentError} If the seed is not a whole number from 0.
 *
 * @example
 * ```ts ignore
 * import { data } from "@apprentice/distill";
 *
 * const digits = await data.loadMnistM("test");
 * console.log(digits.count, digits.channels); // 10000 3
 * ```
 */
export async function loadMnistM(split: Split, options: MnistMOptions = {}): Promise<ImageArrays> {
  const { seed = 0, ...loading } = options;
  return blend(await loadMnist(split, loading), await loadCifar10(split, loading), seed);
}

/**
 * Lays gray images on random patches of larger photographs: the absolute difference of both, in every channel. An image's
 * patch depends on the seed and its place among the images only.
 *
 * @param images Gray ones.
 * @param photographs Colored ones, no side of which is shorter.
 * @param seed A whole number from 0.
 * @throws {ArgumentError} If they are not such, or the seed is none.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * const one = { labels: Uint8Array.of(0), count: 1, classNames: ["0"] };
 * const digit = { ...one, images: Uint8Array.of(255, 0), height: 1, width: 2, channels: 1 };
 * const photo = { ...one, images: new Uint8Array(6).fill(200), height: 1, width: 2, channels: 3 };
 * console.log(data.blend(digit, photo, 0).images); // 55, 55, 55, 200, 200, 200
 * ```
 */
export function blend(images: ImageArrays, photographs: ImageArrays, seed: number): ImageArrays {
  validateImageArrays(images, "images");
  validateImageArrays(photographs, "photographs");
  const { height, width, count } = images;
  const rows = photographs.height - height;
  const columns = photographs.width - width;
  if (images.channels !== 1 || photographs.channels !== 3 || rows < 0 || columns < 0) {
    const shape = (of: ImageArrays) => `${of.height} x ${of.width} x ${of.channels}`;
    throw new ArgumentError(
      `blend lays gray images on colored photographs that are at least as large, got ${
        shape(images)
      } on ${shape(photographs)}.`,
    );
  }
  const blended = new Uint8Array(3 * count * height * width);
  const line = 3 * photographs.width;
  let [from, to] = [0, 0];
  for (let image = 0; image < count; image++) {
    const random = new RandomSequence(seed, BLENDING, image);
    const first = random.below(photographs.count) * photographs.height;
    const top = first + random.below(rows + 1);
    const left = random.below(columns + 1);
    for (let row = 0; row < height; row++) {
      let patch = (top + row) * line + 3 * left;
      for (let column = 0; column < width; column++) {
        const value = images.images[from++];
        for (let channel = 0; channel < 3; channel++) {
          blended[to++] = Math.abs(photographs.images[patch++] - value);
        }
      }
    }
  }
  return { ...images, images: blended, channels: 3 };
}
