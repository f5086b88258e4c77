import { assertEquals } from "@std/assert";
import { toTorchvision } from "../../src/models/dialects/swin_torchvision.ts";
import { entry } from "../../src/models/registry.ts";
import { Swin } from "../../src/models/swin.ts";
import type { SwinOptions } from "../../src/models/swin_options.ts";
import { swin } from "../../src/models/swin_entries.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { assertParity, compare, goldenNames } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_swin.safetensors", import.meta.url).pathname;

const narrow = (options: Partial<SwinOptions>) =>
  new Swin({ ...{ numClasses: 5, dim: 8, depths: [2, 1, 2], heads: [1, 2, 4] }, ...options });

/** Our networks for the records of the golden file. */
const makers: Record<string, () => Swin> = {
  "torchvision": () => narrow({ padsFirst: true, dropPath: 0.5 }),
  "torchvision's version 2": () => narrow({ padsFirst: true, version: 2, window: 4 }),
  "swin_tiny_32 at 30": () => entry("swin_tiny_32").build({ numClasses: 3 }) as Swin,
  "timm": () => narrow({ imageSize: 64, window: 4, dropPath: 0.1 }),
  "timm at 60": () => narrow({ imageSize: 60, window: [4, 3, 7], dropPath: 0.1 }),
  "timm, dropping": () => narrow({ depths: [1, 1, 1], imageSize: 32, dropout: 0.3, dropPath: 0.5 }),
  "version 2": () => narrow({ version: 2, imageSize: 64, window: 4, dropPath: 0.1 }),
  "version 2, trained with others": () =>
    narrow({
      ...{ version: 2, imageSize: 60, window: [4, 3, 7], trainedWindows: [6, 6, 3] },
      dropPath: 0.1,
    }),
};

for (const name of goldenNames(path)) {
  test(`Swin, ${name}: outputs and gradients are the publisher's`, () => {
    using model = makers[name]();
    const published = /torchvision|_32/.test(name) ? toTorchvision(4) : undefined;
    assertParity(compare(model, path, name, 0, published));
  });
}

test("swin_tiny_32 keeps a backbone's promises", () => {
  assertContract({ family: swin, name: "swin_tiny_32", size: 32, sides: [16, 8, 4] });
  assertRandomParts("swin_tiny_32", 28);
});

test("the facts about published Swins are torchvision's", () => {
  const facts = swin.filter((e) => e.source === "torchvision")
    .map((e) => [e.name, e.inputSize, Math.round(e.inputSize / e.cropFraction), e.interpolation]);
  assertEquals(facts, [
    ["swin_t", 224, 232, "bicubic"],
    ["swin_s", 224, 246, "bicubic"],
    ["swin_b", 224, 238, "bicubic"],
    ["swin_v2_t", 256, 260, "bicubic"],
    ["swin_v2_s", 256, 260, "bicubic"],
    ["swin_v2_b", 256, 272, "bicubic"],
  ]);
});

test("one Swin takes images of several sizes, and other dtypes after some were seen", () => {
  using model = entry("swin_tiny_32").build({ numClasses: 2 }).to(device).eval();
  torch.noGrad(() => {
    const first = torch.randn([1, 3, 32, 32], { device });
    const before = model.forward(first);
    assertEquals(model.forward(torch.randn([1, 3, 28, 48], { device })).shape, [1, 2]);
    assertEquals(Object.keys(model.stateDict()).some((key) => key.includes("mask")), false);
    model.to("float64");
    assertClose(model.forward(first.double()).float(), before, { rtol: 1e-4, atol: 1e-5 });
  });
});

test("frozen biases, which are for the fused attention, give the same outputs and gradients", () => {
  for (const version of [1, 2] as const) {
    using model = narrow({ version, window: 4 }).to(device);
    torch.noGrad(() => {
      for (const tensor of model.parameters()) tensor.normal_(0, 0.2);
    });
    const run = (): [torch.Tensor, torch.Tensor] => {
      torch.manualSeed(0);
      const images = torch.randn([2, 3, 28, 28], { device, requiresGrad: true });
      const output = model.forward(images);
      output.pow(2).sum().backward();
      return [output.detach(), images.grad!];
    };
    const trained = run();
    for (const [name, parameter] of model.namedParameters()) {
      if (/bias_table$|cpb_mlp/.test(name)) parameter.requiresGrad = false;
    }
    const frozen = run();
    trained.forEach((expected, i) => assertClose(frozen[i], expected, { rtol: 1e-3, atol: 1e-6 }));
  }
});
