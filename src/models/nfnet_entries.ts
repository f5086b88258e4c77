/**
 * The networks without norms, by timm's names.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { NfNet } from "./nfnet.ts";
import type { NfNetOptions } from "./nfnet_options.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

const papers = {
  resnet:
    "Brock, De, Smith: Characterizing Signal Propagation to Close the Performance Gap in Unnormalized ResNets, ICLR 2021",
  nfnet:
    "Brock, De, Smith, Simonyan: High-Performance Large-Scale Image Recognition Without Normalization, ICML 2021",
};

type Style = Omit<NfNetOptions, "numClasses">;

const build = (style: Style): Build => (options) => new NfNet({ ...options, ...style });

const nfnetStyle = {
  dims: [256, 512, 1536, 1536],
  stem: "quad",
  stemDim: 128,
  lastDim: 3072,
  ratio: 0.5,
  groupSize: 128,
  activation: "gelu",
  attention: 0.5,
  extraConv: true,
} as const satisfies Omit<Style, "depths">;

/** F0 to F7: the number of blocks grows with the number in the name. */
const depthsOf = (size: number): number[] => [1, 2, 6, 3].map((depth) => depth * (size + 1));

const nfnetF = (size: number): Build => build({ ...nfnetStyle, depths: depthsOf(size) });
const deepMindF = (size: number): Build =>
  build({ ...nfnetStyle, depths: depthsOf(size), deepMind: true });

const light = (size: number, style: Partial<Style>): Build =>
  build({
    ...nfnetStyle,
    depths: depthsOf(size),
    ratio: 0.25,
    groupSize: 64,
    activation: "silu",
    ...style,
  });

const regnet = (depths: readonly number[], dims: readonly number[]): Build =>
  build({
    depths,
    dims,
    stem: "plain",
    widthFactor: 0.75,
    lastDim: Math.floor(1280 * dims[3] / 440),
    ratio: 2.25,
    groupSize: 8,
    activation: "silu",
    attention: 0.5,
    regnet: true,
  });

const resnet = (depths: readonly number[], attention?: "eca" | number): Build =>
  build({
    depths,
    dims: [256, 512, 1024, 2048],
    stem: "pooled",
    stemDim: 64,
    ratio: 0.25,
    activation: "relu",
    attention,
  });

/** The registry's networks without norms. */
export const nfnet: readonly ModelEntry[] = [
  ...timmEntries(papers.nfnet, {
    dm_nfnet_f0: deepMindF(0),
    dm_nfnet_f1: deepMindF(1),
    dm_nfnet_f2: deepMindF(2),
    dm_nfnet_f3: deepMindF(3),
    dm_nfnet_f4: deepMindF(4),
    dm_nfnet_f5: deepMindF(5),
    dm_nfnet_f6: deepMindF(6),
    nfnet_f0: nfnetF(0),
    nfnet_f1: nfnetF(1),
    nfnet_f2: nfnetF(2),
    nfnet_f3: nfnetF(3),
    nfnet_f4: nfnetF(4),
    nfnet_f5: nfnetF(5),
    nfnet_f6: nfnetF(6),
    nfnet_f7: nfnetF(7),
    nfnet_l0: light(0, { lastDim: 2304, attention: 0.25 }),
    eca_nfnet_l0: light(0, { lastDim: 2304, attention: "eca" }),
    eca_nfnet_l1: light(1, { attention: "eca" }),
    eca_nfnet_l2: light(2, { attention: "eca" }),
    eca_nfnet_l3: light(3, { attention: "eca" }),
  }),
  ...timmEntries(papers.resnet, {
    nf_regnet_b0: regnet([1, 3, 6, 6], [48, 104, 208, 440]),
    nf_regnet_b1: regnet([2, 4, 7, 7], [48, 104, 208, 440]),
    nf_regnet_b2: regnet([2, 4, 8, 8], [56, 112, 232, 488]),
    nf_regnet_b3: regnet([2, 5, 9, 9], [56, 128, 248, 528]),
    nf_regnet_b4: regnet([2, 6, 11, 11], [64, 144, 288, 616]),
    nf_regnet_b5: regnet([3, 7, 14, 14], [80, 168, 336, 704]),
    nf_resnet26: resnet([2, 2, 2, 2]),
    nf_resnet50: resnet([3, 4, 6, 3]),
    nf_resnet101: resnet([3, 4, 23, 3]),
    nf_seresnet26: resnet([2, 2, 2, 2], 1 / 16),
    nf_seresnet50: resnet([3, 4, 6, 3], 1 / 16),
    nf_seresnet101: resnet([3, 4, 23, 3], 1 / 16),
    nf_ecaresnet26: resnet([2, 2, 2, 2], "eca"),
    nf_ecaresnet50: resnet([3, 4, 6, 3], "eca"),
    nf_ecaresnet101: resnet([3, 4, 23, 3], "eca"),
  }),
];
