import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as models from "../../src/models/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import { layersOf } from "../../src/optim/layers_of.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

/** The names of each group's parameters. */
function namesOf(model: nn.Module, groups: readonly optim.ModelGroup[]): string[][] {
  const names = new Map(model.namedParameters().map(([name, parameter]) => [parameter, name]));
  return groups.map(({ params }) => params.map((parameter) => names.get(parameter)!));
}

/** By layer, the first and the last parameter. */
function ends(model: nn.Module): string[] {
  const layers = Map.groupBy(layersOf(model), ([, layer]) => layer);
  return [...layers].sort(([a], [b]) => a - b)
    .map(([, own]) => `${own[0][0]} ${own.at(-1)![0]}`);
}

test("norms, biases and embeddings have no weight decay", () => {
  using model = models.create("vit_tiny_patch4_32", { numClasses: 10 });
  const groups = optim.paramGroups(model, { weightDecay: 0.05 });
  assertEquals(groups.map(({ weightDecay, lr }) => [weightDecay, lr]), [[0, undefined], [
    0.05,
    undefined,
  ]]);
  const [spared, decayed] = namesOf(model, groups);
  // Each of 12 blocks: 4 weights, 4 biases and two norms. Beside: patches and head have a weight and a bias.
  assertEquals([spared.length, decayed.length], [2 + 12 * 8 + 2 + 2, 12 * 4 + 2]);
  assertEquals(spared.slice(0, 3), ["cls_token", "pos_embed", "patch_embed.proj.bias"]);
  const all = optim.paramGroups(model, { weightDecay: 0.05, noDecayOnNormAndBias: false });
  assertEquals(all.map(({ params, weightDecay }) => [params.length, weightDecay]), [[
    spared.length + decayed.length,
    0.05,
  ]]);
  const [more] = namesOf(model, optim.paramGroups(model, { noDecay: ["head"] }));
  assertEquals(more, [...spared.slice(0, -1), "head.weight", "head.bias"]);
});

test("what positions add to scores has no weight decay, as timm has it", () => {
  const spared = (name: string, options: { imageSize?: number } = {}) => {
    using model = models.create(name, { numClasses: 2, ...options });
    const groups = optim.paramGroups(model, { weightDecay: 0.05 });
    return namesOf(model, groups)[groups.findIndex(({ weightDecay }) => weightDecay === 0)]
      .filter((key) => !/norm|bn|bias$|gamma$/.test(key))
      .map((key) => key.replace(/^.*?(?=attn\.|pos_embed)/, ""));
  };
  const ofWindows = ["attn.logit_scale", "attn.cpb_mlp.0.weight", "attn.cpb_mlp.2.weight"];
  const second = spared("swinv2_tiny_window8_256").filter((key) => !/q_bias|v_bias/.test(key));
  assertEquals(new Set(second), new Set(ofWindows));
  const offsets = spared("tiny_vit_5m_224");
  assertEquals(new Set(offsets), new Set(["attn.attention_biases"]));
  const units = spared("hiera_small_abswin_256", { imageSize: 32 });
  assertEquals(new Set(units), new Set(["pos_embed", "pos_embed_win"]));
  const learned = spared("maxvit_rmlp_pico_rw_256", { imageSize: 64 });
  const mlp = ["attn.rel_pos.mlp.fc1.weight", "attn.rel_pos.mlp.fc2.weight"];
  assertEquals(new Set(learned), new Set(mlp));
});

test("rates by layer are timm's on a vision transformer", () => {
  using model = models.create("vit_tiny_patch4_32", { numClasses: 10 });
  const groups = optim.paramGroups(model, { baseLr: 2e-3, weightDecay: 0.05, layerDecay: 0.75 });
  // Stem, 12 blocks and head, each with and without decay: 14 layers, 0.75^13 for the stem.
  assertEquals(groups.length, 28);
  const rates = new Map(groups.map(({ label, lr }) => [label, lr! / 2e-3]));
  const expected: [string, number][] = [
    ["layer 0", 0.75 ** 13],
    ["layer 0 without decay", 0.75 ** 13],
    ["layer 1", 0.75 ** 12],
    ["layer 12 without decay", 0.75],
    ["layer 13", 1],
    ["layer 13 without decay", 1],
  ];
  for (const [label, scale] of expected) assertClose(rates.get(label)!, scale);
  const names = new Map(groups.map(({ label }, i) => [label, namesOf(model, groups)[i]]));
  assertEquals(names.get("layer 0"), ["patch_embed.proj.weight"]);
  assertEquals(names.get("layer 12 without decay")!.slice(-2), ["norm.weight", "norm.bias"]);
  const floored = optim.paramGroups(model, { baseLr: 1, layerDecay: 0.5, minScale: 0.01 });
  assertEquals(Math.min(...floored.map(({ lr }) => lr!)), 0.01);
});

test("layers are timm's groups: stem, blocks, head", () => {
  const expected: Record<string, [count: number, places: Record<number, string>]> = {
    resnet18: [10, {
      0: "conv1.weight bn1.bias",
      3: "layer2.0.conv1.weight layer2.0.downsample.1.bias",
      9: "fc.weight fc.bias",
    }],
    efficientnet_lite0: [18, {
      0: "conv_stem.weight bn1.bias",
      16: "blocks.6.0.conv_pw.weight bn2.bias",
      17: "classifier.weight classifier.bias",
    }],
    convnext_atto_32: [14, {
      0: "stem.0.weight stem.1.bias",
      3: "stages.1.downsample.0.weight stages.1.blocks.0.mlp.fc2.bias",
      12: "stages.3.blocks.1.gamma head.norm.bias",
      13: "head.fc.weight head.fc.bias",
    }],
    densenet121: [60, {
      0: "features.conv0.weight features.norm0.bias",
      3: "features.denseblock1.denselayer3.norm1.weight features.denseblock1.denselayer3.conv2.weight",
      59: "classifier.weight classifier.bias",
    }],
    edgenext_xx_small: [14, {
      3: "stages.1.downsample.0.weight stages.1.blocks.0.mlp.fc2.bias",
      13: "head.fc.weight head.fc.bias",
    }],
    nf_regnet_b0: [18, { 0: "stem.conv.weight stem.conv.gain", 17: "head.fc.weight head.fc.bias" }],
    swin_tiny_32: [14, {
      0: "patch_embed.proj.weight patch_embed.norm.bias",
      3: "layers.1.downsample.reduction.weight layers.1.blocks.0.mlp.fc2.bias",
      12: "layers.2.blocks.3.norm1.weight norm.bias",
    }],
    swin_tiny_patch4_window7_224: [14, {
      0: "patch_embed.proj.weight patch_embed.norm.bias",
      3: "layers.1.downsample.reduction.weight layers.1.blocks.0.mlp.fc2.bias",
      13: "head.fc.weight head.fc.bias",
    }],
    mobilenet_v3_small: [14, { 12: "blocks.5.0.conv.weight conv_head.bias" }],
  };
  for (const [name, [count, places]] of Object.entries(expected)) {
    using model = models.create(name, { numClasses: 10 });
    const found = ends(model);
    assertEquals([name, found.length], [name, count]);
    for (const [place, own] of Object.entries(places)) assertEquals(found[Number(place)], own);
  }
});

test("models without blocks have a layer for each weight", () => {
  using small = new models.SmallCnn({ numClasses: 3 });
  assertEquals(ends(small), [
    "stem.0.weight stem.1.bias",
    "stem.4.weight stem.5.bias",
    "stem.8.weight stem.9.bias",
    "head.weight head.bias",
  ]);
  using plain = new nn.Sequential(new nn.BatchNorm1d(4), new nn.Linear(4, 4), new nn.Linear(4, 2));
  const groups = optim.paramGroups(plain, { baseLr: 1, layerDecay: 0.1 });
  assertClose(groups.map(({ lr }) => lr!), [0.1, 0.1, 1, 1]);
  const given = optim.paramGroups(plain, {
    baseLr: 1,
    layerDecay: 0.1,
    layers: [["0"], ["1"], ["2"]],
  });
  assertClose(given.map(({ lr }) => lr!), [0.01, 0.1, 0.1, 1, 1]);
  const wrong = { baseLr: 1, layerDecay: 0.1, layers: [["0", "1"], ["3"]] };
  assertThrows(() => optim.paramGroups(plain, wrong), ArgumentError, "Layer 1 (3)");
});

test("rates by name: the first rule that matches counts, frozen parts are in no group", () => {
  using model = models.create("resnet20", { numClasses: 3 });
  const groups = optim.paramGroups(model, {
    baseLr: 0.1,
    layerDecay: 0.5,
    noDecayOnNormAndBias: false,
    frozen: ["conv1", "bn1", "layer1", "layer2"],
    lr: [{ match: "fc.weight", lr: 3 }, { match: ["fc", /bn1\.bias$/], scale: 10 }],
  });
  const rates = namesOf(model, groups).map((names, i) => [names[0], names.length, groups[i].lr]);
  const block = (i: number, rate: number) => [
    [`layer3.${i}.conv1.weight`, i === 0 ? 8 : 5, rate],
    [`layer3.${i}.bn1.bias`, 1, 10 * rate],
  ];
  assertEquals(rates, [
    ...block(0, 0.1 / 8),
    ...block(1, 0.1 / 4),
    ...block(2, 0.1 / 2),
    ["fc.weight", 1, 3],
    ["fc.bias", 1, 1],
  ]);
  assertEquals(model.training, true);
  assertEquals(model.namedModules().find(([name]) => name === "layer1.0.bn1")![1].frozen, true);
  model.freeze();
  assertThrows(() => optim.paramGroups(model), ArgumentError, "all are frozen");
});

test("optimizers take the groups, and schedules multiply each group's own rate", () => {
  using model = new models.SmallCnn({ numClasses: 3 }).to(device);
  const groups = optim.paramGroups(model, {
    baseLr: 0.1,
    layerDecay: 0.5,
    weightDecay: 0.2,
    lr: [{ match: "head", scale: 4 }],
  });
  using optimizer = new optim.AdamW(groups, { lr: 0.1 });
  const schedule = new optim.EpochCosine(optimizer, { epochs: 2, stepsPerEpoch: 2 });
  const expected = [1 / 8, 1 / 8, 1 / 4, 1 / 4, 1 / 2, 1 / 2, 4, 4].map((scale) => scale * 0.1);
  const rates = () => optimizer.paramGroups.map(({ lr }) => lr);
  assertClose(rates(), expected);
  schedule.step();
  torch.scope(() => model.forward(torch.randn([4, 1, 8, 8], { device })).pow(2).sum().backward());
  optimizer.step();
  schedule.step();
  assertClose(rates(), expected.map((rate) => rate / 2));
  assertEquals(optimizer.paramGroups.map(({ weightDecay }) => weightDecay), [
    0.2,
    0,
    0.2,
    0,
    0.2,
    0,
    0.2,
    0,
  ]);
  // And go on from a saved state.
  const saved = optimizer.stateDict();
  using next = new optim.AdamW(groups, { lr: 0.1 });
  next.loadStateDict(saved);
  assertEquals(next.stateDict().scalars, saved.scalars);
});

test("options that cannot be used are refused, with the nearest names", () => {
  using model = models.create("resnet20", { numClasses: 3 });
  const wrong: [optim.ParamGroupsOptions, string][] = [
    [{ layerDecay: 0.7 }, "baseLr"],
    [{ lr: [{ match: "fc", scale: 2 }] }, "baseLr"],
    [{ baseLr: 1, layerDecay: 0 }, "layerDecay"],
    [{ baseLr: 1, layerDecay: 1.1 }, "layerDecay"],
    [{ baseLr: -1 }, "baseLr"],
    [{ weightDecay: NaN }, "weightDecay"],
    [{ lr: [{ match: "fc" }] }, "neither"],
    [{ lr: [{ match: "fc", lr: 1, scale: 1 }] }, "both"],
    [{ lr: 0.1 as unknown as [] }, "lr must be a list"],
    [{ lr: [{ match: "head", lr: 1 }] }, "nearest names are"],
    [{ frozen: ["layer9"] }, '"layer'],
    [{ noDecay: ["pos_embed"] }, "noDecay"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => optim.paramGroups(model, options), ArgumentError, message);
  }
  assertEquals(model.parameters().every(({ requiresGrad }) => requiresGrad), true);
  assertThrows(() => optim.paramGroups([] as unknown as nn.Module), ArgumentError, "a module");
});
