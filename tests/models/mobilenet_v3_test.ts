import { assertEquals } from "@std/assert";
import { mobilenetV3 } from "../../src/models/mobilenet_v3_entries.ts";
import { entry } from "../../src/models/registry.ts";
import * as nn from "../../src/nn/mod.ts";
import { test } from "../helpers.ts";
import { assertParity, compare, goldenNames } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_mobilenet_v3.safetensors", import.meta.url).pathname;

const options: Record<string, { dropout?: number }> = { "mobilenet_v3_small": { dropout: 0.4 } };

for (const name of goldenNames(path)) {
  test(`${name}: outputs, statistics and gradients are the publisher's`, () => {
    using model = entry(name).build({ numClasses: 10, ...options[name] });
    assertParity(compare(model, path, name));
  });
}

test("mobilenet_v3_small keeps a backbone's promises", () => {
  assertContract({
    family: mobilenetV3,
    name: "mobilenet_v3_small",
    size: 64,
    sides: [16, 8, 4, 2],
  });
  assertRandomParts("mobilenet_v3_small", 32);
});

test("the MobileNets have as many parameters as torchvision says", () => {
  const published = { mobilenet_v3_large: 5483032, mobilenet_v3_small: 2542856 };
  for (const [name, count] of Object.entries(published)) {
    using model = nn.init.skipped(() => entry(name).build({ numClasses: 1000 }));
    assertEquals([name, model.numParameters()], [name, count]);
  }
});
