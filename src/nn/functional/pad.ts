/**
 * Putting something around a tensor.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkInteger, checkKnown, checkNumber, checkWord } from "../options.ts";
import { shapeText } from "./shapes.ts";

/** What {@linkcode pad} puts around: a number, the tensor mirrored, its edge repeated, or its other end. */
export type PadMode = "constant" | "reflect" | "replicate" | "circular";

/** Options of {@linkcode pad}. */
export interface PadOptions {
  /** `"constant"` by default. */
  mode?: PadMode;
  /** The number of mode `"constant"`; 0 by default. */
  value?: number | null;
}

const MODES: readonly PadMode[] = ["constant", "reflect", "replicate", "circular"];

/**
 * A larger tensor with `input` in it. `pad` has two numbers for each dimension, before and after, the last dimension
 * first: [left, right, top, bottom] for images. Negative numbers cut off.
 *
 * Shapes: (…, H, W) to (…, H + top + bottom, W + left + right). Mode `"constant"` pads any dimensions; the others pad
 * the last one of 2 or 3 dimensions, two of 3 or 4, three of 4 or 5.
 *
 * @throws {ArgumentError} if `pad` is not a list of pairs of whole numbers, or an option cannot be used.
 * @throws {ShapeError} if the input has too few dimensions, or is smaller than what is taken from it: `"reflect"`
 * adds less than a side, `"circular"` at most a side.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * const row = torch.tensor([[1, 2, 3]]);
 * nn.functional.pad(row, [2, 1]); // [[0, 0, 1, 2, 3, 0]]
 * nn.functional.pad(row, [2, 1], { mode: "reflect" }); // [[3, 2, 1, 2, 3, 2]]
 * nn.functional.pad(row, [2, 1], { mode: "replicate" }); // [[1, 1, 1, 2, 3, 3]]
 * nn.functional.pad(row, [2, 1], { mode: "circular" }); // [[2, 3, 1, 2, 3, 1]]
 * ```
 */
export function pad(input: Tensor, pad: readonly number[], options: PadOptions = {}): Tensor {
  checkKnown("pad", options, ["mode", "value"]);
  const mode = options.mode ?? "constant";
  const value = options.value ?? null;
  checkWord("pad", "mode", mode, MODES);
  if (value !== null && mode !== "constant") {
    throw new ArgumentError(
      `pad: a value is for mode "constant", got value ${value} and "${mode}".`,
    );
  }
  if (value !== null && Number.isNaN(value)) checkNumber("pad", "value", value);
  if (!Array.isArray(pad) || pad.length % 2 !== 0) {
    throw new ArgumentError(
      `pad takes two numbers for each dimension, before and after, got ${JSON.stringify(pad)}.`,
    );
  }
  for (const size of pad) checkInteger("pad", "a size", size);
  checkSides(input.shape, pad, mode);
  return torch.pad(input, pad, mode, value);
}

/** Checks that there are as many sides, and that they are as large, as the padding needs. */
function checkSides(shape: readonly number[], pad: readonly number[], mode: PadMode): void {
  const sides = pad.length / 2;
  const got = `got ${shapeText(shape)} and pad ${shapeText(pad)}`;
  const most = mode === "constant" ? shape.length : 3;
  const fits = mode === "constant"
    ? sides <= most
    : sides >= 1 && sides <= most && (shape.length === sides + 1 || shape.length === sides + 2);
  if (!fits) {
    throw new ShapeError(
      mode === "constant"
        ? `pad: there are fewer dimensions than pairs of sizes, ${got}.`
        : `pad: mode "${mode}" pads the last dimension of 2 or 3, the last two of 3 or 4 or the last three of ` +
          `4 or 5, ${got}.`,
    );
  }
  for (let i = 0; i < sides; i++) {
    const [before, after] = [pad[2 * i], pad[2 * i + 1]];
    const size = shape[shape.length - 1 - i];
    if (size + before + after < 0 || size + before < 0 || size + after < 0) {
      throw new ShapeError(`pad: more would be cut off than there is, ${got}.`);
    }
    const largest = Math.max(before, after);
    if (mode === "reflect" && largest >= size && largest > 0) {
      throw new ShapeError(
        `pad: mode "reflect" adds less than the size of a side, ${got}; mode "replicate" adds any number.`,
      );
    }
    if (mode === "circular" && largest > size) {
      throw new ShapeError(
        `pad: mode "circular" adds at most the size of a side, ${got}; mode "replicate" adds any number.`,
      );
    }
  }
}
