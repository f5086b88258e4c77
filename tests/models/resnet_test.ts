import { assertEquals } from "@std/assert";
import { entry } from "../../src/models/registry.ts";
import { resnet } from "../../src/models/resnet_entries.ts";
import * as nn from "../../src/nn/mod.ts";
import { test } from "../helpers.ts";
import { assertParity, compare, goldenNames } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_resnet.safetensors", import.meta.url).pathname;

const options: Record<string, { numClasses: number; dropout?: number; dropPath?: number }> = {
  "resnet18": { numClasses: 10 },
  "resnet50": { numClasses: 10 },
  "timm resnet18": { numClasses: 10, dropout: 0.3, dropPath: 0.4 },
};

for (const name of goldenNames(path)) {
  test(`${name}: outputs, statistics and gradients are the publisher's`, () => {
    using model = entry(name.split(" ").at(-1)!).build(options[name]);
    assertParity(compare(model, path, name));
  });
}

test("resnet18 keeps a backbone's promises", () => {
  assertContract({ family: resnet, name: "resnet18", size: 64, sides: [16, 8, 4, 2] });
  assertRandomParts("resnet18", 32);
});

test("the residual networks have as many parameters as torchvision says", () => {
  const published: Record<string, number> = {
    resnet18: 11689512,
    resnet34: 21797672,
    resnet50: 25557032,
    resnet101: 44549160,
    resnet152: 60192808,
    wide_resnet50_2: 68883240,
  };
  for (const [name, count] of Object.entries(published)) {
    using model = nn.init.skipped(() => entry(name).build({ numClasses: 1000 }));
    assertEquals([name, model.numParameters()], [name, count]);
  }
});
