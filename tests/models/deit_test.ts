import { assertEquals } from "@std/assert";
import { headPrefixesOf } from "../../src/checkpoints/load_weights.ts";
import { DistilledVit, type DistilledVitOptions } from "../../src/models/deit.ts";
import { deit } from "../../src/models/deit_entries.ts";
import { VisionTransformer } from "../../src/models/vit.ts";
import type * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_deit.safetensors", import.meta.url).pathname;

const narrow = { numClasses: 5, imageSize: 32, patchSize: 8, dim: 24, depth: 2, heads: 2 };

/** Our networks by the names of the golden file. */
const makers: Record<string, () => nn.Classifier> = {
  "third": () => new VisionTransformer({ ...narrow, prefixPositions: false, layerScale: 1e-6 }),
  "distilled": () => new DistilledVit(narrow),
  "distilled, dropping": () => new DistilledVit({ ...narrow, dropout: 0.3, dropPath: 0.5 }),
  "distilled, without head": () => new DistilledVit({ ...narrow, numClasses: 0 }),
};

testParity(path, makers);

test("a distilled DeiT keeps a backbone's promises", () => {
  const name = "deit_tiny_distilled_patch16_224";
  const stand = {
    build: (options: Partial<DistilledVitOptions>) =>
      new DistilledVit({ ...narrow, depth: 4, ...options }),
    featureDim: 24,
  };
  assertContract({ family: deit, name, size: 32, sides: [4, 4, 4, 4], narrow: stand });
  assertRandomParts(name, 32, stand);
});

test("features of a distilled DeiT are led back to their tokens, others given to both heads", () => {
  using model = new DistilledVit(narrow);
  model.to(device).eval();
  const images = torch.randn([2, 3, 32, 32], { device });
  const features = model.features(images);
  assertClose(model.head.forward(features), model.forward(images));
  const others = features.clone();
  const { first, second } = model.head;
  const both = first.forward(others).add(second.forward(others)).div(2);
  assertClose(model.head.forward(others), both);
});

test("both heads of a distilled DeiT are its head where weights are loaded", () => {
  using model = new DistilledVit(narrow);
  assertEquals(headPrefixesOf(model), ["head.", "head_dist."]);
});
