import { assertEquals } from "@std/assert";
import { convnext } from "../../src/models/convnext_entries.ts";
import { entry } from "../../src/models/registry.ts";
import { test } from "../helpers.ts";
import { assertParity, compare, goldenNames } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_convnext.safetensors", import.meta.url).pathname;

const options: Record<string, { numClasses: number; dropPath?: number }> = {
  "convnext_tiny": { numClasses: 10 },
  "convnext_atto_32": { numClasses: 10, dropPath: 0.5 },
};

for (const name of goldenNames(path)) {
  test(`${name}: outputs and gradients are torchvision's`, () => {
    using model = entry(name).build(options[name]);
    assertParity(compare(model, path, name));
  });
}

test("convnext_atto_32 keeps a backbone's promises", () => {
  assertContract({ family: convnext, name: "convnext_atto_32", size: 32, sides: [16, 8, 4, 2] });
  assertRandomParts("convnext_atto_32", 32);
});

test("the facts about published ConvNeXts are torchvision's", () => {
  const facts = convnext.filter((e) => e.source === "torchvision")
    .map((e) => [e.name, e.inputSize, Math.round(e.inputSize / e.cropFraction), e.featureDim]);
  assertEquals(facts, [
    ["convnext_tiny", 224, 236, 768],
    ["convnext_small", 224, 230, 768],
    ["convnext_base", 224, 232, 1024],
    ["convnext_large", 224, 232, 1536],
  ]);
});
