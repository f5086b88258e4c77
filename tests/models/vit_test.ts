import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import { entry } from "../../src/models/registry.ts";
import { VisionTransformer, type VitOptions } from "../../src/models/vit.ts";
import { vit } from "../../src/models/vit_entries.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { assertParity, compare, goldenNames, uniform } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_vit.safetensors", import.meta.url).pathname;

const tiny = (imageSize: number, options: Partial<VitOptions> = {}) =>
  new VisionTransformer({
    imageSize,
    patchSize: 8,
    dim: 24,
    depth: 3,
    heads: 2,
    numClasses: 5,
    ...options,
  });

const registers = { registers: 4, prefixPositions: false };
const clip = { preNorm: true, eps: 1e-5 };
const gated = { mlpRatio: 2.66667 * 2, activation: "swiglu" } as const;

/** Our networks by the names of the golden file. */
const makers: Record<string, () => VisionTransformer> = {
  "vit_tiny_patch16_224 at 32": () =>
    entry("vit_tiny_patch16_224").build({ numClasses: 7, imageSize: 32 }) as VisionTransformer,
  "vit_small_patch14_dinov2 at 28": () =>
    entry("vit_small_patch14_dinov2").build({ numClasses: 0, imageSize: 28 }) as VisionTransformer,
  "plain": () => tiny(32),
  "dropping": () => tiny(32, { dropout: 0.3, dropPath: 0.5 }),
  "average": () => tiny(32, { pool: "avg" }),
  "without class token": () => tiny(32, { classToken: false, fcNorm: false }),
  "without biases of qkv": () => tiny(32, { qkvBias: false }),
  "registers": () => tiny(32, { layerScale: 1e-5, ...registers }),
  "registers with positions": () => tiny(32, { registers: 2, pool: "avg" }),
  "gated": () => tiny(32, { layerScale: 1e-5, ...registers, ...gated }),
  "clip": () => tiny(32, clip),
  "clip with quick GELU": () => tiny(32, { ...clip, activation: "quickGelu" }),
  "smaller image": () => tiny(48, { dynamicImageSize: true, layerScale: 1e-5 }),
  "larger image, registers": () => tiny(32, { dynamicImageSize: true, ...registers }),
};

test("the golden file has every network that is compared", () => {
  assertEquals(goldenNames(path).sort(), Object.keys(makers).sort());
});

for (const [name, make] of Object.entries(makers)) {
  test(`${name}: outputs and gradients are timm's`, () => {
    using model = make();
    assertParity(compare(model, path, name));
  });
}

test("vit_tiny_patch4_32 keeps a backbone's promises", () => {
  assertContract({ family: vit, name: "vit_tiny_patch4_32", size: 32, sides: [8, 8, 8, 8] });
  assertRandomParts("vit_tiny_patch4_32", 32);
});

test("the vision transformers have as many parameters as timm says", () => {
  const published: Record<string, number> = {
    vit_tiny_patch16_224: 5717416,
    vit_tiny_patch16_384: 5790376,
    vit_small_patch32_224: 22878952,
    vit_small_patch32_384: 22915432,
    vit_small_patch16_224: 22050664,
    vit_small_patch16_384: 22196584,
    vit_small_patch8_224: 21670272,
    vit_base_patch32_224: 88224232,
    vit_base_patch32_384: 88297192,
    vit_base_patch16_224: 86567656,
    vit_base_patch16_384: 86859496,
    vit_base_patch8_224: 86576872,
    vit_large_patch32_224: 305510400,
    vit_large_patch32_384: 306632680,
    vit_large_patch16_224: 304326632,
    vit_large_patch16_384: 304715752,
    vit_large_patch14_224: 304203752,
    vit_huge_patch14_224: 630764800,
    vit_small_patch14_dinov2: 22056192,
    vit_base_patch14_dinov2: 86579712,
    vit_large_patch14_dinov2: 304367616,
    vit_giant_patch14_dinov2: 1136479232,
    vit_small_patch14_reg4_dinov2: 22057344,
    vit_base_patch14_reg4_dinov2: 86582016,
    vit_large_patch14_reg4_dinov2: 304370688,
    vit_giant_patch14_reg4_dinov2: 1136483840,
    vit_base_patch32_clip_224: 88225000,
    vit_base_patch32_clip_256: 87861248,
    vit_base_patch16_clip_224: 86568424,
    vit_base_patch16_clip_384: 86860264,
    vit_large_patch14_clip_224: 304204776,
    vit_large_patch14_clip_336: 304532456,
    vit_huge_patch14_clip_224: 632047080,
    vit_giant_patch14_clip_224: 1012646656,
    vit_base_patch32_clip_quickgelu_224: 87849728,
    vit_base_patch16_clip_quickgelu_224: 86193152,
    vit_large_patch14_clip_quickgelu_224: 303966976,
    vit_large_patch14_clip_quickgelu_336: 304294656,
    vit_huge_patch14_clip_quickgelu_224: 632077824,
  };
  for (const { name, numClasses, build } of vit) {
    if (name === "vit_tiny_patch4_32") continue;
    // Memory that nobody writes to is never taken.
    using model = nn.init.skipped(() => build({ numClasses }));
    assertEquals([name, model.numParameters()], [name, published[name]]);
    // Too small a difference to be seen in results.
    const eps = name.includes("_clip_") ? 1e-5 : 1e-6;
    for (const [, module] of model.namedModules()) {
      if (module instanceof nn.LayerNorm) assertEquals([name, module.eps], [name, eps]);
    }
  }
});

test("stages are what shallower networks end with", () => {
  using deep = tiny(32, { depth: 8, registers: 1, pool: "avg" });
  const images = uniform("images", [2, 3, 32, 32]).to(device);
  const state = deep.to(device).eval().stateDict();
  torch.noGrad(() => {
    const { stages } = (deep as VisionTransformer).forwardStages(images);
    stages.forEach((map, i) => {
      using shallow = tiny(32, { depth: 2 * (i + 1), registers: 1, pool: "avg" });
      const names = Object.keys(shallow.stateDict());
      shallow.loadStateDict(Object.fromEntries(names.map((name) => [name, state[name]])));
      shallow.to(device).eval();
      // The features are the norm of the mean over the map: the patches, without class token and register.
      const mean = map.mean([2, 3]);
      const { weight, bias } = shallow.fcNorm!;
      assertClose(
        torch.layerNorm(mean, [24], weight, bias, 1e-6),
        shallow.features(images),
        { rtol: 1e-4, atol: 1e-5 },
      );
    });
  });
});

test("a map has its patches where the image has them", () => {
  using model = tiny(32, { depth: 1 });
  model.to(device).eval();
  torch.noGrad(() => {
    const plain = torch.zeros([1, 3, 16, 32], { device });
    const spotted = plain.clone();
    // Pixels of the second row and third column of patches.
    spotted.narrow(2, 8, 8).narrow(3, 16, 8).fill_(1);
    const where = (x: torch.Tensor) =>
      model.patchEmbed.forward(x).transpose(1, 2).unflatten(2, [2, 4]);
    const changed = where(spotted).sub(where(plain)).abs().sum(1);
    assertEquals(changed.gt(0).toArray(), [[[false, false, false, false], [
      false,
      false,
      true,
      false,
    ]]]);
  });
});

test("images that are not square fit where the size is dynamic", () => {
  using model = tiny(32, { dynamicImageSize: true });
  model.to(device).eval();
  const { stages, features } = model.forwardStages(torch.zeros([1, 3, 16, 40], { device }));
  assertEquals([stages.at(-1)!.shape, features.shape], [[1, 24, 2, 5], [1, 24]]);
});

test("images of another size are refused with both sizes", () => {
  using model = tiny(32);
  model.to(device);
  const of = (...shape: number[]) =>
    assertThrows(() => model.forward(torch.zeros(shape, { device })), ShapeError).message;
  assertStringIncludes(of(1, 3, 40, 40), "4 x 4 patches, got [1, 3, 40, 40], which are 5 x 5");
  assertStringIncludes(of(1, 3, 33, 32), "multiples of a patch's 8 pixels, got [1, 3, 33, 32]");
  assertStringIncludes(of(3, 32, 32), "got [3, 32, 32]");
});

test("a position embedding is taken to another image size, the class token's left alone", () => {
  using small = tiny(32);
  using large = tiny(64, { numClasses: 0 });
  const state = large.adaptState(small.stateDict());
  assertEquals(state["pos_embed"].shape, [1, 65, 24]);
  const prefix = (x: torch.Tensor) => x.narrow(1, 0, 1);
  assertClose(prefix(state["pos_embed"]), prefix(small.positions));
  // What is the same everywhere stays so; what fits is passed on as it is.
  const even = { pos_embed: torch.ones([1, 17, 24]) };
  assertClose(large.adaptState(even)["pos_embed"], torch.ones([1, 65, 24]));
  assertEquals(small.adaptState(even)["pos_embed"], even.pos_embed);
  assertThrows(() => large.adaptState({ pos_embed: torch.ones([1, 16, 24]) }), ShapeError);
});

test("fresh weights are timm's", () => {
  torch.manualSeed(0);
  using model = tiny(32, { ...gated, dim: 96, layerScale: 0.25 });
  const state = model.stateDict();
  const spread = (name: string) => state[name].std().item();
  for (const name of ["pos_embed", "blocks.0.attn.qkv.weight", "head.weight"]) {
    assertClose(spread(name), 0.02, { rtol: 0.1 });
  }
  assertClose(state["blocks.2.ls1.gamma"], torch.full([96], 0.25));
  const [value, gate] = state["blocks.1.mlp.fc1.bias"].chunk(2);
  assertEquals([value.abs().max().item(), gate.min().item(), gate.max().item()], [0, 1, 1]);
  const [values, gates] = state["blocks.1.mlp.fc1.weight"].chunk(2);
  assertClose(values.std().item(), 0.02, { rtol: 0.1 });
  assert(gates.abs().max().item() < 1e-5);
});

test("options that cannot be used are refused by name", () => {
  const wrong: [Partial<VitOptions>, string][] = [
    [{ patchSize: 7 }, "patches of 7 pixels do not tile an image of 32"],
    [{ heads: 5 }, "24 cannot be split into 5"],
    [{ depth: 0 }, "depth"],
    [{ registers: -1 }, "registers"],
    [{ classToken: false, pool: "token" }, "class token"],
    [{ pool: "max" as "avg" }, "pool"],
    [{ activation: "relu" as "gelu" }, "activation"],
  ];
  for (const [options, named] of wrong) {
    const error = assertThrows(() => tiny(32, options), ArgumentError);
    assertStringIncludes(error.message, named);
  }
});
