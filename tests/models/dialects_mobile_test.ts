import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import { create } from "../../src/models/create.ts";
import { mobileDialects } from "../../src/models/dialects/mobile.ts";
import { B0 } from "../../src/models/efficientnet_tables.ts";
import { MBConvNet } from "../../src/models/mb_conv_net.ts";
import { MOBILENET_V2 } from "../../src/models/mobilenet_tables.ts";
import { scaleStages } from "../../src/models/parts/mobile/scale.ts";
import { TENSORFLOW } from "../../src/models/parts/mobile/tensorflow.ts";
import { entry } from "../../src/models/registry.ts";
import type { Classifier } from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { goldenNames } from "../parity/parity.ts";
import { assertComputesTheSame, stateOf, translateFor } from "./dialect_records.ts";

const path = new URL("../golden/dialects_mobile.safetensors", import.meta.url).pathname;

const narrow = { numClasses: 10, stem: { width: 16 }, activation: "relu6" } as const;
const v2 = { ...narrow, stages: scaleStages(MOBILENET_V2, { width: 0.35 }), head: { width: 1280 } };

/** Our networks for the states of the golden file. */
const makers: Record<string, () => Classifier> = {
  "transformers' EfficientNet": () =>
    new MBConvNet({
      numClasses: 10,
      stem: { width: 16 },
      stages: scaleStages(B0, { width: 0.5, depth: 0.5 }),
      head: { width: 640 },
      activation: "silu",
      ...TENSORFLOW,
    }),
  "transformers' MobileNetV2": () => new MBConvNet({ ...v2, ...TENSORFLOW }),
  "torchvision's MobileNetV2": () => new MBConvNet(v2),
  "torchvision's MobileNetV3": () => entry("mobilenet_v3_small").build({ numClasses: 10 }),
};

test("every state is compared, and speaks one dialect", () => {
  assertEquals(goldenNames(path).sort(), Object.keys(makers).sort());
  for (const record of goldenNames(path)) {
    const keys = new Set(Object.keys(stateOf(path, record).state));
    const found = mobileDialects.filter((one) => one.recognizes(keys)).map(({ name }) => name);
    assertEquals(found, [record]);
  }
});

for (const [record, make] of Object.entries(makers)) {
  test(`${record} computes the same as ours`, () => {
    using model = make();
    assertComputesTheSame(model, path, record);
  });
}

test("what is published is read again as it was, by each publisher's names", () => {
  const names = [
    "mobilenet_v2",
    "mobilenet_v3_small",
    "torchvision/efficientnet_b0",
    "efficientnet-lite-pytorch/efficientnet_lite0",
    "transformers/mobilenet_v2_035",
  ];
  for (const name of names) {
    const { build, published } = entry(name);
    using model = build({ numClasses: 3 });
    torch.scope(() => {
      const own = model.stateDict();
      const theirs = published!(own);
      assert(!Object.keys(theirs).some((key) => key.startsWith("blocks.")));
      const again = translateFor(model, theirs);
      const shapes = (state: Record<string, torch.Tensor>) =>
        Object.entries(state).map(([key, one]) => `${key} ${one.shape}`).sort();
      assertEquals(shapes(again), shapes(own), name);
      for (const [key, tensor] of Object.entries(again)) {
        assert(own[key].equal(tensor.reshape(own[key].shape)), `${name}: ${key}`);
      }
    });
  }
});

test("files of other publishers that lack layers, or have them of another shape, are refused", () => {
  const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
  const { build, published } = entry("mobilenet_v2");
  using model = build({ numClasses: 3 });
  try {
    torch.scope(() => {
      const whole = published!(model.stateDict());
      const { "features.5.conv.1.0.weight": kernel, ...lacking } = whole;
      const wrong = { ...whole, "features.5.conv.1.0.weight": kernel.repeat(1, 1, 3, 3) };
      for (const [state, type] of [[lacking, ArgumentError], [wrong, ShapeError]] as const) {
        torch.saveSafetensors(path, state);
        for (const name of ["mobilenet_v2", "mobilenetv2_100", "mobilenetv2_140"]) {
          assertThrows(() => create(name, { weights: path, numClasses: 3 }), type);
        }
      }
    });
  } finally {
    Deno.removeSync(path);
  }
});

test("states of mobile networks that lack parts, or have more, are passed on as far as they go", () => {
  using model = entry("mobilenet_v2").build({ numClasses: 3 });
  const states: Record<string, torch.Tensor>[] = [
    { "features.0.0.weight": torch.zeros([1]), "features.1.conv.0.0.weight": torch.zeros([]) },
    {
      "features.0.0.weight": torch.zeros([1]),
      "features.1.conv.0.0.weight": torch.zeros([1]),
      "features.1.conv.1.weight": torch.zeros([1]),
      "features.99999999.conv.1.weight": torch.zeros([1]),
      "features.1.conv.77.weight": torch.zeros([1]),
      "else": torch.zeros([1]),
    },
  ];
  const started = performance.now();
  for (const state of states) {
    const translated = translateFor(model, state);
    assert(Object.keys(translated).length > 0);
  }
  assert(performance.now() - started < 1000);
});
