import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import {
  AttentionPoolLatent,
  type AttentionPoolOptions,
} from "../../src/models/parts/attention_pool.ts";
import * as nn from "../../src/nn/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { assertParity, compare, goldenNames } from "../parity/parity.ts";

const path = new URL("../golden/parity_attention_pool.safetensors", import.meta.url).pathname;

/** The pixels of a map are its tokens. */
class Pooling extends nn.Classifier {
  readonly pool: AttentionPoolLatent;
  override readonly head: nn.Module = new nn.Identity();
  override readonly featureDim = 12;
  override readonly numClasses = 0;

  constructor(options: Partial<AttentionPoolOptions>) {
    super();
    const pool = new AttentionPoolLatent(12, { heads: 3, ...options });
    this.pool = this.registerModule("attn_pool", pool);
  }

  override features(images: Tensor): Tensor {
    return this.pool.forward(images.flatten(2).transpose(1, 2)).flatten(1);
  }
}

const options: Record<string, Partial<AttentionPoolOptions>> = {
  "one": {},
  "mean of three": { latentLen: 3, pool: "avg", mlpRatio: 2.5 },
  "all of two": { latentLen: 2, pool: "none" },
  "normalized": { qkNorm: true, qkvBias: false },
  "with positions": { posEmbed: 16, activation: (x) => x.gelu({ approximate: "tanh" }) },
};

test("the golden file has every pooling that is compared", () => {
  assertEquals(goldenNames(path).sort(), Object.keys(options).sort());
});

for (const [name, given] of Object.entries(options)) {
  test(`pooling by attention, ${name}: answers and gradients are timm's`, () => {
    using model = new Pooling(given);
    assertParity(compare(model, path, name));
  });
}

test("a width that heads do not divide is refused", () => {
  assertThrows(
    () => new AttentionPoolLatent(12, { heads: 5 }),
    ArgumentError,
    "12 cannot be split",
  );
});
