/**
 * The tables of the EfficientNets and their like.
 *
 * @module
 */

import {
  conv,
  fused,
  mbConv,
  type RowExtras,
  separable,
  type Stages,
} from "./parts/mobile/rows.ts";

const squeezed: RowExtras = { squeeze: 1 / 4 };

function b0(se: RowExtras): Stages {
  return [
    [separable(3, 16, 1, 1, se)],
    [mbConv(6, 3, 24, 2, 2, se)],
    [mbConv(6, 5, 40, 2, 2, se)],
    [mbConv(6, 3, 80, 3, 2, se)],
    [mbConv(6, 5, 112, 3, 1, se)],
    [mbConv(6, 5, 192, 4, 2, se)],
    [mbConv(6, 3, 320, 1, 1, se)],
  ];
}

/** EfficientNet-B0 (Tan and Le 2019, table 1): expansion, kernel, channels, layers, stride. */
export const B0: Stages = b0(squeezed);

/** EfficientNet-Lite0 (Liu 2020), which does not squeeze. */
export const LITE0: Stages = b0({});

/** EfficientNet-EdgeTPU-S (Gupta and Tan 2019): expansion, kernel, channels, layers, stride. */
export const EDGE_SMALL: Stages = [
  [fused(4, 3, 24, 1, 1, { expandedFrom: 24, shortcut: false })],
  [fused(8, 3, 32, 2, 2)],
  [fused(8, 3, 48, 4, 2)],
  [mbConv(8, 5, 96, 5, 2)],
  [mbConv(8, 5, 144, 4, 1)],
  [mbConv(8, 5, 192, 2, 2)],
];

/** EfficientNetV2-B0 (Tan and Le 2021): expansion, kernel, channels, layers, stride. */
export const V2_B0: Stages = [
  [conv(3, 16, 1, 1, { shortcut: true })],
  [fused(4, 3, 32, 2, 2)],
  [fused(4, 3, 48, 2, 2)],
  [mbConv(4, 3, 96, 3, 2, squeezed)],
  [mbConv(6, 3, 112, 5, 1, squeezed)],
  [mbConv(6, 3, 192, 8, 2, squeezed)],
];

/** EfficientNetV2-S (Tan and Le 2021, table 4): expansion, kernel, channels, layers, stride. */
export const V2_S: Stages = [
  [conv(3, 24, 2, 1, { shortcut: true })],
  [fused(4, 3, 48, 4, 2)],
  [fused(4, 3, 64, 4, 2)],
  [mbConv(4, 3, 128, 6, 2, squeezed)],
  [mbConv(6, 3, 160, 9, 1, squeezed)],
  [mbConv(6, 3, 256, 15, 2, squeezed)],
];

/** EfficientNetV2-S as Wightman had it before its code was published. */
export const V2_S_EARLY: Stages = [
  [fused(1, 3, 24, 2, 1)],
  ...V2_S.slice(1, -1),
  [mbConv(6, 3, 272, 15, 2, squeezed)],
];

/** The larger EfficientNetV2s: channels and layers of each stage. */
function v2(
  [first, ...rest]: readonly (readonly [channels: number, layers: number])[],
): Stages {
  const [second, third, fourth, fifth, sixth, seventh] = rest;
  return [
    [conv(3, ...first, 1, { shortcut: true })],
    [fused(4, 3, ...second, 2)],
    [fused(4, 3, ...third, 2)],
    [mbConv(4, 3, ...fourth, 2, squeezed)],
    [mbConv(6, 3, ...fifth, 1, squeezed)],
    [mbConv(6, 3, ...sixth, 2, squeezed)],
    [mbConv(6, 3, ...seventh, 1, squeezed)],
  ];
}

/** EfficientNetV2-M. */
export const V2_M: Stages = v2([
  [24, 3],
  [48, 5],
  [80, 5],
  [160, 7],
  [176, 14],
  [304, 18],
  [512, 5],
]);

/** EfficientNetV2-L. */
export const V2_L: Stages = v2([
  [32, 4],
  [64, 7],
  [96, 7],
  [192, 10],
  [224, 19],
  [384, 25],
  [640, 7],
]);

/** EfficientNetV2-XL. */
export const V2_XL: Stages = v2([
  [32, 4],
  [64, 8],
  [96, 8],
  [192, 16],
  [256, 24],
  [512, 32],
  [640, 8],
]);

/** EfficientNet-X (Li et al. 2021, table 5), or -H with its expansion: expansion, kernel, channels, layers, stride. */
export function efficientnetX(expansion: number): Stages {
  const relu: RowExtras = { ...squeezed, activation: "relu" };
  const [first, , , ...late] = B0;
  return [
    first,
    [fused(expansion, 3, 24, 2, 2, relu)],
    [fused(expansion, 5, 40, 2, 2, relu)],
    [mbConv(expansion, 3, 80, 3, 2, squeezed)],
    ...late.slice(1),
  ];
}

/** timm's smallest EfficientNet, for tests. */
export const FOR_TESTS: Stages = [
  [conv(3, 16, 1, 1, { shortcut: true })],
  [fused(4, 3, 24, 1, 2)],
  [fused(4, 3, 32, 1, 2)],
  [mbConv(4, 3, 48, 1, 2, squeezed)],
  [mbConv(4, 3, 64, 1, 2, squeezed)],
];

/** MobileNet-EdgeTPU (Xiong et al., MobileDets, 2020): expansion, kernel, channels, layers, stride. */
export const EDGETPU: Stages = [
  [conv(1, 16, 1, 1)],
  [fused(8, 3, 32, 1, 2), fused(4, 3, 32, 3, 1)],
  [fused(8, 3, 48, 1, 2), fused(4, 3, 48, 3, 1)],
  [mbConv(8, 3, 96, 1, 2), mbConv(4, 3, 96, 3, 1)],
  [mbConv(8, 3, 96, 1, 1, { shortcut: false }), mbConv(4, 3, 96, 3, 1)],
  [mbConv(8, 5, 160, 1, 2), mbConv(4, 5, 160, 3, 1)],
  [mbConv(8, 3, 192, 1, 1)],
];

/** MobileNet-EdgeTPU of the second version (Akin et al. 2022), by the channels of its stages and of a group. */
export function edgetpuV2(channels: readonly number[], groupSize: number): Stages {
  const [a, b, c, d, e, f, g] = channels;
  const grouped = (width: number) => fused(4, 3, width, 1, 1, { groupSize });
  return [
    [conv(1, a, 1, 1)],
    [fused(8, 3, b, 1, 2), grouped(b)],
    [fused(8, 3, c, 1, 2), grouped(c), fused(4, 3, c, 1, 1), grouped(c)],
    [fused(8, 3, d, 1, 2), mbConv(4, 3, d, 3, 1)],
    [mbConv(8, 3, e, 1, 1), mbConv(4, 3, e, 3, 1)],
    [mbConv(8, 3, f, 1, 2), mbConv(4, 3, f, 3, 1)],
    [mbConv(8, 3, g, 1, 1)],
  ];
}

const silu: RowExtras = { activation: "silu" };
const half: RowExtras = { ...silu, squeeze: 1 / 2 };
const quarter: RowExtras = { ...silu, squeeze: 1 / 4 };
/** Both pointwise convolutions in two groups, or the projection alone. */
const both: RowExtras = { expandKernel: [1, 1], projectKernel: [1, 1] };
const projection: RowExtras = { projectKernel: [1, 1] };

/** MixNet-S (Tan and Le, MixConv, 2019, figure 5): expansion, kernels, channels, layers, stride. */
export const MIXNET_SMALL: Stages = [
  [separable(3, 16, 1, 1)],
  [mbConv(6, 3, 24, 1, 2, both), mbConv(3, 3, 24, 1, 1, both)],
  [mbConv(6, [3, 5, 7], 40, 1, 2, half), mbConv(6, [3, 5], 40, 3, 1, { ...half, ...both })],
  [
    mbConv(6, [3, 5, 7], 80, 1, 2, { ...quarter, ...projection }),
    mbConv(6, [3, 5], 80, 2, 1, { ...quarter, ...projection }),
  ],
  [
    mbConv(6, [3, 5, 7], 120, 1, 1, { ...half, ...both }),
    mbConv(3, [3, 5, 7, 9], 120, 2, 1, { ...half, ...both }),
  ],
  [
    mbConv(6, [3, 5, 7, 9, 11], 200, 1, 2, half),
    mbConv(6, [3, 5, 7, 9], 200, 2, 1, { ...half, ...projection }),
  ],
];

/** MixNet-M (Tan and Le, MixConv, 2019, figure 5): expansion, kernels, channels, layers, stride. */
export const MIXNET_MEDIUM: Stages = [
  [separable(3, 24, 1, 1)],
  [mbConv(6, [3, 5, 7], 32, 1, 2, both), mbConv(3, 3, 32, 1, 1, both)],
  [mbConv(6, [3, 5, 7, 9], 40, 1, 2, half), mbConv(6, [3, 5], 40, 3, 1, { ...half, ...both })],
  [
    mbConv(6, [3, 5, 7], 80, 1, 2, quarter),
    mbConv(6, [3, 5, 7, 9], 80, 3, 1, { ...quarter, ...both }),
  ],
  [mbConv(6, 3, 120, 1, 1, half), mbConv(3, [3, 5, 7, 9], 120, 3, 1, { ...half, ...both })],
  [
    mbConv(6, [3, 5, 7, 9], 200, 1, 2, half),
    mbConv(6, [3, 5, 7, 9], 200, 3, 1, { ...half, ...projection }),
  ],
];
