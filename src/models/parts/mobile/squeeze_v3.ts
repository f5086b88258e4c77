/**
 * How MobileNetV3 squeezes.
 *
 * @module
 */

import { makeDivisible } from "../divisible.ts";
import type { SqueezeStyle } from "./style.ts";

/** A share of the wider middle, with ReLU and a hard gate (Howard et al. 2019, sections 5.2 and 5.3). */
export const SQUEEZE_V3: SqueezeStyle = {
  of: "middle",
  gate: "hardsigmoid",
  activation: "relu",
  round: (channels) => makeDivisible(channels),
};
