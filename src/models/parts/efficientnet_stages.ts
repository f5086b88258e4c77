/**
 * The stages of EfficientNet-B0.
 *
 * @module
 */

import { checkBlocks, checkFactors, checkParameterCount } from "./size_checks.ts";

/** A line of Tan and Le's table 1. */
export interface EfficientNetStage {
  /** By how much a block widens its input: the 1 and 6 of MBConv1 and MBConv6. */
  readonly expansion: number;
  /** Height and width of the depthwise convolution's kernel. */
  readonly kernel: number;
  /** The stride of the first block. */
  readonly stride: number;
  /** Channels that come out. */
  readonly width: number;
  /** The number of blocks. */
  readonly depth: number;
}

/** Stages 2 to 8 of EfficientNet-B0 (Tan and Le 2019, table 1), which all others scale. */
export const EFFICIENTNET_STAGES: readonly EfficientNetStage[] = [
  { expansion: 1, kernel: 3, stride: 1, width: 16, depth: 1 },
  { expansion: 6, kernel: 3, stride: 2, width: 24, depth: 2 },
  { expansion: 6, kernel: 5, stride: 2, width: 40, depth: 2 },
  { expansion: 6, kernel: 3, stride: 2, width: 80, depth: 3 },
  { expansion: 6, kernel: 5, stride: 1, width: 112, depth: 3 },
  { expansion: 6, kernel: 5, stride: 2, width: 192, depth: 4 },
  { expansion: 6, kernel: 3, stride: 1, width: 320, depth: 1 },
];

/**
 * Checks the factors that scale an EfficientNet, and the stages that they make.
 *
 * @throws {ArgumentError} naming the model and the option.
 */
export function checkScaling(
  model: string,
  factors: { readonly widthFactor: number; readonly depthFactor: number },
  numClasses: number,
): void {
  const { widthFactor, depthFactor } = factors;
  checkFactors(model, { widthFactor, depthFactor });
  const blocks = EFFICIENTNET_STAGES.map(({ depth }) => Math.ceil(depth * depthFactor));
  checkBlocks(model, `depthFactor ${depthFactor}`, blocks.reduce((a, b) => a + b));
  const count = EFFICIENTNET_STAGES.reduce(
    (sum, { expansion, width }, i) => sum + blocks[i] * 2 * expansion * (width * widthFactor) ** 2,
    0,
  );
  checkParameterCount(model, count + 1280 * widthFactor * numClasses, {
    widthFactor,
    depthFactor,
    numClasses,
  });
}
