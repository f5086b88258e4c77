/**
 * Networks put together of blocks, by name.
 *
 * @module
 */

import { ByobNet } from "./byob.ts";
import type { ByobOptions, ByobStage } from "./byob_options.ts";
import type { ModelEntry } from "./entry.ts";
import { EfficientChannelAttention } from "./parts/efficient_channel_attention.ts";
import { GlobalContext } from "./parts/global_context.ts";
import type { ForChannels } from "./parts/residual_block.ts";
import { squeezedWidth, SqueezeExcite } from "./parts/squeeze_excite.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

type Structure = Omit<ByobOptions, "numClasses">;

const build = (...structures: (Structure | Partial<Structure>)[]): Build => {
  const structure = Object.assign({}, ...structures) as Structure;
  return (options) => new ByobNet({ ...structure, ...options });
};

/** Stages of bottlenecks whose blocks have all the same ratio and groups; the first keeps the size if the stem halved twice. */
function bottles(
  depths: readonly number[],
  widths: readonly number[],
  others: Partial<ByobStage> = { ratio: 1 / 4 },
  first: 1 | 2 = 1,
): ByobStage[] {
  return depths.map((depth, i) => ({
    depth,
    width: widths[i],
    stride: i === 0 ? first : 2,
    ...others,
  }));
}

const silu = { activation: "silu" } as const;
const squeeze = (ratio: number): ForChannels => (channels) =>
  new SqueezeExcite(channels, squeezedWidth(channels, ratio), {
    activation: "relu",
    gate: "sigmoid",
  });
const se = { attention: squeeze(1 / 16) };
const eca = { attention: (channels: number) => new EfficientChannelAttention(channels) };
const gc = { attention: (channels: number) => new GlobalContext(channels) };

/** timm's stems of three convolutions. */
const tiered = { stem: [24, 32, 64] };
const quarter = { ratio: 1 / 4, groupWidth: 32 };
const widths = [256, 512, 1024, 2048];

const x26: Structure = {
  ...tiered,
  ...silu,
  stemPool: "max",
  stages: bottles([2, 2, 2, 2], widths, quarter),
};
const r32: Structure = {
  ...tiered,
  ...silu,
  stages: bottles([2, 3, 3, 2], [256, 512, 1536, 1536]),
};
const r33: Structure = { ...r32, headWidth: 1280 };

/** The last stage of the networks with stems of four convolutions is of depthwise ones. */
const quad = (first: ByobStage): Structure => ({
  ...silu,
  stem: [16, 32, 64, 128],
  stages: [
    first,
    { depth: 4, width: 512, ...quarter },
    { depth: 6, width: 1536, ...quarter },
    { depth: 4, width: 1536, groupWidth: 1 },
  ],
  headWidth: 2048,
});

/** RegNet-Z has no shortcut where shapes differ, and nothing after its sums. */
function z(
  depths: readonly number[],
  widths: readonly number[],
  [groupWidth, ratio]: readonly [number, number],
  others: Partial<Structure>,
): Build {
  const first = others.stem === undefined ? 2 : 1;
  return build({
    stem: [32],
    stages: bottles(depths, widths, { ratio, groupWidth }, first),
    shortcut: "none",
    byInput: true,
    linear: true,
    ...silu,
    attention: squeeze(1 / 4),
  }, others);
}

/** GENet's last two stages are of depthwise convolutions, the very last of the same size. */
function gernet(
  stem: number,
  depths: readonly number[],
  widths: readonly number[],
  headWidth: number,
): Build {
  const kinds: Partial<ByobStage>[] = [
    { kind: "basic" },
    { kind: "basic" },
    { ratio: 1 / 4 },
    { ratio: 3, groupWidth: 1 },
    { ratio: 3, groupWidth: 1, stride: 1 },
  ];
  const stages = kinds.map((kind, i) => ({ depth: depths[i], width: widths[i], ...kind }));
  return build({ stem: [stem], stages, headWidth });
}

/** CLIP's image towers, and the same with a mean instead of attention. */
const clip = (depths: readonly number[], factor: number, attends: boolean): Build =>
  build({
    stem: [32, 32, 64].map((width) => width * factor),
    stemPool: "average",
    stages: bottles(depths, widths.map((width) => width * factor)),
    shortcut: "average",
    averages: true,
    attends,
  });
const clips = {
  resnet50: [[3, 4, 6, 3], 1],
  resnet101: [[3, 4, 23, 3], 1],
  resnet50x4: [[4, 6, 10, 6], 1.25],
  resnet50x16: [[6, 8, 18, 8], 1.5],
  resnet50x64: [[3, 15, 36, 10], 2],
} as const;

/** The registry's networks put together of blocks. */
export const byob: readonly ModelEntry[] = [
  ...timmEntries("Wightman, PyTorch image models, 2021 (residual networks with other stems)", {
    resnext26ts: build(x26),
    seresnext26ts: build(x26, se),
    eca_resnext26ts: build(x26, eca),
    gcresnext26ts: build(x26, gc),
    resnet32ts: build(r32),
    resnet33ts: build(r33),
    seresnet33ts: build(r33, se),
    eca_resnet33ts: build(r33, eca),
    gcresnet33ts: build(r33, gc),
    gcresnet50t: build({ ...tiered, ...gc, stages: bottles([3, 4, 6, 3], widths) }),
    gcresnext50ts: build(x26, gc, { stages: bottles([3, 4, 6, 3], widths, quarter) }),
    resnet51q: build(quad({ depth: 2, width: 256, stride: 1, ...quarter }), { stemPlain: 2 }),
    resnet61q: build(quad({ kind: "edge", depth: 1, width: 256, stride: 1 }), { extra: true }),
    regnetz_b16: z([2, 6, 12, 2], [48, 96, 192, 288], [16, 3], { headWidth: 1536 }),
    regnetz_c16: z([2, 6, 12, 2], [48, 96, 192, 288], [16, 4], { headWidth: 1536 }),
    regnetz_d8: z([3, 6, 12, 3], [64, 128, 256, 384], [8, 4], { ...tiered, headWidth: 1792 }),
    regnetz_d32: z([3, 6, 12, 3], [64, 128, 256, 384], [32, 4], { ...tiered, headWidth: 1792 }),
    regnetz_e8: z([3, 8, 16, 3], [96, 192, 384, 512], [8, 4], { ...tiered, headWidth: 2048 }),
    test_byobnet: build({
      stem: [24],
      shortcut: "average",
      attention: squeeze(1 / 4),
      stages: [
        { kind: "edge", depth: 1, width: 32, ratio: 1 / 2 },
        { kind: "dark", depth: 1, width: 64, ratio: 1 / 2 },
        { kind: "basic", depth: 1, width: 128, ratio: 1 / 4, groupWidth: 32 },
        { depth: 1, width: 256, ratio: 1 / 4, groupWidth: 64 },
      ],
    }),
  }),
  ...timmEntries("Lin et al., Neural architecture design for GPU-efficient networks, 2020", {
    gernet_s: gernet(13, [1, 3, 7, 2, 1], [48, 48, 384, 560, 256], 1920),
    gernet_m: gernet(32, [1, 2, 6, 4, 1], [128, 192, 640, 640, 640], 2560),
    gernet_l: gernet(32, [1, 2, 6, 5, 4], [128, 192, 640, 640, 640], 2560),
  }),
  ...timmEntries(
    "Radford et al., Learning transferable visual models from natural language supervision, 2021",
    Object.fromEntries(
      Object.entries(clips).flatMap(([name, [depths, factor]]) => [
        [`${name}_clip`, clip(depths, factor, true)],
        [`${name}_clip_gap`, clip(depths, factor, false)],
      ]),
    ),
  ),
];
