import { assertEquals } from "@std/assert";
import { efficientnet } from "../../src/models/efficientnet_entries.ts";
import { entry } from "../../src/models/registry.ts";
import * as nn from "../../src/nn/mod.ts";
import { test } from "../helpers.ts";
import { assertParity, compare, goldenNames } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_efficientnet.safetensors", import.meta.url).pathname;

const options: Record<string, { dropPath?: number }> = { "efficientnet_b3": { dropPath: 0.5 } };

for (const name of goldenNames(path)) {
  test(`${name}: outputs, statistics and gradients are the publisher's`, () => {
    using model = entry(name).build({ numClasses: 10, ...options[name] });
    assertParity(compare(model, path, name));
  });
}

test("efficientnet_b0 keeps a backbone's promises", () => {
  assertContract({ family: efficientnet, name: "efficientnet_b0", size: 64, sides: [16, 8, 4, 2] });
  assertRandomParts("efficientnet_b0", 32);
});

test("the EfficientNets have as many parameters as torchvision says", () => {
  const published: Record<string, number> = {
    efficientnet_b0: 5288548,
    efficientnet_b1: 7794184,
    efficientnet_b2: 9109994,
    efficientnet_b3: 12233232,
    efficientnet_b4: 19341616,
  };
  for (const [name, count] of Object.entries(published)) {
    using model = nn.init.skipped(() => entry(name).build({ numClasses: 1000 }));
    assertEquals([name, model.numParameters()], [name, count]);
  }
});
