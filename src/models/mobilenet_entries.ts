/**
 * timm's MobileNets before the fourth, and its networks that search found among their like, by name.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { MBConvNet, type MBConvNetOptions } from "./mb_conv_net.ts";
import * as tables from "./mobilenet_tables.ts";
import { scaleStages, scaleWidth, type Scaling } from "./parts/mobile/scale.ts";
import { SQUEEZE_V3 } from "./parts/mobile/squeeze_v3.ts";
import { TENSORFLOW } from "./parts/mobile/tensorflow.ts";
import type { Stages } from "./parts/mobile/rows.ts";
import { roundToEven } from "./parts/divisible.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

type Own = Omit<MBConvNetOptions, "numClasses">;

const net = (own: Own): Build => (options) => new MBConvNet({ ...own, ...options });

function v1(width: number, hasHead = false): Build {
  const head = hasHead ? Math.max(1024, scaleWidth(1024, { width })) : 0;
  return net({
    stem: { width: scaleWidth(32, { width }) },
    stages: scaleStages(tables.MOBILENET_V1, { width }),
    head: { width: head },
    activation: "relu6",
  });
}

/** Deeper networks keep stem, head, and the depths of the first and last stage. */
function v2(width: number, depth?: number): Build {
  const isDeeper = depth !== undefined;
  return net({
    stem: { width: isDeeper ? 32 : scaleWidth(32, { width }) },
    stages: scaleStages(tables.MOBILENET_V2, { width, depth, keepsEnds: isDeeper }),
    head: { width: isDeeper ? 1280 : Math.max(1280, scaleWidth(1280, { width })) },
    activation: "relu6",
  });
}

function v3(
  stages: Stages,
  { width = 1, ...scaling }: Scaling,
  own: Partial<Own> & { readonly features: number },
): Build {
  const { features, ...style } = own;
  return net({
    stem: { width: width < 0.75 ? 16 : scaleWidth(16, { width }) },
    stages: scaleStages(stages, { width, ...scaling }),
    head: { width: features, pooledFirst: true },
    activation: "hardswish",
    squeeze: SQUEEZE_V3,
    ...style,
  });
}

const large = (scaling: Scaling = {}, own: Partial<Own> = {}, rich = true): Build =>
  v3(tables.mobilenetV3Large(rich), scaling, { features: 1280, ...own });
const small = (scaling: Scaling = {}, own: Partial<Own> = {}, rich = true): Build =>
  v3(tables.mobilenetV3Small(rich), scaling, { features: 1024, ...own });
const minimal = { ...TENSORFLOW, activation: "relu" } as const;

function lcnet(width: number): Build {
  return net({
    stem: { width: scaleWidth(16, { width }) },
    stages: scaleStages(tables.LCNET, { width }),
    head: { width: 1280, pooledFirst: true },
    activation: "hardswish",
    squeeze: { ...SQUEEZE_V3, round: roundToEven },
  });
}

function mnasnet(stages: Stages, width: number, stem = 32): Build {
  return net({
    stem: { width: scaleWidth(stem, { width }) },
    stages: scaleStages(stages, { width }),
    head: { width: 1280 },
  });
}

function fbnetV3(size: "b" | "d" | "g", stem: number): Build {
  const scaling: Scaling = { leastShare: 0.95 };
  return net({
    stem: { width: scaleWidth(stem, scaling) },
    stages: scaleStages(tables.FBNET_V3[size], scaling),
    head: { width: 1984, pooledFirst: true, bias: false },
    activation: "hardswish",
    squeeze: { of: "input", gate: "hardsigmoid", round: (width) => scaleWidth(width, scaling) },
  });
}

/** timm's MobileNets before the fourth, and their like. */
export const mobilenet: readonly ModelEntry[] = [
  ...timmEntries("Howard et al., MobileNets, 2017", {
    mobilenetv1_100: v1(1),
    mobilenetv1_100h: v1(1, true),
    mobilenetv1_125: v1(1.25),
  }),
  ...timmEntries("Sandler et al., MobileNetV2: Inverted residuals and linear bottlenecks, 2018", {
    mobilenetv2_035: v2(0.35),
    mobilenetv2_050: v2(0.5),
    mobilenetv2_075: v2(0.75),
    mobilenetv2_100: v2(1),
    mobilenetv2_110d: v2(1.1, 1.2),
    mobilenetv2_120d: v2(1.2, 1.4),
    mobilenetv2_140: v2(1.4),
  }),
  ...timmEntries("Howard et al., Searching for MobileNetV3, 2019", {
    mobilenetv3_large_075: large({ width: 0.75 }),
    mobilenetv3_large_100: large(),
    mobilenetv3_large_150d: large({ width: 1.5, depth: 1.2 }),
    mobilenetv3_small_050: small({ width: 0.5 }),
    mobilenetv3_small_075: small({ width: 0.75 }),
    mobilenetv3_small_100: small(),
    mobilenetv3_rw: v3(tables.MOBILENET_V3_EARLY, {}, {
      features: 1280,
      norm: TENSORFLOW.norm,
      head: { width: 1280, pooledFirst: true, bias: false },
      squeeze: { of: "middle", gate: "hardsigmoid", round: roundToEven },
    }),
    tf_mobilenetv3_large_075: large({ width: 0.75 }, TENSORFLOW),
    tf_mobilenetv3_large_100: large({}, TENSORFLOW),
    tf_mobilenetv3_large_minimal_100: large({}, minimal, false),
    tf_mobilenetv3_small_075: small({ width: 0.75 }, TENSORFLOW),
    tf_mobilenetv3_small_100: small({}, TENSORFLOW),
    tf_mobilenetv3_small_minimal_100: small({}, minimal, false),
  }),
  ...timmEntries("Cui et al., PP-LCNet: A lightweight CPU convolutional neural network, 2021", {
    lcnet_035: lcnet(0.35),
    lcnet_050: lcnet(0.5),
    lcnet_075: lcnet(0.75),
    lcnet_100: lcnet(1),
    lcnet_150: lcnet(1.5),
  }),
  ...timmEntries(
    "Tan et al., MnasNet: Platform-aware neural architecture search for mobile, 2019",
    {
      mnasnet_050: mnasnet(tables.MNASNET_B1, 0.5),
      mnasnet_075: mnasnet(tables.MNASNET_B1, 0.75),
      mnasnet_100: mnasnet(tables.MNASNET_B1, 1),
      mnasnet_140: mnasnet(tables.MNASNET_B1, 1.4),
      mnasnet_small: mnasnet(tables.MNASNET_SMALL, 1, 8),
      semnasnet_050: mnasnet(tables.MNASNET_A1, 0.5),
      semnasnet_075: mnasnet(tables.MNASNET_A1, 0.75),
      semnasnet_100: mnasnet(tables.MNASNET_A1, 1),
      semnasnet_140: mnasnet(tables.MNASNET_A1, 1.4),
    },
  ),
  ...timmEntries("Wu et al., FBNet, 2019", {
    fbnetc_100: net({
      stem: { width: 16 },
      stages: tables.FBNET_C,
      head: { width: 1984 },
      // The published weights were trained with it.
      norm: TENSORFLOW.norm,
    }),
  }),
  ...timmEntries(
    "Dai et al., FBNetV3: Joint architecture-recipe search using predictor pretraining, 2021",
    {
      fbnetv3_b: fbnetV3("b", 16),
      fbnetv3_d: fbnetV3("d", 24),
      fbnetv3_g: fbnetV3("g", 32),
    },
  ),
  ...timmEntries("Stamoulis et al., Single-Path NAS, 2019", {
    spnasnet_100: mnasnet(tables.SPNASNET, 1),
  }),
];
