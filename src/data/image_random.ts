/**
 * Random numbers for the images of a batch, each image's by itself.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { variantSeed } from "./image_sequence.ts";
import { checkWhole, philox } from "./philox.ts";
import { AUGMENTATION } from "./random_purposes.ts";

const TWO_32 = 2 ** 32;

/** How many numbers one block of Philox has. */
const BLOCK = 4;

/**
 * Random numbers for the images of a batch. Every number depends on the seed, the variant, the image's index and how many
 * numbers were drawn for that image before, and on nothing else: whatever other images are in the batch, in whatever
 * order, on whatever machine, an image gets the same.
 *
 * The numbers come from Philox 4x32-10, a function of a key and a counter (J. Salmon, M. Moraes, R. Dror, D. Shaw: Parallel
 * random numbers: as easy as 1, 2, 3, SC 2011). The key is that of seed and variant, the counter has the image's index.
 *
 * @example
 * ```ts
 * import { data } from "@apprentice/distill";
 *
 * const random = new data.ImageRandom(0, 3, [7, 8, 9]); // seed 0, variant 3, three images
 * const first = random.draw(2); // two numbers of image 7, two of image 8, two of image 9
 * const alone = new data.ImageRandom(0, 3, [8]).draw(2);
 * console.log(first.slice(2, 4), alone); // the same
 * ```
 */
export class ImageRandom {
  /** How many images there are. */
  readonly count: number;

  readonly #indices: Float64Array;
  readonly #key0: number;
  readonly #key1: number;
  readonly #words: Uint32Array = new Uint32Array(BLOCK);
  #drawn = 0;

  /**
   * Begins the sequences of some images.
   *
   * @param seed A whole number from 0 to 2^53 - 1.
   * @param variant Which variant of the images, a whole number from 0 to 2^53 - 1, such as an epoch's.
   * @param indices For each image of the batch its index in the data set.
   * @param purpose What the numbers are for, so that others do not come from them.
   * @throws {ArgumentError} If the seed, the variant or an index is no such number.
   */
  constructor(
    seed: number,
    variant: number,
    indices: ArrayLike<number>,
    purpose: number = AUGMENTATION,
  ) {
    const key = variantSeed(seed, purpose, variant);
    this.#key0 = key >>> 0;
    this.#key1 = Math.floor(key / TWO_32);
    this.count = indices.length;
    this.#indices = new Float64Array(this.count);
    for (let row = 0; row < this.count; row++) {
      checkWhole(indices[row], "An image's index");
      this.#indices[row] = indices[row];
    }
  }

  /**
   * Draws numbers from 0 to below 1, in steps of 2^-24, each as likely as the others. The next ones go on where these end.
   *
   * @param perImage How many for each image.
   * @returns All numbers of the first image, then all of the second, and so on.
   * @throws {ArgumentError} If `perImage` is not a whole number from 0.
   */
  draw(perImage: number): Float32Array<ArrayBuffer> {
    checkWhole(perImage, "The count of numbers for each image");
    const numbers = new Float32Array(this.count * perImage);
    this.#eachWord(perImage, (word, at) => numbers[at] = (word >>> 8) * 2 ** -24);
    return numbers;
  }

  /**
   * Draws whole numbers: for each image one below each of the limits. The next ones go on where these end.
   *
   * @param limits Whole numbers from 1 to 2^31. All numbers below a limit are about equally likely: no two of them differ
   * in that by more than one draw in 2^32.
   * @returns All numbers of the first image in the order of the limits, then all of the second, and so on.
   * @throws {ArgumentError} If a limit is no such number.
   */
  drawWhole(...limits: readonly number[]): Int32Array<ArrayBuffer> {
    for (const limit of limits) {
      if (!Number.isSafeInteger(limit) || limit < 1 || limit > 2 ** 31) {
        throw new ArgumentError(
          `drawWhole: a limit is a whole number from 1 to 2^31, got ${limit}.`,
        );
      }
    }
    const perImage = limits.length;
    const numbers = new Int32Array(this.count * perImage);
    // Drawing again what would favor some numbers would make the images' counts of numbers differ.
    this.#eachWord(perImage, (word, at) => {
      numbers[at] = Math.floor(word * limits[at % perImage] / TWO_32);
    });
    return numbers;
  }

  /** Calls `take` with the next words of 32 bits of every image and the place of each in the result. */
  #eachWord(perImage: number, take: (word: number, at: number) => void): void {
    const words = this.#words;
    const first = this.#drawn;
    const end = first + perImage;
    let at = 0;
    for (const index of this.#indices) {
      for (let number = first; number < end; number++) {
        const place = number % BLOCK;
        if (place === 0 || number === first) {
          words[0] = Math.floor(number / BLOCK);
          words[1] = AUGMENTATION;
          words[2] = index;
          words[3] = index / TWO_32;
          philox(words, this.#key0, this.#key1);
        }
        take(words[place], at++);
      }
    }
    this.#drawn = end;
  }
}
