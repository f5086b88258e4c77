import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { create } from "../../src/models/create.ts";
import { BlurPool2d } from "../../src/models/parts/blur_pool.ts";
import { EfficientChannelAttention } from "../../src/models/parts/efficient_channel_attention.ts";
import { BasicBlock, Bottleneck } from "../../src/models/parts/residual_block.ts";
import { ResNeStBottleneck } from "../../src/models/parts/split_attention.ts";
import { squeezedWidth, SqueezeExcite } from "../../src/models/parts/squeeze_excite.ts";
import { entry, list } from "../../src/models/registry.ts";
import { ResNet, type ResNetOptions } from "../../src/models/resnet.ts";
import { resNeSt } from "../../src/models/resnest_entries.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { fill, uniform } from "../parity/parity.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract } from "./backbone_contract.ts";

const pathOf = (name: string) =>
  new URL(`../golden/parity_${name}.safetensors`, import.meta.url).pathname;

const small = (options: Partial<ResNetOptions> = {}) =>
  new ResNet({
    numClasses: 5,
    block: Bottleneck,
    depths: [1, 1, 1, 1],
    widths: [8, 8, 16, 16],
    ...options,
  });

const squeeze = (ratio: number) => (channels: number) =>
  new SqueezeExcite(channels, squeezedWidth(channels, ratio), {
    activation: "relu",
    gate: "sigmoid",
  });
const deep = { stem: { convolutions: [32, 32, 64] as const }, averageDown: true };
const grouped = { groups: 4, widthPerGroup: 16 };
const blur = { antiAlias: (channels: number) => new BlurPool2d(channels) };
const split = (style: Partial<ResNetOptions>) =>
  small({
    block: ResNeStBottleneck,
    stem: { convolutions: [8, 8, 16] },
    averageDown: true,
    ...style,
  });

/** Our networks by the names of the golden files. */
const makers: Record<string, Record<string, () => ResNet>> = {
  resnets: {
    "basic, tiered, blurred": () =>
      small({ ...deep, ...blur, block: BasicBlock, stem: { convolutions: [24, 32, 64] } }),
    "blurred, groups": () => small({ ...blur, ...grouped }),
    "averaged, squeezed": () =>
      small({
        averageDown: true,
        attention: squeeze(1 / 16),
        antiAlias: () => new nn.AvgPool2d(2),
      }),
    "senet154": () =>
      small({
        ...grouped,
        stem: { convolutions: [8, 8, 16] },
        attention: squeeze(1 / 16),
        downKernel: 3,
        reduceFirst: 2,
      }),
    "neighbours, dropping": () =>
      small({
        ...deep,
        depths: [1, 2, 1, 1],
        attention: (channels) => new EfficientChannelAttention(channels),
        dropout: 0.3,
        dropPath: 0.5,
      }),
    "rs": () =>
      small({
        averageDown: true,
        attention: squeeze(1 / 4),
        stem: { convolutions: [32, 32, 64], convolves: true },
      }),
    "group norm": () =>
      small({
        widths: [32, 32, 32, 32],
        norm: (channels) => new nn.GroupNorm(32, channels),
      }),
  },
  resnest: {
    "split": () => split({ depths: [1, 2, 1, 1] }),
    "grouped": () => split({ radix: 1, groups: 2, widthPerGroup: 32, averageFirst: true }),
    "split in four": () => split({ radix: 4, groups: 2, widthPerGroup: 32, averageFirst: true }),
  },
};

for (const [file, networks] of Object.entries(makers)) {
  const path = pathOf(file);
  testParity(path, networks);
}

test("test_resnet and resnest14d keep a backbone's promises", () => {
  const family = [entry("test_resnet")];
  assertContract({ family, name: "test_resnet", size: 64, sides: [16, 8, 4, 2] });
  assertContract({ family: resNeSt, name: "resnest14d", size: 64, sides: [16, 8, 4, 2] });
});

test("stochastic depth leaves out the branches of ResNeSt", () => {
  using model = split({ dropPath: 0.9 });
  fill(model.stateDict());
  const [once, again] = [1, 2].map((seed) => {
    torch.manualSeed(seed);
    return model.forward(uniform("images", [4, 3, 64, 64]));
  });
  assertEquals(once.equal(again), false);
});

test("a name that torchvision has means its weights, with a tag timm's", () => {
  const { tag, tags, cropFraction, interpolation, hub, source } = entry("resnet50");
  assertEquals([tag, tags[0]], ["tv_in1k", "tv_in1k"]);
  assertEquals([cropFraction, interpolation, hub], [0.875, "bilinear", "timm/resnet50.tv_in1k"]);
  assertEquals(source, "torchvision (timm has the same names)");
  const tagged = entry("resnet50.a1_in1k");
  assertEquals([tagged.interpolation, tagged.cropFraction], ["bicubic", 0.95]);
  assertEquals(entry("torchvision/resnet50").cropFraction, 0.875);
  assertEquals(list("resnet50.tv*"), ["resnet50.tv_in1k", "resnet50.tv2_in1k"]);
});

test("the networks of timm alone begin as the identity, those of torchvision do not", () => {
  for (const [name, least] of [["resnet10t", 0], ["torchvision/resnet18", 1]] as const) {
    using model = create(name, { numClasses: 2 });
    assertEquals(model.stateDict()["layer2.0.bn2.weight"].max().item(), least);
  }
});

test("a blur leaves what is the same everywhere", () => {
  using pool = new BlurPool2d(3);
  const even = torch.ones([1, 3, 5, 4]);
  assertEquals(pool.forward(even).equal(torch.ones([1, 3, 3, 2])), true);
});

test("options that cannot be used are refused by name", () => {
  const wrong: [Partial<ResNetOptions>, string][] = [
    [{ depths: [1, 1] }, "depths"],
    [{ widths: [8, 8, 8] }, "widths"],
    [{ groups: 0 }, "groups"],
    [{ groups: 1000, widthPerGroup: 1000 }, "widthPerGroup"],
    [{ reduceFirst: 0 }, "reduceFirst"],
    [{ block: [BasicBlock] }, "block"],
    [{ stem: { convolutions: [0, 1, 2] } }, "stem"],
  ];
  for (const [options, named] of wrong) {
    assertStringIncludes(assertThrows(() => small(options), ArgumentError).message, named);
  }
});
