import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { loadWeights } from "../../src/checkpoints/mod.ts";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import { clip } from "../../src/models/clip_entries.ts";
import { ClipImageTower, type ClipOptions } from "../../src/models/clip.ts";
import { dialects } from "../../src/models/dialects/all.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { uniform } from "../parity/parity.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract } from "./backbone_contract.ts";

const path = new URL("../golden/parity_clip.safetensors", import.meta.url).pathname;

const tiny = (options: Partial<ClipOptions> = {}) =>
  new ClipImageTower({
    ...{ numClasses: 0, imageSize: 32, patchSize: 8, dim: 24, depth: 3, heads: 2, mlpRatio: 2 },
    ...{ embedDim: 10, ...options },
  });

const makers: Record<string, () => ClipImageTower> = {
  "quick GELU": tiny,
  "GELU": () => tiny({ activation: "gelu", mlpRatio: 4.3637 }),
  "pooled": () => tiny({ features: "pooled" }),
};

testParity(path, makers);

test("CLIP's towers keep a backbone's promises", () => {
  const name = "clip_vit_b_32";
  assertContract({ family: clip, name, size: 224, sides: [7, 7, 7, 7] });
});

test("the towers have as many parameters as OpenCLIP says", () => {
  const published: Record<string, number> = {
    b_32: 87849216,
    b_16: 86192640,
    l_14: 303966208,
    l_14_336: 304293888,
    h_14: 632076800,
    g_14: 1012645632,
  };
  for (const { name, build } of clip) {
    using model = nn.init.skipped(() => build({ numClasses: 0 }));
    assertEquals([name, model.numParameters()], [name, published[name.split("_vit_")[1]]]);
  }
});

test("OpenAI's archive of a whole CLIP gives its image tower, in the model's dtype", () => {
  const golden = (name: string) =>
    new URL(`../golden/checkpoints/${name}`, import.meta.url).pathname;
  const truth = torch.loadSafetensors(golden("expected.safetensors"), { device });
  using tower = tiny({ imageSize: 16, dim: 8, depth: 2, embedDim: 6 });
  for (const name of ["script_clip.pt", "script_deflated.pt"]) {
    loadWeights(tower, golden(name), { dialects });
    tower.to(device).eval();
    assertEquals(tower.stateDict()["ln_pre.weight"].dtype, "float32");
    assertClose(tower.features(truth["script_clip/images"]), truth["script_clip/features"]);
    torch.noGrad(() => tower.parameters().forEach((weight) => weight.zero_()));
  }
});

test("the features are the projected embedding, or what is projected", () => {
  using tower = tiny();
  using before = tiny({ features: "pooled" });
  const images = uniform("images", [2, 3, 32, 32]).to(device);
  before.loadStateDict(before.adaptState(tower.stateDict()));
  for (const model of [tower, before]) model.to(device).eval();
  assertEquals([tower.featureDim, before.featureDim], [10, 24]);
  assertClose(before.features(images).matmul(tower.proj!), tower.features(images));
  using classifier = tiny({ numClasses: 4 });
  classifier.to(device);
  assertEquals(classifier.forward(images).shape, [2, 4]);
  assertEquals(Object.keys(classifier.stateDict()).slice(-2), ["head.weight", "head.bias"]);
});

test("a tower takes positions of another image size, and images where the size is dynamic", () => {
  using small = tiny();
  using large = tiny({ imageSize: 64 });
  using dynamic = tiny({ dynamicImageSize: true });
  const images = uniform("images", [2, 3, 64, 64]).to(device);
  const state = small.stateDict();
  large.loadStateDict(large.adaptState(state));
  dynamic.loadStateDict(state);
  for (const model of [large, dynamic]) model.to(device).eval();
  assertClose(large.features(images), dynamic.features(images));
  assertThrows(() => small.to(device).forward(images), ShapeError, "got [2, 3, 64, 64]");
});

test("options that cannot be used are refused by name", () => {
  const wrong: [Partial<ClipOptions>, string][] = [
    [{ patchSize: 7 }, "patches of 7 pixels do not tile an image of 32"],
    [{ heads: 5 }, "24 cannot be split into 5"],
    [{ embedDim: 0 }, "embedDim"],
    [{ features: "patches" as "pooled" }, "features"],
  ];
  for (const [options, named] of wrong) {
    const error = assertThrows(() => tiny(options), ArgumentError);
    assertStringIncludes(error.message, named);
  }
});
