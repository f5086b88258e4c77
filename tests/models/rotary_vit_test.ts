import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import { dinov3 } from "../../src/models/dinov3_entries.ts";
import type { BuildOptions } from "../../src/models/entry.ts";
import { entry } from "../../src/models/registry.ts";
import { RotaryVit } from "../../src/models/rotary_vit.ts";
import type { RotaryVitOptions } from "../../src/models/rotary_vit_options.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { fill, uniform } from "../parity/parity.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_rotary_vit.safetensors", import.meta.url).pathname;

/** An architecture of the registry, made small. */
function narrow(name: string, options: Partial<RotaryVitOptions> = {}): () => RotaryVit {
  const small = { dim: 24, depth: 2, heads: 2, numClasses: 5, ...options };
  return () => entry(name).build(small as BuildOptions) as RotaryVit;
}

const three = { heads: 3 };
const dropping = { dropout: 0.3, dropPath: 0.5 };

/** Our networks by the names of the golden file. */
const makers: Record<string, () => RotaryVit> = {
  "eva": narrow("eva_giant_patch14_224", { imageSize: 56 }),
  "eva02, packed": narrow("eva02_tiny_patch14_224", { imageSize: 56 }),
  "eva02, sub-norm": narrow("eva02_base_patch14_224", { ...three, imageSize: 56 }),
  "eva02, tower": narrow("eva02_base_patch16_clip_224", { imageSize: 64 }),
  "eva02, norms after": narrow("eva02_enormous_patch14_clip_224", { imageSize: 28 }),
  "eva02, dropping": narrow("eva02_tiny_patch14_224", { imageSize: 28, ...dropping }),
  "dinov3": narrow("vit_small_patch16_dinov3", { depth: 5 }),
  "dinov3 with biases": narrow("vit_small_patch16_dinov3_qkvb", three),
  "dinov3, gated": narrow("vit_small_plus_patch16_dinov3_qkvb", { numClasses: 0 }),
  "dinov3, dropping": narrow("vit_small_patch16_dinov3", dropping),
  "dinov3, class token": narrow("vit_small_patch16_lingbot"),
  "perception encoder, core": narrow("vit_pe_core_base_patch16_224", {
    imageSize: 64,
    poolHeads: 4,
  }),
  "perception encoder, without class token": narrow("vit_pe_lang_gigantic_patch14_448", {
    imageSize: 56,
  }),
  "perception encoder, spatial": narrow("vit_pe_spatial_tiny_patch16_512", { imageSize: 64 }),
  "axial": narrow("vit_small_patch16_rope_224", { imageSize: 64 }),
  "axial, learned positions": narrow("vit_small_patch16_rope_ape_224", { imageSize: 48 }),
  "mixed": narrow("vit_small_patch16_rope_mixed_224", { imageSize: 64 }),
  "mixed, learned positions": narrow("vit_small_patch16_rope_mixed_ape_224", { imageSize: 48 }),
  "sapiens2": narrow("vit_base_patch16_sapiens2", { kvHeads: [2, 1] }),
  "aimv2": narrow("aimv2_large_patch14_224", { imageSize: 56 }),
  "registers only": narrow("vit_betwixt_patch16_rope_reg4_gap_256", {
    imageSize: 64,
    inChannels: 1,
  }),
};

testParity(path, makers);

test("vit_tiny_patch16_dinov3_qkvb keeps a backbone's promises", () => {
  const name = "vit_tiny_patch16_dinov3_qkvb";
  assertContract({ family: dinov3, name, size: 32, sides: [2, 2, 2, 2] });
  assertRandomParts(name, 32);
});

const tiny = (options: Partial<RotaryVitOptions> = {}) =>
  new RotaryVit({ patchSize: 4, dim: 24, depth: 2, heads: 2, numClasses: 0, ...options });

test("an image on its side has its rows where its columns were", () => {
  const images = uniform("images", [2, 3, 8, 20]).to(device);
  for (const kind of ["axial", "centered", "mixed"] as const) {
    const features = (order: "ij" | "xy") => {
      using model = tiny({ pool: "token", positions: false, rotary: { kind, order } });
      fill(model.stateDict());
      model.to(device).eval();
      return torch.noGrad(() => {
        if (order === "ij") return model.features(images);
        const { weight } = model.patchEmbed.proj;
        weight.copy_(weight.mT.clone());
        return model.features(images.mT);
      });
    };
    assertClose(features("ij"), features("xy"), { rtol: 1e-4, atol: 1e-5 });
  }
});

test("positions matter, and only where they turn", () => {
  const images = uniform("images", [1, 3, 16, 16]).to(device);
  // The same patches in another order.
  const shuffled = torch.cat(images.chunk(4, 2).reverse(), 2);
  const differs = (options: Partial<RotaryVitOptions>): boolean => {
    using model = tiny({ pool: "avg", positions: false, ...options });
    fill(model.stateDict());
    model.to(device).eval();
    return torch.noGrad(() =>
      model.features(images).sub(model.features(shuffled)).abs().max().item() as number > 1e-4
    );
  };
  assert(!differs({}));
  assert(differs({ rotary: {} }));
});

test("turns are made once for each size of images", () => {
  using model = tiny({ positions: false, rotary: { kind: "centered", half: true } });
  model.to(device).eval();
  const run = (height: number, width: number) =>
    torch.noGrad(() =>
      torch.scope(() => model.denseFeatures(torch.zeros([1, 3, height, width], { device })).shape)
    );
  assertEquals(run(8, 16), [1, 24, 2, 4]);
  const { tensors } = torch.memory();
  for (let i = 0; i < 3; i++) run(8, 16);
  assertEquals(torch.memory().tensors, tensors);
  assertEquals(run(16, 8), [1, 24, 4, 2]);
  assertEquals(torch.memory().tensors, tensors + 1);
  for (let i = 1; i < 40; i++) run(4, 4 * i);
  assert(torch.memory().tensors < tensors + 20, "not those of every size are kept");
});

test("networks of half precision turn in single precision", () => {
  using model = tiny({ positions: false, rotary: { temperature: 100 } });
  fill(model.stateDict());
  model.to(device).eval();
  const images = uniform("images", [1, 3, 16, 16]).to(device);
  torch.noGrad(() => {
    const whole = model.features(images);
    model.to("bfloat16");
    const half = model.features(images.to("bfloat16"));
    assertEquals(half.dtype, "bfloat16");
    assertClose(half.float(), whole, { rtol: 0.1, atol: 0.1 });
  });
});

test("learned positions are taken to another size where that is on", () => {
  using model = tiny({ imageSize: 16, dynamicImageSize: true });
  model.to(device).eval();
  assertEquals(model.features(torch.zeros([1, 3, 8, 24], { device })).shape, [1, 24]);
  using fixed = tiny({ imageSize: 16 });
  fixed.to(device);
  const images = torch.zeros([1, 3, 8, 24], { device });
  const error = assertThrows(() => fixed.forward(images), ShapeError);
  assertStringIncludes(error.message, "4 x 4 patches, got [1, 3, 8, 24], which are 2 x 6");
});

test("a state of another size is fitted, without what only pre-training has", () => {
  using small = tiny({ imageSize: 16 });
  using large = tiny({ imageSize: 32 });
  const state = large.adaptState({ ...small.stateDict(), mask_token: torch.zeros([1, 24]) });
  assertEquals(state["pos_embed"].shape, [1, 65, 24]);
  large.loadStateDict(state);
  assertThrows(() => large.adaptState({ pos_embed: torch.ones([1, 18, 24]) }), ShapeError);
});

test("fresh weights are timm's", () => {
  torch.manualSeed(0);
  using model = tiny({ dim: 96, heads: 3, numClasses: 10, layerScale: 0.25, mlp: "swiglu" });
  const state = model.stateDict();
  const spread = (name: string) => state[name].std().item();
  const expected: Record<string, number> = {
    "pos_embed": 0.02,
    "blocks.0.attn.qkv.weight": 0.02,
    "blocks.0.attn.proj.weight": 0.02 / Math.sqrt(2),
    "blocks.1.mlp.fc2.weight": 0.02 / 2,
    "blocks.1.mlp.fc1_g.weight": 0.02,
    "head.weight": 0.02 / 1000,
  };
  for (const [name, std] of Object.entries(expected)) assertClose(spread(name), std, { rtol: 0.1 });
  assertClose(state["blocks.1.gamma_1"], torch.full([96], 0.25));
  using open = tiny({ mlp: "swiglu", init: "vit" });
  assertClose(open.stateDict()["blocks.0.mlp.fc1_g.bias"], torch.ones([96]));
});

test("options that cannot be used are refused by name", () => {
  const wrong: [Partial<RotaryVitOptions>, string][] = [
    [{ patchSize: 9 }, "patches of 9 pixels do not tile an image of 224"],
    [{ heads: 5 }, "24 cannot be split into 5"],
    [{ heads: 4, rotary: {} }, "multiple of 4"],
    [{ depth: 0 }, "depth"],
    [{ pool: "map", poolHeads: 5 }, "24 cannot be split into 5"],
    [{ classToken: false, pool: "token" }, "class token"],
    [{ mlp: "relu" as "gelu" }, "mlp"],
    [{ norm: "batch" as "layer" }, "norm"],
    [{ lastNorm: "all" as "tokens" }, "lastNorm"],
    [{ kvHeads: [1, 1] }, "separate"],
    [{ kvHeads: [1] }, "kvHeads"],
    [{ rotary: { kind: "round" as "axial" } }, "kind"],
    [{ rotary: { order: "ji" as "ij" } }, "order"],
    [{ rotary: { temperature: 0 } }, "temperature"],
    [{ rotary: { temperature: NaN } }, "temperature"],
    [{ rotary: { offset: NaN } }, "offset"],
    [{ rotary: { reference: 0 } }, "reference"],
    [{ rotary: { kind: "mixed", half: true } }, "half"],
    [{ dim: 60000, depth: 900, heads: 4 }, "parameters"],
  ];
  for (const [options, named] of wrong) {
    const error = assertThrows(() => tiny(options), ArgumentError);
    assertStringIncludes(error.message, named);
  }
});
