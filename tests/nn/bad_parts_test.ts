import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, DeviceError, DTypeError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

test("to() refuses what is no device, dtype or option", () => {
  using layer = new nn.Linear(1, 1);
  for (const target of ["constructor", "__proto__", "", "meta", "float99"]) {
    assertThrows(() => layer.to(target as never), DeviceError, `no dtype "${target}"`);
  }
  for (const target of [null, 3]) {
    assertThrows(() => layer.to(target as never), ArgumentError, "an object of options");
  }
  for (const dtype of ["constructor", "float99", "int64"]) {
    assertThrows(() => layer.to({ dtype: dtype as never }), DTypeError, dtype);
  }
  assertThrows(() => layer.to("cudaX" as never), DeviceError, "cudaX");
  assertThrows(() => layer.to({ memoryFormat: "x" as never }), ArgumentError, "memoryFormat");
});

test("parts and states that are no tensors are refused, and nothing changes", () => {
  using layer = new nn.Linear(1, 1);
  const before = layer.weight.toArray();
  for (const value of [3, null, undefined, "x", { shape: [1, 1] }]) {
    assertThrows(() => layer.registerParameter("x", value as never), ArgumentError, '"x"');
    assertThrows(() => layer.registerBuffer("x", value as never), ArgumentError, '"x"');
    assertThrows(
      () => layer.loadStateDict({ weight: torch.zeros([1, 1]), bias: value as never }),
      ArgumentError,
      '"bias" must be a tensor',
    );
  }
  assertEquals(layer.weight.toArray(), before);
});

test("an option that has been changed to one that cannot be used spoils nothing", () => {
  const p = torch.ones([2], { device, requiresGrad: true });
  p.sum().backward();
  for (const kind of ["SGD", "Adam", "AdamW"] as const) {
    using optimizer = new optim[kind]([p], { lr: 0.1 });
    for (const [option, value] of [["lr", NaN], ["lr", -1], ["weightDecay", Infinity]] as const) {
      const [group] = optimizer.paramGroups;
      Object.assign(group, { lr: 0.1, weightDecay: 0, [option]: value });
      assertThrows(() => optimizer.step(), ArgumentError, option);
    }
  }
  assertClose(p, [1, 1]);
  for (const normType of [NaN, -1]) {
    assertThrows(() => optim.clipGradNorm([p], 1, { normType }), ArgumentError, "normType");
  }
  assertClose(p.grad!, [1, 1]);
  using optimizer = new optim.SGD([p], { lr: 0.1 });
  const schedule = new optim.StepLR(optimizer, { stepSize: 1 });
  assertThrows(() => schedule.loadStateDict({} as never), ArgumentError, "the step");
  assertEquals(schedule.stepCount, 0);
});
