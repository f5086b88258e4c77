import { assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { MetaFormer, type MetaFormerOptions } from "../../src/models/metaformer.ts";
import { metaformer } from "../../src/models/metaformer_entries.ts";
import { test } from "../helpers.ts";
import { assertParity, compare } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_metaformer.safetensors", import.meta.url).pathname;

const mixed = {
  ...{ numClasses: 5, dims: [8, 12, 32], depths: [1, 1, 2] },
  mixers: ["conv", "conv", "attention"],
} as const;
const pool = { ...mixed, mixers: ["pool", "pool", "pool"], hiddenHead: false } as const;

const makers: Record<string, MetaFormerOptions> = {
  "caformer": mixed,
  "dropping": { ...mixed, dropout: 0.3, dropPath: 0.5 },
  "poolformer": { ...pool, baseline: false, layerScale: 1e-5, dropPath: 0.5 },
  "poolformer version 2": pool,
};

for (const [name, options] of Object.entries(makers)) {
  test(`MetaFormer, ${name}: outputs and gradients are timm's`, () => {
    using model = new MetaFormer(options);
    assertParity(compare(model, path, name));
  });
}

test("caformer_s18 and poolformer_s12 keep a backbone's promises", () => {
  const family = metaformer;
  assertContract({ family, name: "caformer_s18", size: 32, sides: [8, 4, 2, 1] });
  assertRandomParts("poolformer_s12", 32);
});

test("mixers that do not exist or do not fit are refused", () => {
  const wrong: [Partial<MetaFormerOptions>, string][] = [
    [{ mixers: ["conv", "conv"] }, "mixers must be 3 of"],
    [{ mixers: ["conv", "conv", "fourier" as never] }, "fourier"],
    [{ dims: [8, 12, 40] }, "multiple of its heads' 32"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => new MetaFormer({ ...mixed, ...options }), ArgumentError, message);
  }
});
