/**
 * The tables of MobileNetV4 (Qin et al., MobileNetV4: Universal models for the mobile ecosystem, 2024, tables 11 to 15).
 *
 * @module
 */

import {
  attention,
  type BlockRow,
  conv,
  fused,
  type Stages,
  universal,
} from "./parts/mobile/rows.ts";

/** The paper's names of universal blocks, by the kernels before the middle and in it; then expansion and channels. */
type Sizes = readonly [expansion: number, channels: number, layers?: number, stride?: number];
const extraDw = (start: number, middle: number, ...sizes: Sizes) =>
  universal([start, middle], ...sizes);
const bottleneck = (middle: number, ...sizes: Sizes) => universal([0, middle], ...sizes);
const convNext = (start: number, ...sizes: Sizes) => universal([start, 0], ...sizes);
const feedforward = (...sizes: Sizes) => universal([0, 0], ...sizes);

const last: readonly BlockRow[] = [conv(1, 960, 1, 1)];

/** MobileNetV4-Conv-S. */
export const CONV_SMALL: Stages = [
  [conv(3, 32, 1, 2), conv(1, 32, 1, 1)],
  [conv(3, 96, 1, 2), conv(1, 64, 1, 1)],
  [extraDw(5, 5, 3, 96, 1, 2), bottleneck(3, 2, 96, 4), convNext(3, 4, 96)],
  [
    extraDw(3, 3, 6, 128, 1, 2),
    extraDw(5, 5, 4, 128),
    bottleneck(5, 4, 128),
    bottleneck(5, 3, 128),
    bottleneck(3, 4, 128, 2),
  ],
  last,
];

/** MobileNetV4-Conv-M. */
export const CONV_MEDIUM: Stages = [
  [fused(4, 3, 48, 1, 2)],
  [extraDw(3, 5, 4, 80, 1, 2), extraDw(3, 3, 2, 80)],
  [
    extraDw(3, 5, 6, 160, 1, 2),
    extraDw(3, 3, 4, 160, 2),
    extraDw(3, 5, 4, 160),
    extraDw(3, 3, 4, 160),
    convNext(3, 4, 160),
    feedforward(2, 160),
    convNext(3, 4, 160),
  ],
  [
    extraDw(5, 5, 6, 256, 1, 2),
    extraDw(5, 5, 4, 256),
    extraDw(3, 5, 4, 256, 2),
    feedforward(4, 256),
    convNext(3, 4, 256),
    extraDw(3, 5, 2, 256),
    extraDw(5, 5, 4, 256),
    feedforward(4, 256, 2),
    convNext(5, 2, 256),
  ],
  last,
];

/** MobileNetV4-Conv-L. */
export const CONV_LARGE: Stages = [
  [fused(4, 3, 48, 1, 2)],
  [extraDw(3, 5, 4, 96, 1, 2), extraDw(3, 3, 4, 96)],
  [
    extraDw(3, 5, 4, 192, 1, 2),
    extraDw(3, 3, 4, 192, 3),
    extraDw(3, 5, 4, 192),
    extraDw(5, 3, 4, 192, 5),
    convNext(3, 4, 192),
  ],
  [
    extraDw(5, 5, 4, 512, 4, 2),
    convNext(5, 4, 512),
    extraDw(5, 3, 4, 512),
    convNext(5, 4, 512, 2),
    extraDw(5, 3, 4, 512),
    extraDw(5, 5, 4, 512),
    convNext(5, 4, 512, 3),
  ],
  last,
];

/** MobileNetV4-Hybrid-M: attention has 4 heads of 64. */
export const HYBRID_MEDIUM: Stages = [
  [fused(4, 3, 48, 1, 2)],
  [extraDw(3, 5, 4, 80, 1, 2), extraDw(3, 3, 2, 80)],
  [
    extraDw(3, 5, 6, 160, 1, 2),
    feedforward(2, 160),
    extraDw(3, 3, 4, 160),
    extraDw(3, 5, 4, 160),
    attention(4, 64, 160, 2),
    extraDw(3, 3, 4, 160),
    attention(4, 64, 160, 2),
    convNext(3, 4, 160),
    attention(4, 64, 160, 2),
    extraDw(3, 3, 4, 160),
    attention(4, 64, 160, 2),
    convNext(3, 4, 160),
  ],
  [
    extraDw(5, 5, 6, 256, 1, 2),
    extraDw(5, 5, 4, 256),
    extraDw(3, 5, 4, 256, 2),
    feedforward(2, 256),
    extraDw(3, 5, 2, 256),
    feedforward(2, 256),
    feedforward(4, 256),
    attention(4, 64, 256),
    convNext(3, 4, 256),
    attention(4, 64, 256),
    extraDw(5, 5, 4, 256),
    attention(4, 64, 256),
    convNext(5, 4, 256),
    attention(4, 64, 256),
    convNext(5, 4, 256),
  ],
  last,
];

const attentionThen = (stride: number, dim: number, block: BlockRow): BlockRow[] => [
  attention(8, dim, block.width, stride),
  block,
];

/** MobileNetV4-Hybrid-L: attention has 8 heads of 48 and 64. */
export const HYBRID_LARGE: Stages = [
  [fused(4, 3, 48, 1, 2)],
  [extraDw(3, 5, 4, 96, 1, 2), extraDw(3, 3, 4, 96)],
  [
    extraDw(3, 5, 4, 192, 1, 2),
    extraDw(3, 3, 4, 192, 3),
    extraDw(3, 5, 4, 192),
    extraDw(5, 3, 4, 192, 2),
    ...attentionThen(2, 48, extraDw(5, 3, 4, 192)),
    ...attentionThen(2, 48, extraDw(5, 3, 4, 192)),
    ...attentionThen(2, 48, extraDw(5, 3, 4, 192)),
    ...attentionThen(2, 48, convNext(3, 4, 192)),
  ],
  [
    extraDw(5, 5, 4, 512, 4, 2),
    convNext(5, 4, 512),
    extraDw(5, 3, 4, 512),
    convNext(5, 4, 512, 2),
    extraDw(5, 3, 4, 512),
    extraDw(5, 5, 4, 512),
    ...attentionThen(1, 64, convNext(5, 4, 512)),
    ...attentionThen(1, 64, convNext(5, 4, 512)),
    ...attentionThen(1, 64, convNext(5, 4, 512)),
    ...attentionThen(1, 64, convNext(5, 4, 512)),
  ],
  last,
];
