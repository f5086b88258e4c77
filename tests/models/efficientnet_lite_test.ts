import { assertEquals } from "@std/assert";
import { create } from "../../src/models/create.ts";
import { entryOf } from "../../src/models/entry_of.ts";
import { efficientnetLite } from "../../src/models/efficientnet_lite_entries.ts";
import { IMAGENET_MEAN } from "../../src/models/imagenet.ts";
import { entry } from "../../src/models/registry.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";
import { assertParity, compare, goldenNames } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_efficientnet_lite.safetensors", import.meta.url).pathname;

/** The package's own network of a name, which a file with its names of parameters is of. */
const publishers = (name: string) => entry(name).ofFile!(["_conv_stem.weight"])!;

const options: Record<string, { dropPath?: number }> = { "efficientnet_lite3": { dropPath: 0.5 } };

for (const name of goldenNames(path)) {
  test(`${name}: outputs, statistics and gradients are the publisher's`, () => {
    using model = publishers(name).build({ numClasses: 10, ...options[name] });
    assertParity(compare(model, path, name));
  });
}

const timm = new URL("../golden/parity_timm.safetensors", import.meta.url).pathname;

for (const name of goldenNames(timm)) {
  test(`${name}: outputs, statistics and gradients are timm's`, () => {
    const dropPath = name === "tf_efficientnet_lite2" ? 0.5 : 0.2;
    using model = entry(name).build({ numClasses: 10, dropPath });
    assertParity(compare(model, timm, name));
  });
}

test("one name of two publishers: a file's names tell which network it is of", () => {
  const [name, path] = ["efficientnet_lite0", Deno.makeTempFileSync({ suffix: ".safetensors" })];
  try {
    for (
      const [made, facts] of [
        [publishers(name), { name, mean: [127 / 255, 127 / 255, 127 / 255] }],
        [entry(name), { name, mean: IMAGENET_MEAN }],
      ] as const
    ) {
      using model = made.build({ numClasses: 3 });
      torch.saveSafetensors(path, model.stateDict());
      const { name: found, mean } = entryOf(name, path);
      assertEquals({ name: found, mean: [...mean] }, { name: facts.name, mean: [...facts.mean] });
      // What was made from a file is made from its own again.
      using loaded = create(name, { weights: path, numClasses: 3 });
      assertEquals(Object.keys(loaded.stateDict()), Object.keys(model.stateDict()));
      const images = torch.randn([1, 3, 48, 48]);
      assertClose(loaded.eval().forward(images), model.eval().forward(images));
    }
    using model = publishers(name).build({ numClasses: 3 });
    torch.saveSafetensors(path, model.stateDict());
    using tensorflow = create(`tf_${name}`, { weights: path, numClasses: 3 });
    assertEquals(Object.keys(tensorflow.stateDict()), Object.keys(model.stateDict()));
  } finally {
    Deno.removeSync(path);
  }
});

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
