/**
 * timm's EfficientNets and their like, by name.
 *
 * @module
 */

import * as tables from "./efficientnet_tables.ts";
import type { BuildOptions, ModelEntry } from "./entry.ts";
import { MBConvNet, type MBConvNetOptions } from "./mb_conv_net.ts";
import { scaleStages, scaleWidth, type Scaling, withSpaceToDepth } from "./parts/mobile/scale.ts";
import { roundToEven } from "./parts/divisible.ts";
import { TENSORFLOW } from "./parts/mobile/tensorflow.ts";
import type { Stages } from "./parts/mobile/rows.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

type Own = Partial<Omit<MBConvNetOptions, keyof BuildOptions>>;

/** A network whose stem and head grow with the stages. */
function scaled(
  stages: Stages,
  [width, depth]: readonly [width: number, depth: Scaling["depth"]],
  own: Own & {
    readonly sizes?: readonly [stem: number, head: number];
    readonly scaling?: Scaling;
  } = {},
): Build {
  const { sizes: [stem, head] = [32, 1280], scaling: more, ...style } = own;
  const scaling: Scaling = { width, depth, ...more };
  return (options) =>
    new MBConvNet({
      stem: { width: scaleWidth(stem, scaling) },
      stages: scaleStages(stages, scaling),
      head: { width: scaleWidth(head, scaling) },
      activation: "silu",
      ...style,
      ...options,
    });
}

/** By how much widths and depths grow from B0 to B8, and L2 (Tan and Le 2019; Xie et al. 2020). */
export const FACTORS: Readonly<Record<string, readonly [width: number, depth: number]>> = {
  b0: [1.0, 1.0],
  b1: [1.0, 1.1],
  b2: [1.1, 1.2],
  b3: [1.2, 1.4],
  b4: [1.4, 1.8],
  b5: [1.6, 2.2],
  b6: [1.8, 2.6],
  b7: [2.0, 3.1],
  b8: [2.2, 3.6],
  l2: [4.3, 5.3],
};

const V1 =
  "Tan and Le, EfficientNet: Rethinking model scaling for convolutional neural networks, 2019";
const V2 = "Tan and Le, EfficientNetV2: Smaller models and faster training, 2021";

/** The same networks by timm's names and by those of TensorFlow's weights. */
function both(names: Readonly<Record<string, (own: Own) => Build>>): Record<string, Build> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([name, make]) => [
      [name, make({})],
      [`tf_${name}`, make(TENSORFLOW)],
    ]),
  );
}

function x(expansion: number, [width, depth]: readonly [width: number, depth: number]): Build {
  const stages = scaleStages(tables.efficientnetX(expansion), { width, depth });
  return scaled(withSpaceToDepth(stages), [1, 1], {
    stem: { width: scaleWidth(32, { width }) },
    head: { width: scaleWidth(1280, { width }) },
  });
}

const edge = (width: number, depth: number) => (own: Own): Build =>
  scaled(tables.EDGE_SMALL, [width, depth], { activation: "relu", ...own });

const v2Base = (width: number, depth: number): Build =>
  scaled(tables.V2_B0, [width, depth], { scaling: { leastShare: 0 }, ...TENSORFLOW });

/** The larger ones have heads of 1280 channels whatever their width. */
const v2 = (stages: Stages, stem: number) => (own: Own): Build =>
  scaled(stages, [1, 1], { sizes: [stem, 1280], ...own });

const early = (width: number, depth: Scaling["depth"]): Build =>
  scaled(tables.V2_S_EARLY, [width, depth], { sizes: [24, 1792] });

/** Stems do not grow (Han et al. 2020), and heads do not shrink. */
function tinynet(width: number, depth: number): Build {
  return scaled(tables.B0, [width, depth], {
    stem: { width: 32 },
    head: { width: Math.max(1280, scaleWidth(1280, { width })) },
    scaling: { rounding: "nearest" },
  });
}

const mixnet = (
  stages: Stages,
  [width, depth]: readonly [width: number, depth: number],
  stem: number,
) =>
(own: Own): Build =>
  scaled(stages, [width, depth], {
    sizes: [stem, 1536],
    head: { width: 1536 },
    scaling: { rounding: "nearest" },
    activation: "relu",
    ...own,
  });

function edgetpu(
  stages: Stages,
  stem: readonly [width: number, kernel: number],
  head = 1280,
): Build {
  const [width, kernel] = stem;
  return scaled(stages, [1, 1], {
    stem: { width, kernel },
    head: { width: head },
    activation: "relu",
  });
}

/** timm's EfficientNets, and their like. */
export const efficientnet: readonly ModelEntry[] = [
  ...timmEntries(V1, {
    ...both(
      Object.fromEntries(
        Object.entries(FACTORS).map(([size, factors]) => [
          `efficientnet_${size}`,
          (own: Own) => scaled(tables.B0, factors, own),
        ]),
      ),
    ),
    efficientnet_b0_g16_evos: scaled(tables.B0, [1, 1], {
      groupSize: 16,
      scaling: { divisor: 16 },
    }),
    efficientnet_blur_b0: scaled(tables.B0, [1, 1], { antialias: "blur" }),
    test_efficientnet: scaled(tables.FOR_TESTS, [1, 1], {
      sizes: [24, 256],
      scaling: { leastShare: 0 },
    }),
  }),
  ...timmEntries("Li et al., Searching for fast model families on datacenter accelerators, 2021", {
    efficientnet_x_b3: x(6, FACTORS.b3),
    efficientnet_x_b5: x(6, FACTORS.b5),
    efficientnet_h_b5: x(4, [1.92, 2.2]),
  }),
  ...timmEntries("Gupta and Tan, EfficientNet-EdgeTPU, 2019", {
    ...both({
      efficientnet_es: edge(1, 1),
      efficientnet_em: edge(1, 1.1),
      efficientnet_el: edge(1.2, 1.4),
    }),
    efficientnet_es_pruned: edge(1, 1)({}),
    efficientnet_el_pruned: edge(1.2, 1.4)({}),
  }),
  ...timmEntries(V2, {
    ...both({
      efficientnetv2_s: v2(tables.V2_S, 24),
      efficientnetv2_m: v2(tables.V2_M, 24),
      efficientnetv2_l: v2(tables.V2_L, 32),
      efficientnetv2_xl: v2(tables.V2_XL, 32),
    }),
    tf_efficientnetv2_b0: v2Base(1, 1),
    tf_efficientnetv2_b1: v2Base(1, 1.1),
    tf_efficientnetv2_b2: v2Base(1.1, 1.2),
    tf_efficientnetv2_b3: v2Base(1.2, 1.4),
    efficientnetv2_rw_t: scaled(tables.V2_S, [0.8, 0.9], { sizes: [24, 1280] }),
    gc_efficientnetv2_rw_t: scaled(tables.V2_S, [0.8, 0.9], {
      sizes: [24, 1280],
      squeeze: { of: "input", gate: "sigmoid", round: roundToEven, attends: true },
    }),
    efficientnetv2_rw_s: early(1, 1),
    efficientnetv2_rw_m: early(1.2, [1.2, 1.2, 1.2, 1.2, 1.6, 1.6]),
  }),
  ...timmEntries("Han et al., Model Rubik's cube: Twisting resolution, depth and width, 2020", {
    tinynet_a: tinynet(1.0, 1.2),
    tinynet_b: tinynet(0.75, 1.1),
    tinynet_c: tinynet(0.54, 0.85),
    tinynet_d: tinynet(0.54, 0.695),
    tinynet_e: tinynet(0.51, 0.6),
  }),
  ...timmEntries("Tan and Le, MixConv: Mixed depthwise convolutional kernels, 2019", {
    ...both({
      mixnet_s: mixnet(tables.MIXNET_SMALL, [1, 1], 16),
      mixnet_m: mixnet(tables.MIXNET_MEDIUM, [1, 1], 24),
      mixnet_l: mixnet(tables.MIXNET_MEDIUM, [1.3, 1], 24),
    }),
    mixnet_xl: mixnet(tables.MIXNET_MEDIUM, [1.6, 1.2], 24)({}),
    mixnet_xxl: mixnet(tables.MIXNET_MEDIUM, [2.4, 1.3], 24)({}),
  }),
  ...timmEntries("Xiong et al., MobileDets, 2020; Akin et al. 2022", {
    mobilenet_edgetpu_100: edgetpu(tables.EDGETPU, [32, 3]),
    mobilenet_edgetpu_v2_xs: edgetpu(
      tables.edgetpuV2([16, 32, 48, 96, 144, 160, 192], 64),
      [32, 3],
    ),
    mobilenet_edgetpu_v2_s: edgetpu(
      tables.edgetpuV2([24, 48, 64, 128, 160, 192, 256], 64),
      [64, 5],
    ),
    mobilenet_edgetpu_v2_m: edgetpu(
      tables.edgetpuV2([32, 64, 80, 160, 192, 240, 320], 64),
      [64, 5],
      1344,
    ),
    mobilenet_edgetpu_v2_l: edgetpu(
      tables.edgetpuV2([32, 64, 96, 192, 240, 256, 384], 128),
      [64, 7],
      1408,
    ),
  }),
];
