import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as models from "../../src/models/mod.ts";
import { mbConv } from "../../src/models/parts/mobile/rows.ts";
import { BasicBlock, Bottleneck } from "../../src/models/parts/residual_block.ts";
import type * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

type Options = Record<string, unknown>;

interface Kind {
  /** Options that work. */
  good: Options;
  make: (options: never) => nn.Module;
  /** Options that are whole numbers of at least 1. */
  counts: string[];
  /** Options that are lists of them. */
  lists?: string[];
  /** Options that are numbers above 0. */
  factors?: string[];
  /** Options whose single values are fine, and which are too large together. */
  huge: Options[];
}

const small = { numClasses: 3 };
const build = { ...small, inChannels: 1 };

const kinds: Record<string, Kind> = {
  SmallCnn: {
    good: { ...small, widths: [4, 4] },
    make: (options) => new models.SmallCnn(options),
    counts: ["numClasses", "channels"],
    lists: ["widths"],
    huge: [{ widths: [60000, 60000] }, { numClasses: 2 ** 24, widths: [60000] }],
  },
  SmallResNet: {
    good: { ...small, widths: [4, 4] },
    make: (options) => new models.SmallResNet(options),
    counts: ["numClasses", "channels", "blocks", "stride"],
    lists: ["widths"],
    huge: [{ blocks: 1000, widths: [1, 2, 3] }, { blocks: 900, widths: [1000] }],
  },
  Mlp: {
    good: { ...small, inputs: 4, widths: [4] },
    make: (options) => new models.Mlp(options),
    counts: ["numClasses", "inputs"],
    lists: ["widths"],
    huge: [{ inputs: 2 ** 20, widths: [4096] }],
  },
  SmallMixer: {
    good: { ...small, dim: 4, depth: 1 },
    make: (options) => new models.SmallMixer(options),
    counts: ["numClasses", "channels", "imageSize", "patchSize", "dim", "depth"],
    huge: [{ imageSize: 1024, patchSize: 4 }, { imageSize: 65536, patchSize: 1 }],
  },
  SmallVit: {
    good: { ...small, dim: 4, depth: 1, heads: 2 },
    make: (options) => new models.SmallVit(options),
    counts: [
      "numClasses",
      "channels",
      "imageSize",
      "patchSize",
      "dim",
      "depth",
      "heads",
    ],
    factors: ["mlpRatio"],
    huge: [{ dim: 65536, depth: 1000 }, { imageSize: 65536, patchSize: 2 }],
  },
  VisionTransformer: {
    good: { ...build, imageSize: 8, patchSize: 4, dim: 8, depth: 1, heads: 2 },
    make: (options) => new models.VisionTransformer(options),
    counts: ["inChannels", "imageSize", "patchSize", "dim", "depth", "heads"],
    factors: ["mlpRatio"],
    huge: [{ dim: 16384, depth: 10 }, { imageSize: 65536, patchSize: 1 }],
  },
  RotaryVit: {
    good: { ...build, imageSize: 8, patchSize: 4, dim: 8, depth: 1, heads: 2 },
    make: (options) => new models.RotaryVit(options),
    counts: ["inChannels", "imageSize", "patchSize", "dim", "depth", "heads", "poolHeads"],
    factors: ["mlpRatio"],
    huge: [{ dim: 16384, depth: 40 }, { imageSize: 65536, patchSize: 1 }],
  },
  DistilledVit: {
    good: { ...build, imageSize: 8, patchSize: 4, dim: 8, depth: 1, heads: 2 },
    make: (options) => new models.DistilledVit(options),
    counts: ["inChannels", "imageSize", "patchSize", "dim", "depth", "heads"],
    factors: ["mlpRatio"],
    huge: [{ dim: 16384, depth: 10 }, { imageSize: 65536, patchSize: 1 }],
  },
  NaFlexVit: {
    good: { ...build, patchSize: 4, dim: 8, depth: 1, heads: 2, gridSize: 2 },
    make: (options) => new models.NaFlexVit(options),
    counts: ["inChannels", "patchSize", "dim", "depth", "heads", "gridSize"],
    factors: ["mlpRatio"],
    huge: [{ dim: 16384, depth: 10 }, { gridSize: 16384 }],
  },
  Beit: {
    good: { ...build, imageSize: 8, patchSize: 4, dim: 8, depth: 1, heads: 2 },
    make: (options) => new models.Beit(options),
    counts: ["inChannels", "imageSize", "patchSize", "dim", "depth", "heads"],
    factors: ["mlpRatio"],
    huge: [{ dim: 16384, depth: 10 }, { imageSize: 1024, patchSize: 1 }],
  },
  Radio: {
    good: { ...build, teachers: ["a"], patchSize: 4, dim: 8, depth: 1, heads: 2, gridSize: 2 },
    make: (options) => new models.Radio(options),
    counts: ["inChannels", "patchSize", "dim", "depth", "heads", "gridSize"],
    factors: ["mlpRatio"],
    huge: [{ dim: 16384, depth: 10 }, { gridSize: 16384 }],
  },
  ClipImageTower: {
    good: { ...build, imageSize: 8, patchSize: 4, dim: 8, depth: 1, heads: 2, embedDim: 4 },
    make: (options) => new models.ClipImageTower(options),
    counts: ["inChannels", "imageSize", "patchSize", "dim", "depth", "heads", "embedDim"],
    factors: ["mlpRatio"],
    huge: [{ dim: 16384, depth: 10 }, { embedDim: 65536, dim: 65536 }],
  },
  ConvNeXt: {
    good: { ...build, depths: [1, 1], dims: [4, 8], headHidden: 4 },
    make: (options) => new models.ConvNeXt(options),
    counts: ["inChannels", "patchSize", "headHidden"],
    lists: ["depths", "dims"],
    huge: [{ depths: [1000, 1000, 1], dims: [1, 1, 1] }, { dims: [4, 60000] }],
  },
  DenseNet: {
    good: { ...build, growth: 4, depths: [1, 1] },
    make: (options) => new models.DenseNet(options),
    counts: ["inChannels", "growth"],
    lists: ["depths"],
    huge: [{ depths: [1000, 1000, 1] }, { growth: 60000 }],
  },
  NfNet: {
    good: {
      ...build,
      depths: [1, 1],
      dims: [8, 8],
      stem: "quad",
      stemDim: 8,
      lastDim: 8,
      ratio: 0.5,
      groupSize: 8,
      activation: "gelu",
    },
    make: (options) => new models.NfNet(options),
    counts: ["inChannels", "stemDim", "lastDim", "groupSize"],
    lists: ["depths", "dims"],
    factors: ["ratio", "widthFactor", "attention"],
    huge: [{ depths: [1000, 1000, 1], dims: [1, 1, 1] }, { dims: [60000, 60000] }],
  },
  EdgeNeXt: {
    good: { ...build, depths: [1, 1, 1, 1], dims: [4, 4, 8, 8], heads: 2 },
    make: (options) => new models.EdgeNeXt(options),
    counts: ["inChannels", "heads"],
    lists: ["depths", "dims"],
    huge: [{ depths: [1000, 1000, 1, 1] }, { dims: [8, 8, 8, 60000] }],
  },
  RepVit: {
    good: { ...build, depths: [1, 1], dims: [4, 8] },
    make: (options) => new models.RepVit(options),
    counts: ["inChannels"],
    lists: ["depths", "dims"],
    huge: [{ depths: [1000, 1000, 1], dims: [2, 2, 2] }, { dims: [4, 60000] }],
  },
  Swin: {
    good: { ...build, dim: 4, depths: [1, 1], heads: [1, 2], window: 2, imageSize: 16 },
    make: (options) => new models.Swin(options),
    counts: ["inChannels", "imageSize", "dim", "window", "patchSize"],
    lists: ["depths", "heads"],
    factors: ["mlpRatio"],
    huge: [{ dim: 16384 }, { depths: Array(30).fill(1), heads: Array(30).fill(1) }],
  },
  Hiera: {
    good: { ...build, imageSize: 32, dim: 4, heads: 1, depths: [1, 1], globalPositions: 2 },
    make: (options) => new models.Hiera(options),
    counts: ["inChannels", "imageSize", "dim", "heads", "globalPositions"],
    lists: ["depths"],
    factors: ["mlpRatio"],
    huge: [{ dim: 16384, depths: [20, 20] }, { imageSize: 65536 }],
  },
  MaxVit: {
    good: {
      ...{ ...build, imageSize: 32, dims: [32, 32], depths: [1, 1], blocks: ["C", "C"] },
      ...{ stem: [4, 4], headHidden: 4 },
    },
    make: (options) => new models.MaxVit(options),
    counts: ["inChannels", "imageSize", "headHidden"],
    lists: ["dims", "depths"],
    huge: [{ dims: [32, 16000] }, { depths: [1000, 1001] }],
  },
  MetaFormer: {
    good: { ...build, dims: [4, 8], depths: [1, 1], mixers: ["pool", "conv"] },
    make: (options) => new models.MetaFormer(options),
    counts: ["inChannels"],
    lists: ["dims", "depths"],
    huge: [{ dims: [4, 16000] }, { depths: [1000, 1001] }],
  },
  TinyVit: {
    good: { ...build, dims: [4, 8], depths: [1, 1], heads: [1, 2], windows: [2, 2] },
    make: (options) => new models.TinyVit(options),
    counts: ["inChannels"],
    lists: ["dims", "depths", "heads", "windows"],
    huge: [{ dims: [4, 60000] }, { depths: [1000, 1001] }],
  },
  ResNet: {
    good: { ...build, block: Bottleneck, depths: [1, 1, 1, 1], widthPerGroup: 64 },
    make: (options) => new models.ResNet(options),
    counts: ["inChannels", "widthPerGroup", "groups", "reduceFirst", "radix"],
    lists: ["depths"],
    huge: [{ depths: [1000, 999, 1, 1] }, { widthPerGroup: 4096 }],
  },
  RepVgg: {
    good: { ...build, depths: [1, 1], widths: [4, 4] },
    make: (options) => new models.RepVgg(options),
    counts: ["inChannels", "groups"],
    lists: ["depths", "widths"],
    factors: ["squeeze"],
    huge: [{ depths: [1000, 1000] }, { widths: [30000, 30000] }],
  },
  MobileOne: {
    good: { ...build, depths: [1, 1], widths: [4, 4] },
    make: (options) => new models.MobileOne(options),
    counts: ["inChannels", "branches"],
    lists: ["depths", "widths"],
    huge: [{ depths: [1000, 1000] }, { widths: [60000, 60000] }],
  },
  FastVit: {
    good: { ...build, depths: [1, 1], dims: [4, 4], mlpRatio: 1 },
    make: (options) => new models.FastVit(options),
    counts: ["inChannels"],
    lists: ["depths", "dims"],
    factors: ["mlpRatio"],
    huge: [{ depths: [1000, 1001] }, { dims: [60000, 60000] }],
  },
  RegNet: {
    good: { ...build, depth: 5, initial: 8, slope: 12, factor: 2, groupWidth: 4 },
    make: (options) => new models.RegNet(options),
    counts: ["inChannels", "depth", "initial", "groupWidth", "headWidth"],
    factors: ["factor", "bottleneck"],
    huge: [{ depth: 1e5 }, { headWidth: 1e5 }],
  },
  HgNet: {
    good: {
      ...build,
      stem: [4, 4, 4],
      inner: [4, 4, 4, 4],
      widths: [4, 4, 4, 4],
      depths: [1, 1, 1, 1],
      layers: 1,
    },
    make: (options) => new models.HgNet(options),
    counts: ["inChannels", "layers"],
    lists: ["stem", "inner", "widths", "depths"],
    huge: [{ depths: [1000, 999, 1, 1] }, { widths: [1, 1, 1, 60000], inner: [1, 1, 1, 30000] }],
  },
  CifarResNet: {
    good: { ...build, depth: 1 },
    make: (options) => new models.CifarResNet(options),
    counts: ["inChannels", "depth"],
    huge: [{ depth: 999 }],
  },
  WideResNet: {
    good: { ...build, depth: 10, widen: 1 },
    make: (options) => new models.WideResNet(options),
    counts: ["inChannels", "depth", "widen"],
    huge: [{ widen: 1000 }],
  },
  MBConvNet: {
    good: { ...build, stem: { width: 4 }, stages: [[mbConv(2, 3, 8, 1, 2)]], head: { width: 8 } },
    make: (options) => new models.MBConvNet(options),
    counts: ["inChannels"],
    huge: [
      { stages: [[mbConv(6, 3, 65000, 2, 2)]] },
      { stages: [[mbConv(1, 3, 8, 1000, 1), mbConv(1, 3, 8, 1000, 1), mbConv(1, 3, 8, 1, 1)]] },
      { head: { width: 60000 }, numClasses: 2 ** 20 },
    ],
  },
  Levit: {
    good: { ...build, imageSize: 32, dims: [8, 16], depths: [1, 1], heads: [1, 2], keyDim: 4 },
    make: (options) => new models.Levit(options),
    counts: ["inChannels", "imageSize", "keyDim"],
    lists: ["dims", "depths", "heads"],
    huge: [{ dims: [8, 60000] }, { imageSize: 65536 }, { depths: [1000, 1000], dims: [999, 999] }],
  },
  MobileVit: {
    good: {
      ...build,
      widths: [8, 8, 8, 8, 8, 8],
      dims: [8, 8, 8],
      convs: 1,
      expansion: 1,
      lastWidth: 8,
    },
    make: (options) => new models.MobileVit(options),
    counts: ["inChannels", "convs", "lastWidth"],
    lists: ["widths", "dims"],
    factors: ["expansion"],
    huge: [{ widths: [8, 8, 8, 8, 8, 60000] }, { dims: [8, 8, 60000] }, { convs: 2001 }],
  },
  EfficientVit: {
    good: {
      ...build,
      widths: [8, 8, 8, 8, 8],
      depths: [1, 1, 1, 1, 1],
      headDim: 4,
      headWidths: [8, 8],
    },
    make: (options) => new models.EfficientVit(options),
    counts: ["inChannels", "headDim"],
    lists: ["widths", "depths", "headWidths"],
    huge: [{ widths: [8, 8, 8, 8, 60000] }, { depths: [1, 1, 1, 1000, 1000] }],
  },
  EfficientVitMsra: {
    good: { ...build, dims: [16, 16], depths: [1, 1], heads: [1, 1], kernels: [3, 3] },
    make: (options) => new models.EfficientVitMsra(options),
    counts: ["inChannels", "imageSize"],
    lists: ["dims", "depths", "heads", "kernels"],
    huge: [{ dims: [16, 60000], depths: [1, 2] }, { depths: [1000, 1001] }],
  },
  EfficientFormerV2: {
    good: {
      ...build,
      imageSize: 32,
      dims: [8, 8, 8, 8],
      expansions: [[1], [1], [1], [1]],
      attentive: 1,
    },
    make: (options) => new models.EfficientFormerV2(options),
    counts: ["inChannels", "imageSize", "attentive"],
    lists: ["dims"],
    huge: [{ dims: [8, 8, 8, 60000] }, { imageSize: 65536 }],
  },
};

/** Asserts that `make` is refused at once by an error that names the option, without a tensor left over. */
function assertRefused(name: string, kind: Kind, changed: Options, option?: string): void {
  const what = `${name} with ${JSON.stringify(changed).slice(0, 100)}`;
  const [tensors, started] = [torch.memory().tensors, performance.now()];
  try {
    const made = torch.scope(() => kind.make({ ...kind.good, ...changed } as never));
    made.dispose();
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw new Error(what, { cause: error });
    assertStringIncludes(error.message, name);
    if (option !== undefined) assertStringIncludes(error.message, option, what);
    assert(performance.now() - started < 500, `${what} took too long`);
    assertEquals(torch.memory().tensors, tensors, what);
    return;
  }
  throw new Error(`${what} was not refused.`);
}

for (const [name, kind] of Object.entries(kinds)) {
  test(`${name}: sizes that cannot be meant are refused at once, by name`, () => {
    torch.scope(() => kind.make(kind.good as never)).dispose();
    for (const count of kind.counts) {
      for (const value of [0, -1, 1.5, NaN, Infinity, 2 ** 32, 2 ** 53, "3"]) {
        assertRefused(name, kind, { [count]: value }, count);
      }
    }
    for (const list of kind.lists ?? []) {
      const good = kind.good[list] as number[];
      for (const value of [0, -1, 1.5, NaN, 2 ** 32, undefined]) {
        assertRefused(name, kind, { [list]: [...good.slice(0, -1), value] }, list);
      }
      assertRefused(name, kind, { [list]: [] }, list);
      assertRefused(name, kind, { [list]: new Array(5000).fill(1) }, list);
      if (name !== "ResNet") assertRefused(name, kind, { [list]: 3 }, list);
    }
    for (const factor of kind.factors ?? []) {
      for (const value of [0, -1, NaN, Infinity, 1e9]) {
        assertRefused(name, kind, { [factor]: value }, factor);
      }
    }
    for (const value of [-1, NaN, 0.5, 2 ** 40]) {
      assertRefused(name, kind, { numClasses: value }, "numClasses");
    }
    if ("inChannels" in kind.good) {
      for (const value of [-0.1, 1, NaN]) {
        assertRefused(name, kind, { dropout: value }, "dropout");
        assertRefused(name, kind, { dropPath: value }, "dropPath");
      }
    }
    for (const huge of kind.huge) assertRefused(name, kind, huge, Object.keys(huge)[0]);
  });
}

test("lists for stages must fit together", () => {
  assertRefused("ConvNeXt", kinds.ConvNeXt, { dims: [4] }, "dims must have 2 numbers");
  assertRefused("ConvNeXt", kinds.ConvNeXt, { stem: "round" }, "stem is");
  assertRefused("ConvNeXt", kinds.ConvNeXt, { norm: "batch" }, "norm is");
  assertRefused("ConvNeXt", kinds.ConvNeXt, { layerScale: NaN }, "layerScale");
  assertRefused("EdgeNeXt", kinds.EdgeNeXt, { dims: [4, 8] }, "dims must have 4 numbers");
  assertRefused("NfNet", kinds.NfNet, { activation: "tanh" }, "activation is");
  assertRefused("NfNet", kinds.NfNet, { stem: "deep" }, "stem is");
  assertRefused("Swin", kinds.Swin, { heads: [1] }, "heads must have 2 numbers");
  assertRefused("Swin", kinds.Swin, { heads: [3, 3] }, "3 equal heads");
  assertRefused("Swin", kinds.Swin, { version: 3 }, "version is 1 or 2");
  assertRefused("Swin", kinds.Swin, { window: [2] }, "window must have 2 numbers");
  assertRefused("Swin", kinds.Swin, { trainedWindows: [2, 0] }, "trainedWindows[1]");
  assertRefused("ResNet", kinds.ResNet, { depths: [1, 1], block: BasicBlock }, "4 numbers");
  for (const stages of [[], [[]], [[mbConv(2, 3, 8, 1, 1)], []]]) {
    assertRefused("MBConvNet", kinds.MBConvNet, { stages }, "stages is empty");
  }
  const rows: [Parameters<typeof mbConv>, string][] = [
    [[0, 3, 8, 1, 1], "expansion"],
    [[2, 1.5, 8, 1, 1], "kernel"],
    [[2, [3, NaN], 8, 1, 1], "kernel"],
    [[2, 3, 2 ** 32, 1, 1], "width"],
    [[2, 3, 8, 0, 1], "depth"],
    [[2, 3, 8, 1, Infinity], "stride"],
    [[2, 3, 8, 1, 1, { groupSize: -1 }], "groupSize"],
  ];
  for (const [row, option] of rows) {
    assertRefused("MBConvNet", kinds.MBConvNet, { stages: [[mbConv(...row)]] }, option);
  }
  assertRefused("MBConvNet", kinds.MBConvNet, { stem: { width: NaN } }, "stem: width");
  assertRefused("MBConvNet", kinds.MBConvNet, { head: { width: -1 } }, "head: width");
  assertRefused("WideResNet", kinds.WideResNet, { depth: 12 }, "6n + 4");
  assertRefused("Levit", kinds.Levit, { heads: [1] }, "heads must have 2 numbers");
  assertRefused("Levit", kinds.Levit, { imageSize: 8 }, "0 x 0 places");
  assertRefused(
    "EfficientVit",
    kinds.EfficientVit,
    { widths: [8, 8] },
    "widths must have 5 numbers",
  );
  assertRefused(
    "EfficientVitMsra",
    kinds.EfficientVitMsra,
    { heads: [1, 3], kernels: [3, 3, 3] },
    "3 equal heads",
  );
  assertRefused("EfficientVitMsra", kinds.EfficientVitMsra, { kernels: [4, 3] }, "kernels");
  assertRefused("EfficientVitMsra", kinds.EfficientVitMsra, { heads: [4, 4] }, "kernels");
  for (
    const expansions of [3, [[1], [1]], [[1], [1], [1], []], [[1], [1], [1], [NaN]], [1, 1, 1, 1]]
  ) {
    assertRefused("EfficientFormerV2", kinds.EfficientFormerV2, { expansions }, "expansions");
  }
  // There would be no heads.
  for (
    const [name, wide] of [["Levit", { keyDim: 9 }], ["EfficientVit", { headDim: 9 }]] as const
  ) {
    assertRefused(name, kinds[name], wide, Object.keys(wide)[0]);
  }
  for (const value of [-1, 0.5, 1e6]) {
    assertRefused("VisionTransformer", kinds.VisionTransformer, { registers: value }, "registers");
  }
  assertRefused("VisionTransformer", kinds.VisionTransformer, { eps: NaN }, "eps");
  assertRefused("VisionTransformer", kinds.VisionTransformer, { layerScale: NaN }, "layerScale");
});

test("models by name refuse the same", () => {
  const wrong: [string, models.CreateOptions, string][] = [
    ["resnet18", { numClasses: 2 ** 40 }, "numClasses must be at most"],
    ["resnet18", { imageSize: NaN }, "imageSize"],
    ["vit_tiny_patch16_224", { imageSize: 2 ** 32 }, "imageSize must be at most 65536"],
    ["vit_tiny_patch16_224", { imageSize: 65536 }, "patches"],
    ["convnext_tiny", { inChannels: 0 }, "inChannels"],
    ["dm_nfnet_f0", { numClasses: 2 ** 40 }, "numClasses must be at most"],
    ["densenet121", { dropPath: 0.5 }, "dropPath must be 0"],
    ["edgenext_small", { folded: true }, "no folded form"],
  ];
  for (const [name, options, message] of wrong) {
    const tensors = torch.memory().tensors;
    try {
      models.create(name, options).dispose();
      throw new Error("not refused");
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      assertStringIncludes(error.message, message);
    }
    assertEquals(torch.memory().tensors, tensors);
  }
});
