import { assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { HgNet, type HgNetOptions } from "../../src/models/hgnet.ts";
import { hgNet } from "../../src/models/hgnet_entries.ts";
import { test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_hgnet.safetensors", import.meta.url).pathname;

const small = (options: Partial<HgNetOptions> = {}) =>
  new HgNet({
    numClasses: 5,
    stem: options.v2 ? [4, 8] : [4, 4, 8],
    inner: [4, 4, 8, 8],
    widths: [8, 8, 16, 16],
    depths: [1, 1, 1, 2],
    layers: 2,
    ...options,
  });

/** Our networks by the names of the golden file. */
const makers: Record<string, () => HgNet> = {
  "v1, dropping": () => small({ dropout: 0.3, dropPath: 0.5 }),
  "v2, affine": () => small({ v2: true, affine: true, layers: 1 }),
};

testParity(path, makers);

test("hgnetv2_b0 keeps a backbone's promises", () => {
  assertContract({ family: hgNet, name: "hgnetv2_b0", size: 64, sides: [16, 8, 4, 2] });
  assertRandomParts("hgnetv2_b0", 64);
});

test("options that cannot be used are refused by name", () => {
  const wrong: [Partial<HgNetOptions>, string][] = [
    [{ stem: [4, 8] }, "stem"],
    [{ widths: [8, 8] }, "widths"],
    [{ inner: [4, 4, 4, 0] }, "inner"],
    [{ layers: 0 }, "layers"],
    [{ depths: [999, 999, 999, 999] }, "blocks"],
    [{ inner: [60000, 60000, 60000, 60000] }, "parameters"],
  ];
  for (const [options, named] of wrong) {
    assertStringIncludes(assertThrows(() => small(options), ArgumentError).message, named);
  }
});
