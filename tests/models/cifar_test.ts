import { assertEquals } from "@std/assert";
import { cifarResnet } from "../../src/models/cifar_resnet_entries.ts";
import { entry } from "../../src/models/registry.ts";
import { wideResnet } from "../../src/models/wide_resnet_entries.ts";
import * as nn from "../../src/nn/mod.ts";
import { test } from "../helpers.ts";
import { assertParity, compare, goldenNames } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_cifar.safetensors", import.meta.url).pathname;

for (const name of goldenNames(path)) {
  test(`${name}: outputs, statistics and gradients are those of the paper's network`, () => {
    const dropPath = name.startsWith("dropping") ? 0.5 : undefined;
    using model = entry(name.split(" ").at(-1)!).build({ numClasses: 10, dropPath });
    assertParity(compare(model, path, name));
  });
}

for (const [family, name] of [[cifarResnet, "resnet20"], [wideResnet, "wrn_28_2"]] as const) {
  test(`${name} keeps a backbone's promises`, () => {
    assertContract({ family, name, size: 32, sides: [32, 16, 8] });
    assertRandomParts(name, 16);
  });
}

test("the networks for CIFAR have as many parameters as published", () => {
  // In millions, as the collections of published weights and the semi-supervised literature give them.
  const published = { resnet20: 0.27, resnet56: 0.86, wrn_28_2: 1.47 };
  for (const [name, millions] of Object.entries(published)) {
    using model = nn.init.skipped(() => entry(name).build({ numClasses: 10 }));
    assertEquals([name, Math.round(model.numParameters() / 1e4) / 100], [name, millions]);
  }
});
