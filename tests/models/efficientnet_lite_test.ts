import { assertEquals } from "@std/assert";
import { create } from "../../src/models/create.ts";
import { entryOf } from "../../src/models/entry_of.ts";
import { IMAGENET_MEAN } from "../../src/models/imagenet.ts";
import { publishedState } from "../../src/models/published_state.ts";
import { entry } from "../../src/models/registry.ts";
import { load, save } from "../../src/models/saved.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";
import { assertParity, compare, goldenNames } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_efficientnet_lite.safetensors", import.meta.url).pathname;

/** The package's own name of a network. */
const own = (name: string) => `efficientnet-lite-pytorch/${name}`;

for (const name of goldenNames(path)) {
  test(`${name}: outputs, statistics and gradients are the package's`, () => {
    const { build, published } = entry(own(name));
    using model = build({ numClasses: 10, dropPath: name === "efficientnet_lite3" ? 0.5 : 0.2 });
    assertParity(compare(model, path, name, 0, published));
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
  const name = "efficientnet_lite0";
  const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
  try {
    for (
      const [made, about] of [
        [own(name), { name: own(name), mean: [127 / 255, 127 / 255, 127 / 255] }],
        [name, { name, mean: [...IMAGENET_MEAN] }],
      ] as const
    ) {
      using model = create(made, { numClasses: 3 });
      torch.scope(() => torch.saveSafetensors(path, publishedState(model)));
      const { name: found, mean } = entryOf(name, path);
      assertEquals({ name: found, mean: [...mean] }, about);
      const images = torch.randn([1, 3, 48, 48]);
      const expected = model.eval().forward(images);
      using loaded = create(name, { weights: path, numClasses: 3 });
      assertClose(loaded.eval().forward(images), expected);
      // What was made of a file is saved with its names.
      save(path, loaded);
      assertEquals(
        Object.keys(torch.loadSafetensors(path)).sort(),
        Object.keys(publishedState(model)).sort(),
      );
      using again = load(path);
      assertClose(again.forward(images), expected);
    }
    using model = create(own(name), { numClasses: 3 });
    torch.scope(() => torch.saveSafetensors(path, publishedState(model)));
    assertEquals(entryOf(`tf_${name}`, path).name, own(name));
  } finally {
    Deno.removeSync(path);
  }
});

test("efficientnet_lite0 keeps a backbone's promises", () => {
  const name = "efficientnet_lite0";
  const family = [name, `tf_${name}`, own(name)].map(entry);
  assertContract({ family, name, size: 70, sides: [18, 9, 5, 3] });
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
