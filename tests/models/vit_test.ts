import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import { siglip } from "../../src/models/siglip_entries.ts";
import { VisionTransformer } from "../../src/models/vit.ts";
import { vit } from "../../src/models/vit_entries.ts";
import type { VitOptions } from "../../src/models/vit_options.ts";
import { vitPretrained } from "../../src/models/vit_pretrained_entries.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { uniform } from "../parity/parity.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_vit.safetensors", import.meta.url).pathname;

const tiny = (imageSize: number, options: Partial<VitOptions> = {}) =>
  new VisionTransformer({
    imageSize,
    patchSize: 8,
    dim: 24,
    depth: 2,
    heads: 2,
    numClasses: 5,
    ...options,
  });

const registers = { registers: 4, prefixPositions: false };
const clip = { preNorm: true, eps: 1e-5 };
const gated = { mlpRatio: 2.66667 * 2, activation: "swiglu" } as const;

const joint = { block: "joint", norm: "rms", qkvBias: false, qkNorm: true } as const;
const attended = { classToken: false, pool: "map" } as const;

/** Our networks by the names of the golden file. */
const makers: Record<string, () => VisionTransformer> = {
  "plain": () => tiny(32),
  "dropping": () => tiny(32, { dropout: 0.3, dropPath: 0.5 }),
  "without class token": () => tiny(32, { classToken: false, fcNorm: false }),
  "registers with positions": () => tiny(32, { registers: 2, pool: "avg" }),
  "gated": () => tiny(32, { layerScale: 1e-5, ...registers, ...gated }),
  "clip with quick GELU": () => tiny(32, { ...clip, activation: "quickGelu" }),
  "without last norm": () => tiny(32, { finalNorm: false, ...registers }),
  "attention pool": () => tiny(32, { ...attended, activation: "geluTanh", mlpRatio: 3 }),
  "attention pool with registers": () =>
    tiny(32, { ...attended, registers: 1, poolRegisters: true }),
  "pixels left over": () => tiny(33, { ...attended, ragged: true }),
  "norms within": () => tiny(32, { subNorms: true, pool: "avg" }),
  "norms after": () =>
    tiny(32, { block: "post", layerScale: 1e-5, qkvBias: false, classToken: false }),
  "joint": () => tiny(32, { ...joint, preNorm: true, prefixPositions: false, dropPath: 0.3 }),
  "joint, differential": () => tiny(32, { block: "joint", differential: true, layerScale: 1e-5 }),
  "differential": () => tiny(32, { differential: true, layerScale: 1e-5 }),
  "root mean squares": () => tiny(32, { norm: "rms", pool: "avg" }),
  "paired": () => tiny(32, { block: "paired", layerScale: 1e-5, dropPath: 0.3 }),
  "smaller image": () => tiny(48, { dynamicImageSize: true, layerScale: 1e-5 }),
  "larger image, registers": () => tiny(32, { dynamicImageSize: true, ...registers }),
};

testParity(path, makers);

test("vit_tiny_patch4_32 keeps a backbone's promises", () => {
  assertContract({ family: vit, name: "vit_tiny_patch4_32", size: 32, sides: [8, 8, 8, 8] });
  assertRandomParts("vit_tiny_patch4_32", 32);
});

test("the norms add what timm's do, too little to be seen in results", () => {
  for (const { name, numClasses, build } of [...vit, ...vitPretrained, ...siglip]) {
    // Memory that nobody writes to is never taken.
    using model = nn.init.skipped(() => build({ numClasses }));
    const eps = /_clip_|^beit3/.test(name) ? 1e-5 : 1e-6;
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
      const { weight, bias } = shallow.pooling.fcNorm as nn.LayerNorm;
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
  assertClose(state["blocks.1.ls1.gamma"], torch.full([96], 0.25));
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
    [{ block: "constructor" as "pre" }, "block"],
    [{ norm: "batch" as "rms" }, "norm"],
    [{ qkNorm: true }, "qkNorm"],
    [{ differential: true, heads: 8 }, "two equal halves"],
    [{ block: "joint", activation: "swiglu" }, "gated"],
    [{ activation: "relu" as "gelu" }, "activation"],
  ];
  for (const [options, named] of wrong) {
    const error = assertThrows(() => tiny(32, options), ArgumentError);
    assertStringIncludes(error.message, named);
  }
});
