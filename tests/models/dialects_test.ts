import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ClipImageTower, type ClipOptions } from "../../src/models/clip.ts";
import { clipDialects } from "../../src/models/dialects/clip.ts";
import { vitDialects } from "../../src/models/dialects/vit.ts";
import { dialects } from "../../src/models/dialects/all.ts";
import { entry, list } from "../../src/models/registry.ts";
import { VisionTransformer } from "../../src/models/vit.ts";
import type { VitOptions } from "../../src/models/vit_options.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { fill, uniform } from "../parity/parity.ts";
import { assertComputesTheSame, stateOf, translateFor } from "./dialect_records.ts";

const path = new URL("../golden/dialects.safetensors", import.meta.url).pathname;

const vit = (options: Partial<VitOptions> = {}) =>
  new VisionTransformer({
    ...{ numClasses: 0, imageSize: 16, patchSize: 8, dim: 24, depth: 2, heads: 2, mlpRatio: 2 },
    ...options,
  });

const clip = (options: Partial<ClipOptions> = {}) =>
  new ClipImageTower({
    ...{ numClasses: 0, imageSize: 16, patchSize: 8, dim: 24, depth: 2, heads: 2, mlpRatio: 2 },
    ...{ embedDim: 10, ...options },
  });

const clipVit = { numClasses: 10, preNorm: true, eps: 1e-5, activation: "quickGelu" } as const;
const registers = { registers: 4, prefixPositions: false };
const gated = { activation: "swiglu", mlpRatio: 64 / 24 } as const;
// transformers rounds the hidden width in its own way: up to a multiple of 8 of two thirds.
const gatedOfTransformers = { activation: "swiglu", mlpRatio: 2 * 32 / 24 } as const;
const scaled = { layerScale: 1e-5 };

/** Our networks for the states of the golden file. */
const makers: Record<string, Record<string, () => nn.Classifier>> = {
  "ViTModel": { vit },
  "ViTModel, modules": { vit },
  "ViTForImageClassification": { vit: () => vit({ numClasses: 10 }) },
  "Dinov2Model": { vit: () => vit(scaled) },
  "Dinov2Model, gated": { vit: () => vit({ ...scaled, ...gatedOfTransformers }) },
  "Dinov2Model, gated, modules": { vit: () => vit({ ...scaled, ...gatedOfTransformers }) },
  "Dinov2WithRegistersModel": { vit: () => vit({ ...scaled, ...registers }) },
  "CLIPVisionModelWithProjection": { clip, vit: () => vit(clipVit) },
  "CLIPVisionModel": {
    clip: () => clip({ features: "pooled" }),
    vit: () => vit({ ...clipVit, numClasses: 0 }),
  },
  "CLIPModel": { clip, vit: () => vit(clipVit) },
  "torchvision": { vit: () => vit({ numClasses: 10 }) },
  "Meta's DINOv2": { vit: () => vit(scaled) },
  "Meta's DINOv2, registers, gated": { vit: () => vit({ ...scaled, ...registers, ...gated }) },
  "Meta's DINOv2, other size": { vit: () => vit({ ...scaled, imageSize: 24 }) },
  "OpenAI's CLIP": { clip, vit: () => vit(clipVit) },
  "OpenAI's CLIP, other size": {
    clip: () => clip({ imageSize: 32 }),
    vit: () => vit({ ...clipVit, imageSize: 32 }),
  },
  "OpenCLIP with timm's trunk": { vit: () => vit({ numClasses: 10 }) },
};

for (const [record, models] of Object.entries(makers)) {
  for (const [target, make] of Object.entries(models)) {
    test(`${record} computes the same as our ${target}`, () => {
      using model = make();
      assertComputesTheSame(model, path, record);
    });
  }
}

test("every golden state is compared, and every dialect is spoken", () => {
  const metadata = torch.loadSafetensorsMetadata(path);
  assertEquals(Object.keys(makers).sort(), Object.keys(metadata).sort());
  using tower = clip();
  using transformer = vit();
  const own = [tower, transformer].map((model) => new Set(Object.keys(model.stateDict())));
  const states = Object.keys(makers).map((record) =>
    new Set(Object.keys(stateOf(path, record).state))
  );
  states.push(own[0]);
  for (const dialect of [...clipDialects, ...vitDialects]) {
    const spoken = states.some((keys) => own.some((names) => dialect.recognizes(keys, names)));
    assert(spoken, dialect.name);
  }
});

test("our own names are nobody's dialect", () => {
  for (const name of list()) {
    using model = nn.init.skipped(() => entry(name).build({ numClasses: 2 }));
    const keys = new Set(Object.keys(model.stateDict()));
    for (const dialect of dialects) {
      assert(!dialect.recognizes(keys), `${name}: ${dialect.name}`);
      assert(!dialect.recognizes(keys, keys), `${name}: ${dialect.name}`);
    }
  }
});

test("a tower by OpenAI's names becomes timm's", () => {
  using tower = clip();
  using model = vit(clipVit);
  fill(tower.stateDict());
  model.loadStateDict(translateFor(model, tower.stateDict()));
  for (const one of [tower, model]) one.to(device).eval();
  const images = uniform("images", [2, 3, 16, 16]).to(device);
  assertClose(model.forward(images), tower.forward(images), { atol: 1e-5 });
});

test("a state that nobody recognizes is passed on, and so are joins that lack a part", () => {
  using model = vit();
  const own = model.stateDict();
  assertEquals(Object.keys(translateFor(model, own)), Object.keys(own));
  const { state } = stateOf(path, "ViTModel");
  delete state["encoder.layer.1.attention.attention.key.bias"];
  const error = assertThrows(() => model.loadStateDict(translateFor(model, state)));
  assertStringIncludes((error as Error).message, "1 missing: blocks.1.attn.qkv.bias");
});
