/**
 * What an image's row is made of.
 *
 * @module
 */

import { dtypes } from "../../base/dtypes.ts";
import type { Tensor } from "../../torch/tensor.ts";
import type { TeacherOutput } from "../teacher_options.ts";
import type { EntrySizes } from "./types.ts";

/** A part of each row. */
export interface RowPart {
  /** What the part is. */
  readonly name: keyof TeacherOutput;
  /** The sizes of one image's. */
  readonly shape: readonly number[];
  /** How many numbers these are. */
  readonly width: number;
  /** Whether the part can be copied eight bytes at a time: rows are multiples of these, and so is where it begins. */
  readonly inWords: boolean;
}

/** The parts of a row, in the order that a shard's file has them in. */
export function rowParts(sizes: Omit<EntrySizes, "shardImages">): RowPart[] {
  const { featureDim, numClasses, patches } = sizes;
  const shapes: [keyof TeacherOutput, readonly number[]][] = [["features", [featureDim]]];
  if (numClasses !== null) shapes.push(["logits", [numClasses]]);
  if (patches !== undefined) shapes.push(["patches", patches]);
  const { bytes } = dtypes[sizes.dtype];
  let before = 0;
  return shapes.map(([name, shape]) => {
    const width = shape.reduce((product, size) => product * size, 1);
    const inWords = before % 8 === 0 && width * bytes % 8 === 0;
    before += width * bytes;
    return { name, shape, width, inWords };
  });
}

/** An output of what a function makes of each part. */
export function outputOf(
  parts: readonly RowPart[],
  make: (part: RowPart) => Tensor,
): TeacherOutput {
  const made = parts.map((part): [string, Tensor] => [part.name, make(part)]);
  return Object.fromEntries(made) as unknown as TeacherOutput;
}
