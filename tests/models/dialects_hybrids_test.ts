import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { efficientformerV2Dialects } from "../../src/models/dialects/efficientformer_v2.ts";
import { efficientvitDialects } from "../../src/models/dialects/efficientvit.ts";
import { levitDialects } from "../../src/models/dialects/levit.ts";
import { mobilevitDialects } from "../../src/models/dialects/mobilevit.ts";
import { EfficientFormerV2 } from "../../src/models/efficientformer_v2.ts";
import { EfficientVit } from "../../src/models/efficientvit_mit.ts";
import { EfficientVitMsra } from "../../src/models/efficientvit_msra.ts";
import { Levit } from "../../src/models/levit.ts";
import { entry } from "../../src/models/registry.ts";
import type { Classifier } from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { goldenNames } from "../parity/parity.ts";
import { assertComputesTheSame, stateOf, translateFor } from "./dialect_records.ts";

const path = new URL("../golden/dialects_hybrids.safetensors", import.meta.url).pathname;

const numClasses = 10;

const levit = () =>
  new Levit({
    numClasses,
    imageSize: 80,
    dims: [16, 24, 32],
    depths: [1, 1, 2],
    heads: [2, 3, 4],
    keyDim: 8,
  });

const efficientvit = (isLarge: boolean) =>
  new EfficientVit({
    numClasses,
    isLarge,
    widths: [8, 16, 16, 24, 32],
    depths: isLarge ? [1, 1, 1, 1, 1] : [1, 1, 2, 1, 1],
    headDim: 8,
    headWidths: [24, 40],
  });

/** Our networks for the states of the golden file. */
const makers: Record<string, () => Classifier> = {
  "Meta's LeViT": levit,
  "transformers' LeViT": levit,
  "transformers' LeViT, one head": levit,
  "Microsoft's EfficientViT": () =>
    new EfficientVitMsra({
      numClasses,
      imageSize: 128,
      dims: [32, 48, 64],
      depths: [1, 2, 1],
      heads: [2, 3, 4],
      kernels: [7, 5, 3, 3],
    }),
  "MIT's EfficientViT": () => efficientvit(false),
  "MIT's EfficientViT, large": () => efficientvit(true),
  "Snap's EfficientFormerV2": () =>
    new EfficientFormerV2({
      numClasses,
      imageSize: 64,
      dims: [16, 24, 32, 40],
      expansions: [[4], [4], [4, 3], [3, 4]],
      attentive: 1,
    }),
  "Apple's MobileViT": () => entry("mobilevit_xxs").build({ numClasses }),
  "Apple's MobileViTv2": () => entry("mobilevitv2_050").build({ numClasses }),
  "transformers' MobileViT": () => entry("mobilevit_xxs").build({ numClasses }),
  "transformers' MobileViTV2": () => entry("mobilevitv2_050").build({ numClasses }),
};

for (const [record, make] of Object.entries(makers)) {
  test(`${record} computes the same as ours`, () => {
    using model = make();
    assertComputesTheSame(model, path, record);
  });
}

test("every golden state is compared, speaks one dialect, and every dialect is spoken", () => {
  assertEquals(goldenNames(path).sort(), Object.keys(makers).sort());
  const all = [
    ...levitDialects,
    ...efficientvitDialects,
    ...efficientformerV2Dialects,
    ...mobilevitDialects,
  ];
  const spoken = goldenNames(path).map((record) => {
    const keys = new Set(Object.keys(stateOf(path, record).state));
    const found = all.filter((dialect) => dialect.recognizes(keys)).map(({ name }) => name);
    assertEquals(found.length, 1, record);
    return found[0];
  });
  assertEquals(new Set(spoken), new Set(all.map(({ name }) => name)));
});

test("a state that lacks a part names what is missing, by our names", () => {
  using model = levit();
  const { state } = stateOf(path, "Meta's LeViT");
  delete state["blocks.6.kv.c.weight"];
  const lacking = translateFor(model, state);
  const error = assertThrows(() => model.loadStateDict(lacking), Error);
  assertStringIncludes(
    error.message,
    "1 missing: stages.2.downsample.attn_downsample.kv.linear.weight",
  );
});

test("tensors of other shapes and layers that there are not are refused, by our names", () => {
  const wrong: [string, string, number[], string][] = [
    [
      "Meta's LeViT",
      "blocks.0.m.attention_biases",
      [2, 30],
      "stages.0.blocks.0.attn.attention_biases",
    ],
    [
      "Meta's LeViT",
      "blocks.9999999999999999999999.m.qkv.c.weight",
      [2, 2],
      "stages.2.blocks.2.attn",
    ],
    ["Meta's LeViT", "blocks.8.m.0.c.weight", [2, 2], "1 unexpected"],
    ["MIT's EfficientViT", "input_stem.op_list.9.conv.weight", [1], "stem.9.conv.weight"],
    ["Microsoft's EfficientViT", "blocks2.99.dw0.m.c.weight", [1], "stages.1.row.99"],
    ["Snap's EfficientFormerV2", "network.3.attn.q.local.0.weight", [0], "attn.q.local.weight"],
    ["Apple's MobileViT", "conv_1.block.conv.weight", [16, 1, 3, 3], "stem.conv.weight"],
    ["transformers' MobileViT", "classifier.weight", [9, 320], "head.fc.weight"],
  ];
  for (const [record, name, shape, words] of wrong) {
    using model = makers[record]();
    const { state } = stateOf(path, record);
    const lying = translateFor(model, { ...state, [name]: torch.zeros(shape) });
    const error = assertThrows(() => model.loadStateDict(lying), Error);
    assertStringIncludes(error.message, words, record);
  }
});

test("a dialect of another network is left alone", () => {
  using model = levit();
  const { state } = stateOf(path, "MIT's EfficientViT");
  assertEquals(Object.keys(translateFor(model, state)), Object.keys(state));
});
