import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { EdgeNeXt } from "../../src/models/edgenext.ts";
import { edgenext } from "../../src/models/edgenext_entries.ts";
import type { EdgeNeXtOptions } from "../../src/models/edgenext_options.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_edgenext.safetensors", import.meta.url).pathname;

const tiny = (options: Partial<EdgeNeXtOptions> = {}) => () =>
  new EdgeNeXt({
    numClasses: 5,
    depths: [1, 2, 1, 1],
    dims: [8, 16, 20, 28],
    heads: 2,
    ...options,
  });

/** Our networks by the names of the golden file. */
const makers: Record<string, () => EdgeNeXt> = {
  "plain": tiny(),
  "dropping": tiny({ dropout: 0.3, dropPath: 0.5 }),
  "overlapping": tiny({ depths: [1, 2, 2, 2], dims: [8, 16, 32, 32], overlapping: true }),
};

testParity(path, makers);

test("edgenext_xx_small keeps a backbone's promises", () => {
  const name = "edgenext_xx_small";
  assertContract({ family: edgenext, name, size: 32, sides: [8, 4, 2, 1] });
  assertRandomParts(name, 32);
});

test("images need not be square", () => {
  using model = tiny()().to(device).eval();
  const { stages } = torch.noGrad(() =>
    model.forwardStages(torch.randn([1, 3, 64, 96], { device }))
  );
  assertEquals(stages.at(-1)!.shape, [1, 28, 2, 3]);
});

test("channels that cannot be split, and blocks that lack, are refused", () => {
  assertThrows(tiny({ dims: [9, 18, 21, 9], heads: 3 }), ArgumentError, "9 channels of stage 3");
  assertThrows(tiny({ heads: 3 }), ArgumentError, "3 equal heads");
  assertThrows(tiny({ overlapping: true }), ArgumentError, "multiples");
  const dims = [8, 16, 32, 32];
  assertThrows(tiny({ overlapping: true, dims }), ArgumentError, "no block to halve");
});
