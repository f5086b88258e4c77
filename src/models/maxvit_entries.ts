/**
 * The CoAtNets and MaxViTs by timm's names, and MaxViT by torchvision's.
 *
 * @module
 */

import { toTorchvisionMaxVit } from "./dialects/maxvit.ts";
import type { ModelEntry } from "./entry.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "./imagenet.ts";
import { MaxVit } from "./maxvit.ts";
import type { MaxVitOptions } from "./maxvit_options.ts";
import type { MaxVitAttentionOptions, MaxVitConvOptions } from "./parts/maxvit_options.ts";
import { type Build, timmEntries } from "./timm_entries.ts";
import { FOUR_REDUCTIONS, UNTAGGED } from "./untagged.ts";

const papers = {
  coatnet:
    "Dai, Liu, Le, Tan: CoAtNet: Marrying Convolution and Attention for All Data Sizes, NeurIPS 2021",
  maxvit:
    "Tu, Talebi, Zhang, Yang, Milanfar, Bovik, Li: MaxViT: Multi-Axis Vision Transformer, ECCV 2022",
};

type Conv = Partial<MaxVitConvOptions>;
type Attention = Partial<MaxVitAttentionOptions>;
type Parts = { readonly conv: Conv; readonly attention: Attention };
type Size = Pick<MaxVitOptions, "dims" | "depths" | "stem" | "headHidden">;

const coat = ["C", "C", "T", "T"];
const max = ["M", "M", "M", "M"];

const net =
  (size: Size, blocks: readonly string[], parts: Partial<Parts> = {}): Build => (options) =>
    new MaxVit({ ...size, blocks, ...parts, ...options });

/** timm's first CoAtNets. */
const rwCoat = (conv: Conv, attention: Attention = {}): Parts => ({
  conv: {
    ...{ activation: "silu", activatesFirst: true, expandsOutput: false, outputBias: false },
    ...{ squeezeActivation: "relu", poolsBranch: true, ...conv },
  },
  attention: { expandsFirst: false, ...attention },
});

/** timm's MaxViTs, and its CoAtNets after them. */
const rwMax = (conv: Conv = {}, attention: Attention = {}): Parts => ({
  conv: {
    ...{ activation: "silu", expandsOutput: false, outputBias: false, squeezeRatio: 1 / 16 },
    ...conv,
  },
  attention: { expandsFirst: false, ...attention },
});

/** timm's MaxViTs and CoAtNets with ConvNeXt's blocks. */
const next = (layerScale: number | null, attention: Attention = {}): Parts => ({
  conv: { convnext: true, eps: 1e-6, layerScale: layerScale ?? 1e-5 },
  attention: { bias: "mlp", expandsFirst: false, layerScale, ...attention },
});

/** Google's MaxViTs. */
const tensorflow: Parts = {
  conv: { activation: "geluTanh", eps: 1e-3, same: true },
  attention: { activation: "geluTanh", eps: 1e-5, headFirst: false, bias: "tensorflow" },
};

const mlp = { bias: "mlp" } as const;
const late = { poolsBranch: false } as const;
const early = { squeezesEarly: true } as const;
const unbiased = { shortcutBias: false } as const;
const biased = { outputBias: true, squeezeRatio: 0.25 } as const;
const scaled = { layerScale: 1e-6 } as const;
const silu = { ...late, squeezeActivation: "silu" } as const;

const dims64 = [64, 128, 256, 512];
const dims96 = [96, 192, 384, 768];
const dims128 = [128, 256, 512, 1024];
const dims192 = [192, 384, 768, 1536];

const nano: Size = { dims: dims64, depths: [3, 4, 6, 3], stem: [32, 64] };
const zero: Size = { dims: dims96, depths: [2, 3, 7, 2], stem: [32, 64] };
const one: Size = { dims: dims96, depths: [2, 6, 14, 2], stem: [32, 64] };
const two: Size = { dims: dims128, depths: [2, 6, 14, 2], stem: [64, 128] };
const three: Size = { dims: dims192, depths: [2, 6, 14, 2], stem: [96, 192] };

const pico: Size = { dims: [32, 64, 128, 256], depths: [2, 2, 5, 2], stem: [24, 32] };
const flat: Size = { dims: dims64, depths: [1, 2, 3, 1], stem: [32, 64] };
const tiny: Size = { dims: dims64, depths: [2, 2, 5, 2], stem: [32, 64] };
const small: Size = { dims: dims96, depths: [2, 2, 5, 2], stem: [32, 64] };
const base: Size = { ...one, headHidden: 768 };
const baseNext: Size = { dims: dims128, depths: [2, 6, 12, 2], stem: [64, 128] };

const gridOnly = { gridOnly: true } as const;

/** The sizes of CoAtNet's paper, table 3, as timm reads it. */
const paper = (dims: readonly number[], depths: readonly number[], stem: number): Build =>
  net({ dims, depths, stem: [stem, stem], headHidden: dims.at(-1)! }, coat);

/** The sizes of MaxViT's paper, table 1. */
const google = (dims: readonly number[], depths: readonly number[], stem: number): Build => {
  const size = { dims, depths, stem: [stem, stem] as const, headHidden: dims.at(-1)! };
  return (options) =>
    new MaxVit({ ...size, blocks: max, stemBias: [true, true], ...tensorflow, ...options });
};

const byGoogle = {
  tiny: google(dims64, [2, 2, 5, 2], 64),
  small: google(dims96, [2, 2, 5, 2], 64),
  base: google(dims96, [2, 6, 14, 2], 64),
  large: google(dims128, [2, 6, 14, 2], 128),
  xlarge: google(dims192, [2, 6, 14, 2], 192),
};

const rmlpBase = net(base, max, rwMax({}, mlp));
const coatTwo = net(two, coat, rwCoat(silu, { ...scaled, ...mlp }));
const nextBase = net(baseNext, max, next(1e-6, gridOnly));

/** torchvision's MaxViT, which divides scores by the root of the whole width. */
const torchvision: ModelEntry = {
  ...UNTAGGED,
  license: "bsd-3-clause",
  stageDims: dims64,
  stageReductions: FOUR_REDUCTIONS,
  name: "maxvit_t",
  source: "torchvision",
  paper: papers.maxvit,
  inputSize: 224,
  cropFraction: 1,
  mean: IMAGENET_MEAN,
  std: IMAGENET_STD,
  interpolation: "bicubic",
  featureDim: 512,
  numClasses: 1000,
  build: ({ dropPath = 0.2, ...options }) =>
    new MaxVit({
      ...{ dims: dims64, depths: [2, 2, 5, 2], stem: [64, 64], stemBias: [false, true] },
      ...{ blocks: max, headHidden: 512, headBias: false },
      conv: { eps: 1e-3, pool: "mean3", alwaysExpands: true },
      attention: { eps: 1e-5, headFirst: false, scalesByWidth: true },
      ...{ ...options, dropPath },
    }),
  published: toTorchvisionMaxVit,
};

/** The registry's CoAtNets and MaxViTs. */
export const maxvit: readonly ModelEntry[] = [
  torchvision,
  ...timmEntries(papers.coatnet, {
    coatnet_pico_rw_224: net({ ...nano, depths: [2, 3, 5, 2] }, coat, rwMax(biased)),
    coatnet_nano_rw_224: net(nano, coat, rwMax({ ...biased, poolsBranch: true })),
    coatnet_0_rw_224: net(zero, coat, rwCoat(early, unbiased)),
    coatnet_1_rw_224: net(one, coat, rwCoat({ ...late, ...early }, unbiased)),
    coatnet_2_rw_224: net(two, coat, rwCoat(silu)),
    coatnet_3_rw_224: net(three, coat, rwCoat(silu, scaled)),
    coatnet_bn_0_rw_224: net(
      zero,
      coat,
      rwCoat({ ...late, ...early }, { ...unbiased, batchNorm: true }),
    ),
    coatnet_rmlp_nano_rw_224: net(nano, coat, rwMax(biased, { ...mlp, biasHidden: 384 })),
    coatnet_rmlp_0_rw_224: net(zero, coat, rwCoat(late, mlp)),
    coatnet_rmlp_1_rw_224: net(
      one,
      coat,
      rwCoat({ ...early, pool: "max3" }, { ...unbiased, ...mlp, biasHidden: 384, pool: "max3" }),
    ),
    coatnet_rmlp_1_rw2_224: net(one, coat, rwCoat(late, mlp)),
    coatnet_rmlp_2_rw_224: coatTwo,
    coatnet_rmlp_2_rw_384: coatTwo,
    coatnet_rmlp_3_rw_224: net(three, coat, rwCoat(silu, { ...scaled, ...mlp })),
    coatnet_nano_cc_224: net(nano, ["C", "C", "CT", "CT"], rwCoat({})),
    coatnext_nano_rw_224: net(nano, coat, next(null, { bias: "table" })),
    coatnet_0_224: paper(dims96, [2, 3, 5, 2], 64),
    coatnet_1_224: paper(dims96, [2, 6, 14, 2], 64),
    coatnet_2_224: paper(dims128, [2, 6, 14, 2], 128),
    coatnet_3_224: paper(dims192, [2, 6, 14, 2], 192),
    coatnet_4_224: paper(dims192, [2, 12, 28, 2], 192),
    coatnet_5_224: paper([256, 512, 1280, 2048], [2, 12, 28, 2], 192),
  }),
  ...timmEntries(papers.maxvit, {
    maxvit_pico_rw_256: net(pico, max, rwMax()),
    maxvit_nano_rw_256: net(flat, max, rwMax()),
    maxvit_tiny_rw_224: net(tiny, max, rwMax()),
    maxvit_tiny_rw_256: net(tiny, max, rwMax()),
    maxvit_tiny_pm_256: net(tiny, ["P", "P", "P", "P"], rwMax()),
    maxvit_rmlp_pico_rw_256: net(pico, max, rwMax({}, mlp)),
    maxvit_rmlp_nano_rw_256: net(flat, max, rwMax({}, mlp)),
    maxvit_rmlp_tiny_rw_256: net(tiny, max, rwMax({}, mlp)),
    maxvit_rmlp_small_rw_224: net(small, max, rwMax({}, { ...mlp, ...scaled })),
    maxvit_rmlp_small_rw_256: net(small, max, rwMax({}, { ...mlp, ...scaled })),
    maxvit_rmlp_base_rw_224: rmlpBase,
    maxvit_rmlp_base_rw_384: rmlpBase,
    maxxvit_rmlp_nano_rw_256: net(flat, max, next(1e-6)),
    maxxvit_rmlp_tiny_rw_256: net(tiny, max, next(1e-6)),
    maxxvit_rmlp_small_rw_256: net({ ...small, stem: [48, 96] }, max, next(1e-6)),
    maxxvitv2_nano_rw_256: net(
      { dims: dims96, depths: [1, 2, 3, 1], stem: [48, 96] },
      max,
      next(1e-6, { ...gridOnly, bias: "table" }),
    ),
    maxxvitv2_rmlp_base_rw_224: nextBase,
    maxxvitv2_rmlp_base_rw_384: nextBase,
    maxxvitv2_rmlp_large_rw_224: net(
      { dims: [160, 320, 640, 1280], depths: [2, 6, 16, 2], stem: [80, 160], headHidden: 1280 },
      max,
      next(1e-6, gridOnly),
    ),
    ...Object.fromEntries(
      Object.entries(byGoogle).flatMap(([size, build]) =>
        [224, 384, 512].map((side): [string, Build] => [`maxvit_${size}_tf_${side}`, build])
      ),
    ),
  }),
];
