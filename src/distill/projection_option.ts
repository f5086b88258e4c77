/**
 * How a projection is chosen, for tables of options.
 *
 * @module
 */

import { either, nullable, table } from "../base/option_parts.ts";
import { choice, whole } from "../base/option_values.ts";
import type { Option } from "../base/options.ts";
import type { ProjectionOptions, ProjectionShape } from "./projection.ts";

const SHAPES = ["linear", "mlp"] as const;

/** The option of a projection's shape */
export function projectionOption(what: string): Option<ProjectionShape> {
  const about = { default: "linear" as const, help: `shape of ${what}` };
  return either<[ProjectionOptions["shape"], ProjectionOptions]>([
    choice(SHAPES, about),
    table<ProjectionOptions>({
      shape: choice(SHAPES, about),
      hidden: nullable(
        whole({
          min: 1,
          help: "width between the layers of an MLP; the larger of its input and output if null",
        }),
      ),
    }, {}),
  ], about);
}
