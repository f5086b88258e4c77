import { assertEquals } from "@std/assert";
import { ConvNeXt } from "../../src/models/convnext.ts";
import { convnext } from "../../src/models/convnext_entries.ts";
import type { ConvNeXtOptions } from "../../src/models/convnext_options.ts";
import { entry } from "../../src/models/registry.ts";
import { test } from "../helpers.ts";
import { assertParity, compare } from "../parity/parity.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const golden = (name: string) => new URL(`../golden/${name}.safetensors`, import.meta.url).pathname;

const tiny = (options: Partial<ConvNeXtOptions> = {}) => () =>
  new ConvNeXt({ numClasses: 5, depths: [1, 1, 1, 1], dims: [8, 16, 24, 32], ...options });
const v2 = { responseNorm: true, layerScale: null } as const;
const asConvolutions = true;

/** Our networks by the names of timm's records. */
const makers: Record<string, () => ConvNeXt> = {
  "plain": tiny(),
  "dropping": tiny({ depths: [1, 2, 2, 1], dropout: 0.3, dropPath: 0.5 }),
  "epsilon": tiny({ eps: 1e-5 }),
  "overlapping": tiny({ asConvolutions, stem: "overlap" }),
  "overlapping, tiered": tiny({ asConvolutions, stem: "overlapTiered", dims: [16, 24, 24, 32] }),
  "overlapping, simple norm": tiny({ asConvolutions, stem: "overlapAct", norm: "simple" }),
  "root mean square": tiny({ asConvolutions, norm: "rms" }),
  "norm first": tiny({ asConvolutions, normFirst: true }),
  "hidden layer": tiny({ headHidden: 20 }),
  "hidden layer, no classes": tiny({ headHidden: 20, numClasses: 0 }),
  "v2": tiny(v2),
  "v2, convolutions": tiny({ ...v2, asConvolutions, dropPath: 0.5 }),
};

testParity(golden("parity_convnext"), makers);

const torchvisions: Record<string, { name: string; dropPath?: number }> = {
  "convnext_tiny": { name: "torchvision/convnext_tiny" },
  "convnext_atto_32": { name: "convnext_atto_32", dropPath: 0.5 },
};

for (const [record, { name, dropPath }] of Object.entries(torchvisions)) {
  test(`${name}: names, outputs and gradients are torchvision's`, () => {
    const { build, published } = entry(name);
    using model = build({ numClasses: 10, dropPath });
    assertParity(compare(model, golden("parity_convnext_torchvision"), record, 0, published));
  });
}

test("convnext_atto_32 keeps a backbone's promises", () => {
  assertContract({ family: convnext, name: "convnext_atto_32", size: 32, sides: [16, 8, 4, 2] });
  assertRandomParts("convnext_atto_32", 32);
});

test("the facts about published ConvNeXts are torchvision's by its names", () => {
  const facts = convnext.filter((e) => e.source === "torchvision")
    .map((e) => [e.name, e.inputSize, Math.round(e.inputSize / e.cropFraction), e.featureDim]);
  assertEquals(facts, [
    ["torchvision/convnext_tiny", 224, 236, 768],
    ["torchvision/convnext_small", 224, 230, 768],
    ["torchvision/convnext_base", 224, 232, 1024],
    ["torchvision/convnext_large", 224, 232, 1536],
  ]);
});
