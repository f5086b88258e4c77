/**
 * The stages of EfficientNet-B0.
 *
 * @module
 */

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
