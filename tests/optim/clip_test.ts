import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, TrainingError } from "../../src/base/errors.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { golden, lossOf, start } from "./golden.ts";

const clips: Record<string, (params: Tensor[]) => Tensor | void> = {
  "norm": (p) => optim.clipGradNorm(p, 1.5),
  "norm not reached": (p) => optim.clipGradNorm(p, 1000),
  "norm infinity": (p) => optim.clipGradNorm(p, 0.5, { normType: Infinity }),
  "norm 1": (p) => optim.clipGradNorm(p, 2, { normType: 1 }),
  "value": (p) => optim.clipGradValue(p, 0.25),
};

for (const [name, expected] of Object.entries(golden.clips)) {
  test(`clipping by ${name} gives PyTorch's norm and gradients`, () => {
    const params = start();
    lossOf(params, 5).backward();
    const norm = clips[name](params) ?? null;
    if (expected.norm === null) assertEquals(norm, null);
    else assertClose(norm!, expected.norm);
    assertClose(params.map((p) => p.grad!.flatten()), expected.grads);
  });
}

test("without gradients the norm is 0", () => {
  assertEquals(optim.clipGradNorm(start(), 1).item(), 0);
  optim.clipGradValue(start(), 1);
});

test("gradients that are not finite are found if asked for", () => {
  const p = torch.ones([2], { device, requiresGrad: true });
  p.mul(Infinity).sum().backward();
  assertThrows(
    () => optim.clipGradNorm([p], 1, { errorIfNonfinite: true }),
    TrainingError,
    "norm is Infinity",
  );
  assertEquals(optim.clipGradNorm([p], 1).item(), Infinity);
});

test("limits that cannot be used are refused", () => {
  assertThrows(() => optim.clipGradNorm([], -1), ArgumentError, "maxNorm");
  assertThrows(() => optim.clipGradNorm([], NaN), ArgumentError, "maxNorm");
  assertThrows(() => optim.clipGradValue([], -1), ArgumentError, "clipValue");
});
