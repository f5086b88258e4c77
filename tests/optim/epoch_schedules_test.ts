import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { golden } from "./comforts_golden.ts";

const RATES = [0.3, 0.02];

function optimizer(): optim.SGD {
  const groups = RATES.map((lr) => ({
    params: [torch.zeros([1], { device }).requiresGrad_()],
    lr,
  }));
  return new optim.SGD(groups, { lr: 1 });
}

function play(schedule: optim.Schedule, of: optim.SGD, steps: number): number[][] {
  return Array.from({ length: steps }, (_, step) => {
    schedule.step(step);
    return of.paramGroups.map(({ lr }) => lr);
  });
}

const warm = { epochs: 10, stepsPerEpoch: 4, warmupEpochs: 3, warmupStart: 0.1 };

test("a cosine with a warm-up is PyTorch's SequentialLR of LinearLR and CosineAnnealingLR", () => {
  using own = optimizer();
  const expected = golden.warmed["by step"];
  const byEpochs = new optim.EpochCosine(own, warm);
  assertClose(play(byEpochs, own, 40), expected, { atol: 1e-9 });
  const bySteps = new optim.CosineAnnealing(own, { steps: 40, warmupSteps: 12, warmupStart: 0.1 });
  assertClose(play(bySteps, own, 40), expected, { atol: 1e-9 });
});

test("rates that change by epochs stay for all its steps", () => {
  using own = optimizer();
  const expected = golden.warmed["by epoch"].flatMap((rates) => [rates, rates, rates, rates]);
  const schedule = new optim.EpochCosine(own, { ...warm, every: "epoch" });
  assertClose(play(schedule, own, 40), expected, { atol: 1e-9 });
});

test("the cosine that the warm-up hides the beginning of is timm's default", () => {
  using own = optimizer();
  const schedule = new optim.EpochCosine(own, {
    ...warm,
    every: "epoch",
    warmupPrefix: false,
    minFactor: 0.05,
  });
  // timm: min + (lr - min) / 2 * (1 + cos(pi t / epochs)) from epoch `warmupEpochs` on.
  const cosine = (t: number) => 0.05 + 0.95 * (1 + Math.cos(Math.PI * t / 10)) / 2;
  const factors = [0.1, 0.4, 0.7, cosine(3), cosine(4), cosine(9)];
  const seen = [0, 1, 2, 3, 4, 9].map((epoch) => schedule.lrAt(epoch * 4));
  assertClose(seen, factors.map((factor) => 0.3 * factor));
  // After the end: the least, and no rising again.
  assertClose([40, 47, 400].map((step) => schedule.lrAt(step, 1)), [1, 1, 1].map(() => 0.001));
});

test("epochs that cannot be are refused", () => {
  using own = optimizer();
  const wrong: [Partial<optim.EpochCosineOptions>, string][] = [
    [{ epochs: 0 }, "epochs"],
    [{ stepsPerEpoch: 1.5 }, "stepsPerEpoch"],
    [{ warmupEpochs: 10 }, "leave some"],
    [{ warmupEpochs: NaN }, "warmupEpochs"],
    [{ minFactor: 2 }, "minFactor"],
    [{ every: "batch" as "step" }, '"batch"'],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => new optim.EpochCosine(own, { ...warm, ...options }), ArgumentError, message);
  }
  assertEquals(own.paramGroups.map(({ lr }) => lr), RATES);
});
