/**
 * The tables of the MobileNets before the fourth, and of networks that search found among their like.
 *
 * @module
 */

import {
  activatedSeparable,
  conv,
  mbConv,
  type RowExtras,
  separable,
  type Stages,
} from "./parts/mobile/rows.ts";

const squeezed: RowExtras = { squeeze: 1 / 4 };
const relu: RowExtras = { activation: "relu" };
const apart: RowExtras = { shortcut: false };

/** MobileNet (Howard et al. 2017, table 1): kernel, channels, layers, stride. */
export const MOBILENET_V1: Stages = [
  [activatedSeparable(3, 64, 1, 1)],
  [activatedSeparable(3, 128, 2, 2)],
  [activatedSeparable(3, 256, 2, 2)],
  [activatedSeparable(3, 512, 6, 2)],
  [activatedSeparable(3, 1024, 2, 2)],
];

/** MobileNetV2 (Sandler et al. 2018, table 2): expansion, kernel, channels, layers, stride. */
export const MOBILENET_V2: Stages = [
  [separable(3, 16, 1, 1)],
  [mbConv(6, 3, 24, 2, 2)],
  [mbConv(6, 3, 32, 3, 2)],
  [mbConv(6, 3, 64, 4, 2)],
  [mbConv(6, 3, 96, 3, 1)],
  [mbConv(6, 3, 160, 3, 2)],
  [mbConv(6, 3, 320, 1, 1)],
];

/**
 * MobileNetV3-Large (Howard et al. 2019, table 1): expansion, kernel, channels, layers, stride. Without `rich` parts
 * neither squeezes nor kernels of 5, as TensorFlow's "minimalistic" one.
 */
export function mobilenetV3Large(rich = true): Stages {
  const [five, se, first] = rich ? [5, squeezed, relu] : [3, {}, {}];
  return [
    [separable(3, 16, 1, 1, first)],
    [mbConv(4, 3, 24, 1, 2, first), mbConv(3, 3, 24, 1, 1, first)],
    [mbConv(3, five, 40, 3, 2, { ...se, ...first })],
    [mbConv(6, 3, 80, 1, 2), mbConv(2.5, 3, 80, 1, 1), mbConv(2.3, 3, 80, 2, 1)],
    [mbConv(6, 3, 112, 2, 1, se)],
    [mbConv(6, five, 160, 3, 2, se)],
    [conv(1, 960, 1, 1)],
  ];
}

/** MobileNetV3-Small (Howard et al. 2019, table 2), as {@linkcode mobilenetV3Large}. */
export function mobilenetV3Small(rich = true): Stages {
  const [five, se, first] = rich ? [5, squeezed, relu] : [3, {}, {}];
  return [
    [separable(3, 16, 1, 2, { ...se, ...first })],
    [mbConv(4.5, 3, 24, 1, 2, first), mbConv(3.67, 3, 24, 1, 1, first)],
    [mbConv(4, five, 40, 1, 2, se), mbConv(6, five, 40, 2, 1, se)],
    [mbConv(3, five, 48, 2, 1, se)],
    [mbConv(6, five, 96, 3, 2, se)],
    [conv(1, 576, 1, 1)],
  ];
}

/** MobileNetV3-Large as it was before the paper's code, without the first shortcut. */
export const MOBILENET_V3_EARLY: Stages = [
  [separable(3, 16, 1, 1, { ...relu, ...apart })],
  ...mobilenetV3Large().slice(1),
];

/** PP-LCNet (Cui et al. 2021, table 1): kernel, channels, layers, stride. */
export const LCNET: Stages = [
  [activatedSeparable(3, 32, 1, 1)],
  [activatedSeparable(3, 64, 2, 2)],
  [activatedSeparable(3, 128, 2, 2)],
  [activatedSeparable(3, 256, 1, 2), activatedSeparable(5, 256, 1, 1)],
  [activatedSeparable(5, 256, 4, 1)],
  [activatedSeparable(5, 512, 2, 2, squeezed)],
];

/** MnasNet-B1 (Tan et al. 2019), which does not squeeze: expansion, kernel, channels, layers, stride. */
export const MNASNET_B1: Stages = [
  [separable(3, 16, 1, 1, apart)],
  [mbConv(3, 3, 24, 3, 2)],
  [mbConv(3, 5, 40, 3, 2)],
  [mbConv(6, 5, 80, 3, 2)],
  [mbConv(6, 3, 96, 2, 1)],
  [mbConv(6, 5, 192, 4, 2)],
  [mbConv(6, 3, 320, 1, 1, apart)],
];

/** MnasNet-A1 (Tan et al. 2019, figure 7): expansion, kernel, channels, layers, stride. */
export const MNASNET_A1: Stages = [
  [separable(3, 16, 1, 1, apart)],
  [mbConv(6, 3, 24, 2, 2)],
  [mbConv(3, 5, 40, 3, 2, squeezed)],
  [mbConv(6, 3, 80, 4, 2)],
  [mbConv(6, 3, 112, 2, 1, squeezed)],
  [mbConv(6, 5, 160, 3, 2, squeezed)],
  [mbConv(6, 3, 320, 1, 1)],
];

/** MnasNet-small (Tan et al. 2019, table 7). */
export const MNASNET_SMALL: Stages = [
  [separable(3, 8, 1, 1)],
  [mbConv(3, 3, 16, 1, 2)],
  [mbConv(6, 3, 16, 2, 2)],
  [mbConv(6, 5, 32, 4, 2, squeezed)],
  [mbConv(6, 3, 32, 3, 1, squeezed)],
  [mbConv(6, 5, 88, 3, 2, squeezed)],
  [mbConv(6, 3, 144, 1, 1)],
];

/** FBNet-C (Wu et al. 2019, figure 5): expansion, kernel, channels, layers, stride. */
export const FBNET_C: Stages = [
  [mbConv(1, 3, 16, 1, 1)],
  [mbConv(6, 3, 24, 1, 2), mbConv(1, 3, 24, 2, 1)],
  [mbConv(6, 5, 32, 1, 2), mbConv(3, 5, 32, 1, 1), mbConv(6, 5, 32, 1, 1), mbConv(6, 3, 32, 1, 1)],
  [mbConv(6, 5, 64, 1, 2), mbConv(3, 5, 64, 1, 1), mbConv(6, 5, 64, 2, 1)],
  [mbConv(6, 5, 112, 3, 1), mbConv(3, 5, 112, 1, 1)],
  [mbConv(6, 5, 184, 4, 2)],
  [mbConv(6, 3, 352, 1, 1)],
];

/** The Single-Path NAS network (Stamoulis et al. 2019, figure 5): expansion, kernel, channels, layers, stride. */
export const SPNASNET: Stages = [
  [separable(3, 16, 1, 1, apart)],
  [mbConv(3, 3, 24, 3, 2)],
  [mbConv(6, 5, 40, 1, 2), mbConv(3, 3, 40, 3, 1)],
  [mbConv(6, 5, 80, 1, 2), mbConv(3, 3, 80, 3, 1)],
  [mbConv(6, 5, 96, 1, 1), mbConv(3, 5, 96, 3, 1)],
  [mbConv(6, 5, 192, 4, 2)],
  [mbConv(6, 3, 320, 1, 1, apart)],
];

/** FBNetV3 of three sizes (Dai et al. 2021): expansion, kernel, channels, layers, stride. */
export const FBNET_V3: Readonly<Record<"b" | "d" | "g", Stages>> = {
  b: [
    [separable(3, 16, 2, 1)],
    [mbConv(4, 5, 24, 1, 2), mbConv(2, 5, 24, 3, 1)],
    [mbConv(5, 5, 40, 1, 2, squeezed), mbConv(3, 5, 40, 4, 1, squeezed)],
    [mbConv(5, 5, 72, 1, 2), mbConv(3, 3, 72, 4, 1)],
    [mbConv(5, 3, 120, 1, 1, squeezed), mbConv(3, 5, 120, 5, 1, squeezed)],
    [
      mbConv(6, 3, 184, 1, 2, squeezed),
      mbConv(4, 5, 184, 5, 1, squeezed),
      mbConv(6, 5, 224, 1, 1, squeezed),
    ],
    [conv(1, 1344, 1, 1)],
  ],
  d: [
    [separable(3, 16, 2, 1)],
    [mbConv(5, 3, 24, 1, 2), mbConv(2, 3, 24, 5, 1)],
    [mbConv(4, 5, 40, 1, 2, squeezed), mbConv(3, 3, 40, 4, 1, squeezed)],
    [mbConv(5, 3, 72, 1, 2), mbConv(3, 3, 72, 4, 1)],
    [mbConv(5, 3, 128, 1, 1, squeezed), mbConv(3, 5, 128, 6, 1, squeezed)],
    [
      mbConv(6, 3, 208, 1, 2, squeezed),
      mbConv(5, 5, 208, 5, 1, squeezed),
      mbConv(6, 5, 240, 1, 1, squeezed),
    ],
    [conv(1, 1440, 1, 1)],
  ],
  g: [
    [separable(3, 24, 3, 1)],
    [mbConv(4, 5, 40, 1, 2), mbConv(2, 5, 40, 4, 1)],
    [mbConv(4, 5, 56, 1, 2, squeezed), mbConv(3, 5, 56, 4, 1, squeezed)],
    [mbConv(5, 5, 104, 1, 2), mbConv(3, 3, 104, 4, 1)],
    [mbConv(5, 3, 160, 1, 1, squeezed), mbConv(3, 5, 160, 8, 1, squeezed)],
    [
      mbConv(6, 3, 264, 1, 2, squeezed),
      mbConv(5, 5, 264, 6, 1, squeezed),
      mbConv(6, 5, 288, 2, 1, squeezed),
    ],
    [conv(1, 1728, 1, 1)],
  ],
};
