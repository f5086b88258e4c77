/**
 * The stems of ConvNeXts.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { ConvNeXtOptions } from "../convnext_options.ts";
import { makeDivisible } from "./divisible.ts";
import { Stage } from "./stage.ts";

/** What comes before the first stage, with `norm` at its end. Keys: `0.…`, `1.…`, … */
export function convnextStem(options: ConvNeXtOptions, inChannels: number, norm: nn.Module): Stage {
  const { dims: [width], patchSize = 4, stem = "patch" } = options;
  if (stem === "patch") {
    return new Stage(new nn.Conv2d(inChannels, width, patchSize, { stride: patchSize }), norm);
  }
  const inner = stem === "overlapTiered" ? makeDivisible(Math.floor(width / 2)) : width;
  const halving = { stride: 2, padding: 1 };
  return new Stage(
    new nn.Conv2d(inChannels, inner, 3, halving),
    ...(stem === "overlapAct" ? [new nn.GELU()] : []),
    new nn.Conv2d(inner, width, 3, halving),
    norm,
  );
}
