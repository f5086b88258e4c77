import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import type { BuildOptions } from "../../src/models/entry.ts";
import { dialects } from "../../src/models/dialects/all.ts";
import { entry } from "../../src/models/registry.ts";
import type { RotaryVit } from "../../src/models/rotary_vit.ts";
import type { RotaryVitOptions } from "../../src/models/rotary_vit_options.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { goldenNames, uniform } from "../parity/parity.ts";
import { assertComputesTheSame, type State, stateOf, translateFor } from "./dialect_records.ts";

const path = new URL("../golden/dialects_rotary_vit.safetensors", import.meta.url).pathname;

/** An architecture of the registry, made small. */
function narrow(name: string, options: Partial<RotaryVitOptions> = {}): () => RotaryVit {
  const small = { dim: 24, depth: 2, heads: 2, patchSize: 16, imageSize: 32, numClasses: 0 };
  return () => entry(name).build({ ...small, ...options } as BuildOptions) as RotaryVit;
}

const token = { pool: "token" } as const;
const core = narrow("vit_pe_core_base_patch16_224", { poolHeads: 4 });
const aimv2 = narrow("aimv2_large_patch14_224");

/** Our networks for the states of the golden file. */
const makers: Record<string, () => RotaryVit> = {
  "DINOv3ViTModel": narrow("vit_small_patch16_dinov3_qkvb", token),
  "DINOv3ViTModel, modules": narrow("vit_small_patch16_dinov3_qkvb", token),
  "DINOv3ViTModel, gated": narrow("vit_small_plus_patch16_dinov3", token),
  "Meta's DINOv3": narrow("vit_small_patch16_dinov3_qkvb"),
  "Meta's DINOv3, gated": narrow("vit_small_plus_patch16_dinov3_qkvb"),
  "BAAI's EVA-02": narrow("eva02_base_patch14_224"),
  "BAAI's EVA-02, pre-trained": narrow("eva02_tiny_patch14_224"),
  "BAAI's EVA-02 CLIP": narrow("eva02_base_patch16_clip_224"),
  "Meta's Perception Encoder": core,
  "Meta's Perception Encoder, with text": core,
  "Meta's Perception Encoder, language": narrow("vit_pe_lang_gigantic_patch14_448"),
  "Meta's Perception Encoder, spatial": narrow("vit_pe_spatial_tiny_patch16_512"),
  "Aimv2VisionModel": aimv2,
  "Aimv2Model": aimv2,
  "Apple's AIMv2": aimv2,
};

const zeros = "Meta's DINOv3, biases of zeros";

test("the golden file has every state that is compared", () => {
  assertEquals(goldenNames(path).sort(), [...Object.keys(makers), zeros].sort());
});

for (const [record, make] of Object.entries(makers)) {
  test(`${record}: its state computes the same here`, () => {
    using model = make();
    assertComputesTheSame(model, path, record);
  });
}

test(`${zeros}: they are left out where there are none, others are not`, () => {
  using model = narrow("vit_small_patch16_dinov3")();
  const { state } = stateOf(path, zeros);
  const load = () => model.loadStateDict(translateFor(model, state));
  assertStringIncludes(assertThrows(load, ArgumentError).message, "blocks.0.attn.q_bias");
  for (const [name, bias] of Object.entries(state)) if (name.endsWith("qkv.bias")) bias.zero_();
  load();
  model.to(device).eval();
  const images = uniform("images", [2, 3, 32, 32]).mul(2).to(device);
  const expected = torch.loadSafetensors(path)[`${zeros}/output`];
  assertClose(torch.noGrad(() => model.forward(images)).cpu(), expected, {
    rtol: 1e-4,
    atol: 1e-5,
  });
});

test("biases of keys that are not masked are not left out", () => {
  using model = narrow("vit_small_patch16_dinov3_qkvb")();
  const { state } = stateOf(path, "Meta's DINOv3");
  const { "blocks.0.attn.qkv.bias_mask": _, ...unmasked } = state;
  const load = () => model.loadStateDict(translateFor(model, unmasked));
  assertStringIncludes(assertThrows(load, ArgumentError).message, "blocks.0.attn.qkv.bias");
});

test("states without parts, or with parts of other shapes, are refused by name", () => {
  for (const [record, make] of Object.entries(makers)) {
    const { state } = stateOf(path, record);
    for (const broken of brokenOf(state)) {
      using model = make();
      const error = assertThrows(() => model.loadStateDict(translateFor(model, broken)));
      assert(error instanceof Error && !/undefined|TypeError/.test(`${error}`), `${error}`);
    }
  }
});

/** A state without its first block's attention, with scalars for matrices, and with rows cut off. */
function brokenOf(state: State): State[] {
  const changed = (change: (t: torch.Tensor, name: string) => torch.Tensor | null): State =>
    Object.fromEntries(
      Object.entries(state).flatMap(([name, t]) => {
        const other = change(t, name);
        return other === null ? [] : [[name, other]];
      }),
    );
  return [
    changed((t, name) => /(layers?|blocks)\.0\.(attn|attention)/.test(name) ? null : t),
    changed((t) => t.ndim === 2 ? torch.zeros([]) : t),
    changed((t) => t.ndim >= 1 && t.size(0) > 3 ? t.narrow(0, 0, t.size(0) - 1) : t),
  ];
}

test("a network's own names are nobody else's", () => {
  const others = ["vit_small_patch14_reg4_dinov2", "vit_base_patch16_clip_224", "clip_vit_b_32"];
  const made = [...Object.values(makers), ...others.map((name) => narrowed(name))];
  for (const make of made) {
    using model = nn.init.skipped(make);
    const own = new Set(Object.keys(model.stateDict()));
    assertEquals(dialects.filter((one) => one.recognizes(own, own)).map((one) => one.name), []);
  }
});

const narrowed = (name: string) => (): nn.Classifier => entry(name).build({ numClasses: 0 });
