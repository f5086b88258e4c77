import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, DTypeError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { golden } from "./comforts_golden.ts";

for (const [name, expected] of Object.entries(golden.scaled)) {
  test(`scale, skipped steps and weights are PyTorch's from ${name}`, () => {
    const [initScale, growthInterval] = name.split(",").map(Number);
    const parameter = torch.tensor([1, -2], { dtype: "float32", device }).requiresGrad_();
    using optimizer = new optim.SGD([parameter], { lr: 0.1 });
    let scaler = new optim.GradScaler({ initScale, growthInterval, growthFactor: 3 });
    golden.factors.forEach((text, step) => {
      const factor = { inf: Infinity, nan: NaN }[text] ?? Number(text);
      optimizer.zeroGrad();
      scaler.scale(parameter.mul(factor).sum()).backward();
      if (step % 2) {
        scaler.unscale(optimizer);
        optim.clipGradNorm([parameter], 1);
      }
      const before = parameter.toArray();
      const stepped = scaler.step(optimizer);
      assertEquals(stepped, JSON.stringify(before) !== JSON.stringify(parameter.toArray()));
      scaler.update();
      const { scale, growthTracker } = scaler.stateDict();
      assertClose([scale, growthTracker, ...parameter.toArray() as number[]], expected[step]);
      // Another one goes on from what is saved.
      const next = new optim.GradScaler({ growthInterval, growthFactor: 3 });
      next.loadStateDict(JSON.parse(JSON.stringify(scaler.stateDict())));
      scaler = next;
    });
  });
}

test("small float16 gradients survive by being scaled", () => {
  const run = (enabled: boolean) => {
    using model = new nn.Linear(2, 1, { bias: false }).to(device);
    torch.noGrad(() => model.weight.fill_(1));
    using optimizer = new optim.SGD(model.parameters(), { lr: 1 });
    const scaler = new optim.GradScaler({ enabled });
    torch.scope(() => {
      const loss = torch.autocast(
        () => model.forward(torch.ones([1, 2], { device })).float().mul(1e-8).sum(),
        { device, dtype: "float16" },
      );
      scaler.scale(loss).backward();
    });
    scaler.unscale(optimizer);
    const grad = model.weight.grad!.toArray();
    assertEquals([scaler.step(optimizer), scaler.scaleFactor], [true, enabled ? 65536 : 1]);
    scaler.update();
    return grad;
  };
  // Below 6e-8, the smallest float16.
  assertEquals(run(false), [[0, 0]]);
  assertClose(run(true), [[1e-8, 1e-8]], { rtol: 1e-2, atol: 0 });
});

test("one overflow of several optimizers lowers the scale once, and each makes its own step", () => {
  const [a, b] = [1, 2].map((value) => torch.full([2], value, { device }).requiresGrad_());
  using first = new optim.SGD([a], { lr: 1 });
  using second = new optim.SGD([b], { lr: 1 });
  const scaler = new optim.GradScaler({ initScale: 8 });
  scaler.scale(a.sum().add(b.mul(Infinity).sum())).backward();
  assertEquals([scaler.step(first), scaler.step(second)], [true, false]);
  scaler.update();
  assertEquals([a.toArray(), b.toArray(), scaler.scaleFactor], [[0, 0], [2, 2], 4]);
  scaler.update(16);
  assertEquals(scaler.scaleFactor, 16);
});

test("calls in the wrong order, and numbers that cannot be used, are refused", () => {
  const p = torch.ones([2], { device }).requiresGrad_();
  using optimizer = new optim.SGD([p], { lr: 1 });
  const scaler = new optim.GradScaler();
  assertThrows(() => scaler.update(), ArgumentError, "step()");
  scaler.scale(p.sum()).backward();
  scaler.unscale(optimizer);
  assertThrows(() => scaler.unscale(optimizer), ArgumentError, "unscaled already");
  scaler.step(optimizer);
  assertThrows(() => scaler.step(optimizer), ArgumentError, "update()");
  scaler.update();
  assertThrows(() => scaler.update(0), ArgumentError, "above 0");
  const half = torch.ones([2], { device, dtype: "float16" }).requiresGrad_();
  using halves = new optim.SGD([half], { lr: 1 });
  half.sum().backward();
  assertThrows(() => scaler.step(halves), DTypeError, "float16");
  for (
    const options of [
      { initScale: 0 },
      { initScale: 1e39 },
      { growthFactor: 1 },
      { backoffFactor: 1 },
      { growthInterval: 0 },
    ]
  ) assertThrows(() => new optim.GradScaler(options), ArgumentError, "GradScaler: ");
  const state = { scale: 2, growthTracker: 0.5 };
  assertThrows(() => scaler.loadStateDict(state), ArgumentError, "growthTracker");
});
