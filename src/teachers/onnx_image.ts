/**
 * The images that an ONNX model takes.
 *
 * @module
 */

import { ArgumentError, DTypeError, ShapeError } from "../base/errors.ts";
import { checkImageDType } from "../data/image_dtypes.ts";
import type { DType } from "../torch/dtype.ts";
import { Tensor } from "../torch/tensor.ts";
import { asTaken } from "./onnx_input.ts";
import type { OpenOnnxOptions } from "./onnx_options.ts";
import { dtypeOfOnnx, type OrtMetadata } from "./onnx_runtime.ts";
import { shapeOf } from "./onnx_session.ts";

/** The most values of the images of one batch of a model that says how many it takes: 4 GiB of them. */
const mostValues = 2 ** 30;

/** The input of an ONNX model that looks at images. */
export class OnnxInput {
  /** The input's name. */
  readonly name: string;
  /** The input's shape; a name, or `"?"`, for what is not fixed. */
  readonly shape: readonly (number | string)[];
  /** The input's dtype. */
  readonly dtype: DType;
  /** Channels, rows and columns of an image. */
  readonly imageShape: readonly [channels: number, height: number, width: number];
  readonly #path: string;
  /** The dimensions of channels, rows and columns. */
  readonly #order: readonly [number, number, number];

  /**
   * Looks at what a model says of its inputs.
   *
   * @param size Rows and columns where the model leaves them open.
   * @throws {ArgumentError} if it takes something else than images, or none is as large as it wants them.
   * @throws {DTypeError} if there is no such dtype here.
   */
  constructor(inputs: readonly OrtMetadata[], size: OpenOnnxOptions["imageSize"], path: string) {
    if (inputs.length !== 1 || !inputs[0].isTensor) {
      throw new ArgumentError(
        `${path} takes ${inputs.length} inputs (${
          inputs.map(({ name }) => name).join(", ")
        }); a teacher takes one, a tensor of images.`,
      );
    }
    const [input] = inputs;
    this.#path = path;
    this.name = input.name;
    this.shape = shapeOf(input);
    this.dtype = dtypeOfOnnx(input.type) ?? noDType(path, input);
    if (this.shape.length !== 4) {
      throw new ArgumentError(
        `${path} takes an input of shape [${this.shape.join(", ")}], not images (B, C, H, W).`,
      );
    }
    const [, second, , last] = this.shape;
    this.#order = isChannels(last) && !isChannels(second) ? [3, 1, 2] : [1, 2, 3];
    this.imageShape = this.#imageShape(size);
  }

  #imageShape(size: OpenOnnxOptions["imageSize"]): [number, number, number] {
    const { shape } = this;
    const [rows, columns] = typeof size === "number" ? [size, size] : size ?? [224, 224];
    const known = (at: number, open: number): number => {
      const value = shape[at];
      return typeof value === "number" ? value : open;
    };
    const [channels, height, width] = this.#order;
    const image: [number, number, number] = [
      known(channels, 3),
      known(height, rows),
      known(width, columns),
    ];
    const values = image.reduce((product, one) => product * one, known(0, 1));
    if (values >= 1 && values <= mostValues) return image;
    throw new ArgumentError(
      `${this.#path} takes images of shape [${shape.join(", ")}], which ${
        values < 1 ? "are empty" : "are more than fit in memory"
      }.`,
    );
  }

  /**
   * The images as the model takes them, on the CPU.
   *
   * @param images Images (B, C, H, W).
   * @throws {ShapeError} if they are of another size than the model takes.
   * @throws {DTypeError} if they have values that the model's dtype has not.
   */
  take(images: Tensor): Tensor {
    if (!(images instanceof Tensor)) {
      throw new ArgumentError(`A model looks at a tensor of images, got ${typeof images}.`);
    }
    checkImageDType(images, this.#path);
    const given = images.shape;
    const sizes = this.#order.map((at) => this.shape[at]);
    const fits = given.length === 4 && given[0] > 0 &&
      sizes.every((size, i) => typeof size === "string" || size === given[i + 1]);
    if (!fits) {
      throw new ShapeError(
        `${this.#path} takes images of shape [B, ${sizes.join(", ")}], got [${given.join(", ")}].`,
      );
    }
    const converted = asTaken(images.detach(), this.dtype, this.#path);
    return this.#order[0] === 3 ? converted.permute(0, 2, 3, 1) : converted;
  }
}

function isChannels(size: number | string): boolean {
  return size === 1 || size === 3 || size === 4;
}

function noDType(path: string, { name, type }: OrtMetadata): never {
  throw new DTypeError(
    `The input "${name}" of ${path} has ONNX's element type number ${type}, which no tensor here has.`,
  );
}
