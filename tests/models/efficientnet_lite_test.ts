import { assertEquals } from "@std/assert";
import { efficientnetLite } from "../../src/models/efficientnet_lite.ts";
import { entry } from "../../src/models/registry.ts";
import * as nn from "../../src/nn/mod.ts";
import { test } from "../helpers.ts";
import { assertParity, compare, goldenNames } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_efficientnet_lite.safetensors", import.meta.url).pathname;

const options: Record<string, { dropPath?: number }> = { "efficientnet_lite3": { dropPath: 0.5 } };

for (const name of goldenNames(path)) {
  test(`${name}: outputs, statistics and gradients are the publisher's`, () => {
    using model = entry(name).build({ numClasses: 10, ...options[name] });
    assertParity(compare(model, path, name));
  });
}

test("efficientnet_lite0 keeps a backbone's promises", () => {
  const name = "efficientnet_lite0";
  assertContract({ family: efficientnetLite, name, size: 70, sides: [18, 9, 5, 3] });
  assertRandomParts(name, 32);
});

test("the EfficientNet-Lites have as many parameters as published", () => {
  // In millions, by the publisher's table.
  const published = { 0: 4.7, 1: 5.4, 2: 6.1, 3: 8.2, 4: 13.0 };
  for (const [number, count] of Object.entries(published)) {
    const { build } = entry(`efficientnet_lite${number}`);
    using model = nn.init.skipped(() => build({ numClasses: 1000 }));
    assertEquals([number, Math.round(model.numParameters() / 1e5) / 10], [number, count]);
  }
});
