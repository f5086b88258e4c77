import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { TinyVit, type TinyVitOptions } from "../../src/models/tiny_vit.ts";
import { tinyVit } from "../../src/models/tiny_vit_entries.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { assertParity, compare } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_tiny_vit.safetensors", import.meta.url).pathname;

const small: TinyVitOptions = {
  ...{ numClasses: 5, dims: [8, 16, 24], depths: [1, 2, 1], heads: [1, 2, 3] },
  windows: [7, 4, 4],
};

const makers: Record<string, TinyVitOptions> = {
  "tiny": small,
  "dropping": { ...small, windows: [7, 4, 3], dropout: 0.3, dropPath: 0.5 },
};

for (const [name, options] of Object.entries(makers)) {
  test(`TinyViT, ${name}: outputs and gradients are timm's`, () => {
    using model = new TinyVit(options);
    assertParity(compare(model, path, name));
  });
}

test("tiny_vit_5m_224 keeps a backbone's promises", () => {
  assertContract({ family: tinyVit, name: "tiny_vit_5m_224", size: 64, sides: [16, 8, 4, 2] });
  assertRandomParts("tiny_vit_5m_224", 32);
});

test("biases of files for other windows are interpolated, and what can be computed left out", () => {
  using model = new TinyVit({ ...small, windows: [7, 8, 4] });
  using other = new TinyVit(small);
  const name = "stages.1.blocks.0.attn.attention_biases";
  const state = { ...other.stateDict(), [`${name.slice(0, -2)}_idxs`]: torch.zeros([1]) };
  const adapted = model.adaptState({ ...state, [name]: torch.ones([2, 16]) });
  assertEquals(Object.keys(adapted).sort(), Object.keys(model.stateDict()).sort());
  assertEquals(adapted[name].shape, [2, 64]);
  assertEquals(adapted[name].sub(1).abs().max().item() as number < 1e-6, true);
});

test("sizes that do not fit are refused", () => {
  const wrong: [Partial<TinyVitOptions>, string][] = [
    [{ heads: [1, 3, 3] }, "3 equal heads"],
    [{ windows: [7, 4] }, "windows must have 3"],
    [{ windows: [7, 4, 0] }, "windows[2]"],
    [{ windows: [7, 4, 100] }, "window must be at most 64"],
    [{ dims: [1, 16, 24] }, "half of the first"],
    [{ dims: [8, 16, 60000], heads: [1, 2, 1] }, "parameters"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => new TinyVit({ ...small, ...options }), ArgumentError, message);
  }
});
