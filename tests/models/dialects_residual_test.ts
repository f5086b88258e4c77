import { assertEquals } from "@std/assert";
import { ByobNet } from "../../src/models/byob.ts";
import { reparameterizedDialects } from "../../src/models/dialects/reparameterized.ts";
import { residualDialects, torchvisionRegNet } from "../../src/models/dialects/residual.ts";
import { FastVit } from "../../src/models/fastvit.ts";
import { MobileOne } from "../../src/models/mobileone.ts";
import { BasicBlock, Bottleneck } from "../../src/models/parts/residual_block.ts";
import { RegNet } from "../../src/models/regnet.ts";
import { RepVgg } from "../../src/models/repvgg.ts";
import { ResNet } from "../../src/models/resnet.ts";
import type { Classifier } from "../../src/nn/mod.ts";
import { test } from "../helpers.ts";
import { goldenNames } from "../parity/parity.ts";
import { assertComputesTheSame, stateOf, translateFor } from "./dialect_records.ts";

const path = new URL("../golden/dialects_residual.safetensors", import.meta.url).pathname;

const regnet = (squeeze?: number) =>
  new RegNet({
    numClasses: 10,
    initial: 8,
    slope: 12,
    factor: 2,
    depth: 5,
    groupWidth: 4,
    squeeze,
  });
const repvgg = (folded: boolean) =>
  new RepVgg({ numClasses: 10, depths: [1, 2, 1, 1], widths: [8, 16, 16, 32], groups: 2, folded });
const mobileone = (folded: boolean) =>
  new MobileOne({
    numClasses: 10,
    depths: [1, 2, 1, 1],
    widths: [8, 16, 128, 128],
    branches: 2,
    folded,
  });
const fastvit = (options: { folded?: boolean; squeezed?: number; activated?: boolean }) =>
  new FastVit({
    numClasses: 10,
    depths: [1, 1, 1, 1],
    dims: [8, 8, 16, 32],
    mlpRatio: 2,
    attention: 1,
    ...options,
  });

const clip = (attends: boolean) =>
  new ByobNet({
    numClasses: attends ? 10 : 0,
    stem: [4, 4, 8],
    stemPool: "average",
    stages: [32, 64, 128, 256].map((width, i) => ({
      depth: i === 1 ? 2 : 1,
      width,
      stride: i === 0 ? 1 : 2,
      ratio: 1 / 4,
    })),
    shortcut: "average",
    averages: true,
    attends,
    imageSize: 64,
  });

/** Our networks by the names of the golden file. */
const makers: Record<string, () => Classifier> = {
  "transformers' ResNet": () =>
    new ResNet({
      numClasses: 10,
      block: Bottleneck,
      depths: [1, 2, 1, 1],
      widths: [8, 8, 16, 16],
    }),
  "transformers' ResNet, basic": () =>
    new ResNet({
      numClasses: 10,
      block: BasicBlock,
      depths: [1, 2, 1, 1],
      widths: [8, 8, 16, 16],
    }),
  "transformers' RegNet, x": () => regnet(),
  "transformers' RegNet, y": () => regnet(1 / 4),
  "torchvision's RegNet, x": () => regnet(),
  "torchvision's RegNet, y": () => regnet(1 / 4),
  "VISSL's SEER": () => regnet(1 / 4),
  "DingXiaoH's RepVGG": () => repvgg(false),
  "DingXiaoH's RepVGG, folded": () => repvgg(true),
  "Apple's MobileOne": () => mobileone(false),
  "Apple's MobileOne, folded": () => mobileone(true),
  "Apple's FastViT": () => fastvit({}),
  "Apple's FastViT, folded": () => fastvit({ folded: true }),
  "OpenAI's CLIP": () => clip(true),
  "Apple's MobileCLIP": () => fastvit({ squeezed: 2, activated: true }),
};

for (const [record, make] of Object.entries(makers)) {
  test(`${record} computes the same as ours`, () => {
    using model = make();
    assertComputesTheSame(model, path, record);
  });
}

test("dialects are spoken by one record or more, and each record speaks one", () => {
  const all = [...residualDialects, ...reparameterizedDialects];
  const spoken = goldenNames(path).map((record) => {
    const keys = new Set(Object.keys(stateOf(path, record).state));
    const found = all.filter((dialect) => dialect.recognizes(keys)).map(({ name }) => name);
    assertEquals(found.length, 1, record);
    return found[0];
  });
  const known = all.map(({ name }) => name).filter((name) =>
    !["OpenCLIP's MobileCLIP", "OpenAI's residual tower of CLIP without its head"].includes(name)
  );
  assertEquals(new Set(spoken), new Set(known));
});

test("a tower of CLIP that does not attend takes all but the head", () => {
  using model = clip(false);
  const { state } = stateOf(path, "OpenAI's CLIP");
  const counters = (key: string) => !key.endsWith("num_batches_tracked");
  assertEquals(
    Object.keys(translateFor(model, state)).sort(),
    Object.keys(model.stateDict()).filter(counters).sort(),
  );
});

test("OpenCLIP's MobileCLIP has timm's names under its own, beside a text tower", () => {
  using model = fastvit({});
  const own = model.stateDict();
  const given = Object.fromEntries(
    Object.entries(own).map(([key, tensor]) => [`visual.trunk.${key}`, tensor]),
  );
  const translated = translateFor(model, { ...given, logit_scale: own["head.fc.bias"] });
  assertEquals(translated, own);
});

test("a RegNet's names become torchvision's, and they again its own", () => {
  using model = regnet(1 / 4);
  const published = torchvisionRegNet(model.stateDict());
  const { state } = stateOf(path, "torchvision's RegNet, y");
  const counters = (key: string) => !key.endsWith("num_batches_tracked");
  assertEquals(
    Object.keys(published).filter(counters).sort(),
    Object.keys(state).filter(counters).sort(),
  );
  assertEquals(translateFor(model, published), model.stateDict());
});

test("a dialect of another network is left alone", () => {
  using model = makers["VISSL's SEER"]();
  const { state } = stateOf(path, "DingXiaoH's RepVGG");
  assertEquals(Object.keys(translateFor(model, state)), Object.keys(state));
});
