/**
 * How encoders into a common space are built.
 *
 * @module
 */

import { either, nullable, table } from "../base/option_parts.ts";
import { choice, whole } from "../base/option_values.ts";
import type { Option } from "../base/options.ts";

/** How an encoder is built; the paper's summary leaves it open. */
export interface EncoderOptions {
  /**
   * `"linear"`: one layer a teacher; `"mlp"`: two, with a ReLU between; `"shared"`: a layer and a ReLU a teacher, and after
   * it two layers with a ReLU between that all teachers and the student share (as CFL has it, Luo et al. 2019).
   */
  shape: "linear" | "mlp" | "shared";
  /**
   * The width inside: of an MLP the larger of its input and output by default, of the shared layers that of the common
   * space (both ours).
   */
  hidden?: number | null;
}

/** An encoder's shape by its name, or in full. */
export type EncoderShape = EncoderOptions["shape"] | EncoderOptions;

const SHAPES = ["linear", "mlp", "shared"] as const;

/** The option of the encoders' shape. */
export function encoderOption(about: { default: EncoderOptions["shape"] }): Option<EncoderShape> {
  const own = { ...about, help: "shape of the encoders into the common space" };
  return either<[EncoderOptions["shape"], EncoderOptions]>([
    choice(SHAPES, own),
    table<EncoderOptions>({
      shape: choice(SHAPES, own),
      hidden: nullable(whole({ min: 1, help: "the width inside; by the shape if null" })),
    }, {}),
  ], own);
}
