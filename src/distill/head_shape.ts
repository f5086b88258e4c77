/**
 * How heads from a student to its teachers are built.
 *
 * @module
 */

import { either, nullable, table } from "../base/option_parts.ts";
import { choice, flag, whole } from "../base/option_values.ts";
import type { Option } from "../base/options.ts";

/** How a head from the student's features to a teacher's is built. */
export interface HeadOptions {
  /** `"linear"`: one layer; `"mlp"`: two, with a GELU between. */
  shape: "linear" | "mlp";
  /** The width between the two layers of an MLP; the larger of the student's and the teacher's by default (ours). */
  hidden?: number | null;
  /** Whether a layer norm comes first; true by default. */
  norm?: boolean;
}

/** A head's shape by its name, or in full. */
export type HeadShape = HeadOptions["shape"] | HeadOptions;

const SHAPES = ["linear", "mlp"] as const;

/** The option of the heads' shape. */
export function headOption(): Option<HeadShape> {
  const about = { default: "mlp" as const, help: "shape of the heads" };
  return either<[HeadOptions["shape"], HeadOptions]>([
    choice(SHAPES, about),
    table<HeadOptions>({
      shape: choice(SHAPES, about),
      hidden: nullable(
        whole({
          min: 1,
          help:
            "width between the layers of an MLP; the larger of the student's and the teacher's if null",
        }),
      ),
      norm: flag({ default: true, help: "whether a layer norm comes first" }),
    }, {}),
  ], about);
}

/** A head's shape in full, for a teacher of some width. */
export function headOf(
  given: HeadShape,
  inputDim: number,
  outputDim: number,
): { hidden: number | null; norm: boolean } {
  const { shape, hidden, norm = true } = typeof given === "string" ? { shape: given } : given;
  return { norm, hidden: shape === "mlp" ? hidden ?? Math.max(inputDim, outputDim) : null };
}
