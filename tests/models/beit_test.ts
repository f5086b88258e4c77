import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import { Beit } from "../../src/models/beit.ts";
import type { BeitOptions } from "../../src/models/beit_options.ts";
import { beit } from "../../src/models/beit_entries.ts";
import {
  fitTableWithToken,
  relativePositionsWithToken,
} from "../../src/models/parts/beit_attention.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { assertParity, compare, fill, goldenNames, uniform } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_beit.safetensors", import.meta.url).pathname;

const narrow = (options: Partial<BeitOptions> = {}) =>
  new Beit({
    ...{ numClasses: 5, imageSize: 32, patchSize: 8, dim: 24, depth: 2, heads: 2 },
    ...options,
  });

/** Our networks by the names of the golden file. */
const makers: Record<string, () => Beit> = {
  "plain": () => narrow(),
  "dropping": () => narrow({ dropout: 0.3, dropPath: 0.5 }),
};

const tables: Record<string, [before: number, after: number]> = {
  "table 4 to 6": [4, 6],
  "table 6 to 3": [6, 3],
};

test("the golden file has everything that is compared", () => {
  assertEquals(goldenNames(path).sort(), [...Object.keys(makers), ...Object.keys(tables)].sort());
});

for (const [name, make] of Object.entries(makers)) {
  test(`${name}: outputs and gradients are timm's`, () => {
    using model = make();
    assertParity(compare(model, path, name));
  });
}

for (const [name, [before, after]] of Object.entries(tables)) {
  test(`${name}: biases of another grid are timm's`, () => {
    const table = uniform("table", [(2 * before - 1) ** 2 + 3, 2]);
    const expected = torch.loadSafetensors(path)[`${name}/table`];
    assertClose(fitTableWithToken(table, after), expected, { atol: 1e-5 });
  });
}

test("a BEiT keeps a backbone's promises", () => {
  const name = "beit_base_patch16_224";
  const stand = {
    build: (options: Partial<BeitOptions>) => narrow({ depth: 4, layerScale: 0.1, ...options }),
    featureDim: 24,
  };
  assertContract({ family: beit, name, size: 32, sides: [4, 4, 4, 4], narrow: stand });
  assertRandomParts(name, 32, stand);
});

test("every two tokens have the row of their distance, the class token its own three", () => {
  const index = [...relativePositionsWithToken(2)].map(Number);
  assertEquals(index, [
    ...[11, 9, 9, 9, 9],
    ...[10, 4, 3, 1, 0],
    ...[10, 5, 4, 2, 1],
    ...[10, 7, 6, 4, 3],
    ...[10, 8, 7, 5, 4],
  ]);
});

test("weights of a trained BEiT go to images of another size", () => {
  using small = narrow();
  using large = narrow({ imageSize: 48 });
  fill(small.stateDict());
  const index = { "blocks.0.attn.relative_position_index": torch.zeros([17, 17]) };
  large.loadStateDict(large.adaptState({ ...small.stateDict(), ...index }));
  large.to(device).eval();
  assertEquals(large.features(torch.zeros([1, 3, 48, 48], { device })).shape, [1, 24]);
  const wrong = { "blocks.0.attn.relative_position_bias_table": torch.zeros([50, 2]) };
  const error = assertThrows(() => large.adaptState(wrong), ShapeError);
  assertStringIncludes(error.message, "[50, 2] is not of a square grid");
});

test("images of another size, and grids that are too large, are refused", () => {
  using model = narrow();
  model.to(device);
  const error = assertThrows(
    () => model.forward(torch.zeros([1, 3, 40, 40], { device })),
    ShapeError,
  );
  assertStringIncludes(error.message, "4 x 4 patches");
  const many = assertThrows(() => narrow({ imageSize: 1024, patchSize: 1 }), ArgumentError);
  assertStringIncludes(many.message, "at most 4096");
});
