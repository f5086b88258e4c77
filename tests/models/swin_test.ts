import { assertEquals } from "@std/assert";
import { entry } from "../../src/models/registry.ts";
import { swin } from "../../src/models/swin_entries.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { assertParity, compare, goldenNames } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_swin.safetensors", import.meta.url).pathname;

const options: Record<string, { numClasses: number; dropPath?: number }> = {
  "swin_t": { numClasses: 10 },
  "swin_tiny_32": { numClasses: 10, dropPath: 0.5 },
  "swin_tiny_32 at 30": { numClasses: 3 },
};

for (const name of goldenNames(path)) {
  test(`${name}: outputs and gradients are torchvision's`, () => {
    using model = entry(name.split(" ")[0]).build(options[name]);
    assertParity(compare(model, path, name));
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
  using model = entry("swin_tiny_32").build({ numClasses: 2, dropPath: 0 }).to(device);
  const run = (): [torch.Tensor, torch.Tensor] => {
    torch.manualSeed(0);
    const images = torch.randn([2, 3, 28, 28], { device, requiresGrad: true });
    const output = model.forward(images);
    output.pow(2).sum().backward();
    return [output.detach(), images.grad!];
  };
  const trained = run();
  for (const [name, parameter] of model.namedParameters()) {
    if (name.endsWith("bias_table")) parameter.requiresGrad = false;
  }
  const frozen = run();
  trained.forEach((expected, i) => assertClose(frozen[i], expected, { rtol: 1e-3, atol: 1e-6 }));
});
