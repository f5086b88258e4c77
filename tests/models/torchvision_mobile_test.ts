import { assert, assertEquals } from "@std/assert";
import { create } from "../../src/models/create.ts";
import { entryOf } from "../../src/models/entry_of.ts";
import type { BuildOptions, ModelEntry } from "../../src/models/entry.ts";
import { MBConvNet } from "../../src/models/mb_conv_net.ts";
import { conv, fused, mbConv, type Stages } from "../../src/models/parts/mobile/rows.ts";
import { publishedState } from "../../src/models/published_state.ts";
import { entry } from "../../src/models/registry.ts";
import { load, save } from "../../src/models/saved.ts";
import { TORCHVISION_MOBILE } from "../../src/models/torchvision_mobile_entries.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";
import { assertParity, compare, goldenNames } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const golden = (name: string): string =>
  new URL(`../golden/parity_${name}.safetensors`, import.meta.url).pathname;
const options: Record<string, Partial<BuildOptions>> = {
  "efficientnet_b3": { dropPath: 0.5 },
  "mobilenet_v3_small": { dropout: 0.4 },
};

/** EfficientNetV2 with a stage of each kind. */
function narrowV2(): Pick<ModelEntry, "build" | "published"> {
  const stages: Stages = [
    [conv(3, 16, 2, 1, { shortcut: true })],
    [fused(4, 3, 24, 2, 2)],
    [mbConv(4, 3, 32, 2, 2, { squeeze: 1 / 4 })],
    [mbConv(6, 3, 40, 1, 2, { squeeze: 1 / 4 })],
    [mbConv(6, 3, 48, 1, 2, { squeeze: 1 / 4 })],
  ];
  const [stem, head] = [{ width: 16 }, { width: 64 }];
  const { published } = entry("efficientnet_v2_s");
  const own = { stem, stages, head, activation: "silu", dropout: 0.3, dropPath: 0.4 } as const;
  return { published, build: (options) => new MBConvNet({ ...own, ...options }) };
}

function known(name: string): Pick<ModelEntry, "build" | "published"> {
  if (name === "narrow EfficientNetV2") return narrowV2();
  return entry(/_b\d$/.test(name) ? `torchvision/${name}` : name);
}

for (const path of [golden("efficientnet"), golden("mobilenet_v3"), golden("mobile_torchvision")]) {
  for (const name of goldenNames(path)) {
    test(`${name}: outputs, statistics and gradients are torchvision's`, () => {
      const { build, published } = known(name);
      using model = build({ numClasses: 10, ...options[name] });
      assertParity(compare(model, path, name, 0, published));
    });
  }
}

test("torchvision's mobile networks keep a backbone's promises", () => {
  const family = Object.values(TORCHVISION_MOBILE).map(({ name }) => entry(name));
  const about = { family, size: 64, sides: [16, 8, 4, 2] };
  assertContract({ ...about, name: "torchvision/efficientnet_b0" });
  assertContract({ ...about, name: "mobilenet_v3_small" });
  assertContract({ ...about, name: "mobilenet_v2" });
  assertRandomParts("torchvision/efficientnet_b0", 32);
  assertRandomParts("mobilenet_v3_small", 32);
});

test("torchvision's mobile networks have as many parameters as it says", () => {
  const published: Record<string, number> = {
    mobilenet_v2: 3504872,
    mobilenet_v3_large: 5483032,
    mobilenet_v3_small: 2542856,
    "torchvision/efficientnet_b0": 5288548,
    "torchvision/efficientnet_b1": 7794184,
    "torchvision/efficientnet_b2": 9109994,
    "torchvision/efficientnet_b3": 12233232,
    "torchvision/efficientnet_b4": 19341616,
    "torchvision/efficientnet_b5": 30389784,
    "torchvision/efficientnet_b6": 43040704,
    "torchvision/efficientnet_b7": 66347960,
    efficientnet_v2_s: 21458488,
    efficientnet_v2_m: 54139356,
    efficientnet_v2_l: 118515272,
  };
  for (const [name, count] of Object.entries(published)) {
    using model = nn.init.skipped(() => entry(name).build({ numClasses: 1000 }));
    assertEquals([name, model.numParameters()], [name, count]);
  }
});

/** Two publishers' names of the same network. */
const pairs = [
  ["mobilenetv3_small_100", "mobilenet_v3_small"],
  ["efficientnet_b0", "torchvision/efficientnet_b0"],
  ["mobilenetv2_100", "mobilenet_v2"],
];

test("each publisher's name loads the files of both, as the network of the file's publisher", () => {
  const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
  try {
    for (const [made, other] of [...pairs, ...pairs.map((pair) => pair.toReversed())]) {
      using model = create(made, { numClasses: 3 });
      torch.scope(() => torch.saveSafetensors(path, publishedState(model)));
      const images = torch.randn([1, 3, 40, 40]);
      const expected = model.eval().forward(images);
      for (const name of [made, other]) {
        assertEquals(entryOf(name, path).name, made);
        using loaded = create(name, { weights: path, numClasses: 3 });
        assertClose(loaded.eval().forward(images), expected);
        assertEquals(loaded.view?.cropFraction, entry(made).cropFraction);
      }
    }
  } finally {
    Deno.removeSync(path);
  }
});

test("models are saved with their publisher's names, also those of before", () => {
  const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
  try {
    for (const name of pairs.flat()) {
      using model = create(name, { numClasses: 3 }).eval();
      save(path, model);
      const names = Object.keys(torch.loadSafetensors(path));
      const isTorchvision = entry(name).source === "torchvision";
      assert(names.includes(isTorchvision ? "features.0.0.weight" : "conv_stem.weight"));
      using loaded = load(path);
      const images = torch.randn([1, 3, 40, 40]);
      assertClose(loaded.forward(images), model.forward(images));
    }
    // The name that timm has too was torchvision's.
    using model = create("torchvision/efficientnet_b0", { numClasses: 3 }).eval();
    model.recipe = { architecture: "efficientnet_b0", options: { numClasses: 3 } };
    torch.scope(() =>
      torch.saveSafetensors(
        path,
        entry("torchvision/efficientnet_b0").published!(model.stateDict()),
        {
          format: "apprentice-model",
          version: "1",
          architecture: "efficientnet_b0",
          options: '{"numClasses":3}',
        },
        { checksums: true },
      )
    );
    using loaded = load(path);
    assertEquals(loaded.recipe?.architecture, "torchvision/efficientnet_b0");
    const images = torch.randn([1, 3, 40, 40]);
    assertClose(loaded.forward(images), model.forward(images));
  } finally {
    Deno.removeSync(path);
  }
});
