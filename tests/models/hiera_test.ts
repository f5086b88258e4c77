import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import { Hiera } from "../../src/models/hiera.ts";
import type { HieraOptions } from "../../src/models/hiera_options.ts";
import { hiera } from "../../src/models/hiera_entries.ts";
import { reroll, unroll } from "../../src/models/parts/hiera_blocks.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { assertParity, compare } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_hiera.safetensors", import.meta.url).pathname;

const small: HieraOptions = {
  ...{ numClasses: 5, imageSize: 64, dim: 8, heads: 1, depths: [1, 2, 2, 1] },
};

const makers: Record<string, HieraOptions> = {
  "tiny": small,
  "dropping": { ...small, dropout: 0.3, dropPath: 0.5 },
  "units with positions of their own": {
    ...{ ...small, heads: 2, globalPositions: 5, layerScale: 1e-5, expands: false },
  },
};

for (const [name, options] of Object.entries(makers)) {
  test(`Hiera, ${name}: outputs and gradients are timm's`, () => {
    using model = new Hiera(options);
    assertParity(compare(model, path, name));
  });
}

test("hiera_tiny_224 keeps a backbone's promises", () => {
  const options = { imageSize: 32 };
  const name = "hiera_tiny_224";
  assertContract({ family: hiera, name, size: 32, sides: [8, 4, 2, 1], options });
  assertRandomParts(name, 32, options);
});

test("tokens are put in order by their places in 2x2, then in 4x4, and back", () => {
  const map = torch.arange(64).reshape(1, 1, 8, 8);
  const tokens = unroll(map, 2);
  // The first quarter are the upper left ones of each 2x2; of those the first are so in each 4x4 too.
  assertEquals([...tokens.flatten().data()].slice(0, 8).map(Number), [0, 4, 32, 36, 2, 6, 34, 38]);
  for (const levels of [0, 1, 2, 3]) {
    assertEquals(reroll(unroll(map, levels), levels, [8, 8]).equal(map), true);
  }
});

test("positions of files for other images are interpolated, and other images refused", () => {
  using model = new Hiera({ ...small, imageSize: 96 });
  using other = new Hiera(small);
  const adapted = model.adaptState(other.stateDict());
  assertEquals(adapted["pos_embed"].shape, [1, 24 * 24, 8]);
  assertClose(adapted["pos_embed"].mean([1]), other.positions.mean([1]), { atol: 0.01 });
  model.to(device);
  const images = torch.zeros([1, 3, 64, 64], { device });
  assertThrows(() => model.forward(images), ShapeError, "24 x 24");
});

test("sizes that do not fit are refused", () => {
  const wrong: [Partial<HieraOptions>, string][] = [
    [{ imageSize: 72 }, "tile"],
    [{ heads: 3 }, "3 equal heads"],
    [{ globalPositions: 0 }, "globalPositions"],
    [{ depths: [900, 900, 900] }, "blocks"],
    [{ dim: 8192 }, "parameters"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => new Hiera({ ...small, ...options }), ArgumentError, message);
  }
});
