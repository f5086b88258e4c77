import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { golden } from "./golden.ts";

function twoGroups(): optim.SGD {
  const params = [0, 1].map(() => torch.zeros([1], { requiresGrad: true }));
  return new optim.SGD([{ params: [params[0]], lr: 0.3 }, { params: [params[1]] }], {
    lr: 0.1,
    momentum: 0.9,
  });
}

const warm = (o: optim.SGD, steps: number) =>
  new optim.LinearWarmup(o, { steps, startFactor: 0.1 });

const schedules: Record<string, (o: optim.SGD) => optim.Schedule> = {
  "StepLR": (o) => new optim.StepLR(o, { stepSize: 3, gamma: 0.5 }),
  "MultiStepLR": (o) => new optim.MultiStepLR(o, { milestones: [2, 5, 6], gamma: 0.3 }),
  "ExponentialLR": (o) => new optim.ExponentialLR(o, { gamma: 0.9 }),
  "LinearWarmup": (o) => warm(o, 4),
  "CosineAnnealing": (o) => new optim.CosineAnnealing(o, { steps: 20, etaMin: 0.01 }),
  "CosineAnnealing warm": (o) =>
    new optim.CosineAnnealing(o, { steps: 20, warmupSteps: 5, warmupStart: 0.1 }),
  "OneCycle": (o) => new optim.OneCycle(o, { maxLr: 0.4, totalSteps: 20 }),
  "OneCycle linear": (o) =>
    new optim.OneCycle(o, {
      maxLr: [0.4, 0.2],
      totalSteps: 17,
      pctStart: 0.4,
      annealStrategy: "linear",
      divFactor: 10,
      finalDivFactor: 100,
      cycleMomentum: true,
    }),
  "OneCycle three phases": (o) =>
    new optim.OneCycle(o, {
      maxLr: 0.4,
      totalSteps: 25,
      pctStart: 0.3,
      threePhase: true,
      cycleMomentum: true,
    }),
  "SequentialSchedule": (o) =>
    new optim.SequentialSchedule(o, [
      warm(o, 3),
      new optim.StepLR(o, { stepSize: 2, gamma: 0.5 }),
      new optim.ExponentialLR(o, { gamma: 0.8 }),
    ], [3, 8]),
};

const rates = (o: optim.SGD) => o.paramGroups.map((group) => group.lr);

for (const [name, expected] of Object.entries(golden.schedules)) {
  test(`${name}: every step has PyTorch's rates`, () => {
    using optimizer = twoGroups();
    const schedule = schedules[name](optimizer);
    expected.forEach((row, step) => {
      assertEquals(schedule.stepCount, step);
      const actual = [...rates(optimizer), optimizer.paramGroups[0].momentum!];
      row.forEach((value, i) =>
        assertAlmostEquals(actual[i], value, 1e-12, `step ${step}, number ${i}`)
      );
      schedule.step();
    });
  });

  test(`${name}: goes on from a saved step, and does not run away at the end`, () => {
    using optimizer = twoGroups();
    const schedule = schedules[name](optimizer);
    for (let i = 0; i < 7; i++) schedule.step();
    using other = twoGroups();
    const resumed = schedules[name](other);
    other.loadStateDict(optimizer.stateDict());
    resumed.loadStateDict(JSON.parse(JSON.stringify(schedule.stateDict())));
    assertEquals(rates(other), rates(optimizer));
    schedule.step();
    resumed.step();
    assertEquals(rates(other), rates(optimizer));
    for (const step of [100, 10_000]) {
      const rate = schedule.lrAt(step);
      assertEquals(rate >= 0 && rate <= 0.4, true, `${rate} at step ${step}`);
    }
  });
}

test("every golden schedule is tested", () => {
  assertEquals(Object.keys(schedules).sort(), Object.keys(golden.schedules).sort());
});

test("Constant and a rule of one's own", () => {
  using optimizer = twoGroups();
  const constant = new optim.Constant(optimizer);
  constant.step(50);
  assertEquals(rates(optimizer), [0.3, 0.1]);
  new optim.Schedule(optimizer, (step, lr, group) => lr / (step + 1 + group)).step(3);
  assertEquals(rates(optimizer), [0.3 / 4, 0.1 / 5]);
});

test("a cosine rises again after its end, as its formula says", () => {
  using optimizer = twoGroups();
  const schedule = new optim.CosineAnnealing(optimizer, {
    steps: 14,
    etaMin: 0.02,
    warmupSteps: 4,
  });
  assertEquals(schedule.lrAt(14), 0.02);
  assertAlmostEquals(schedule.lrAt(19), 0.16);
  assertAlmostEquals(schedule.lrAt(24), 0.3);
});

test("schedules refuse options that cannot be used", () => {
  using o = twoGroups();
  const refused: [() => unknown, string][] = [
    [() => new optim.StepLR(o, { stepSize: 0 }), "stepSize"],
    [() => new optim.StepLR(o, { stepSize: 2.5 }), "stepSize"],
    [() => new optim.MultiStepLR(o, { milestones: [-1] }), "milestone"],
    [() => new optim.ExponentialLR(o, { gamma: NaN }), "gamma"],
    [() => new optim.LinearWarmup(o, { steps: 0 }), "steps"],
    [() => new optim.CosineAnnealing(o, { steps: 5, warmupSteps: 5 }), "leave some to anneal"],
    [() => new optim.OneCycle(o, { maxLr: [1], totalSteps: 5 }), "2 groups need 2 rates"],
    [() => new optim.OneCycle(o, { maxLr: 1, totalSteps: 5, pctStart: 2 }), "pctStart"],
    [() => new optim.SequentialSchedule(o, [], []), "milestones"],
    [() => new optim.Constant(o).step(-1), "the step"],
    [
      () => {
        const c = new optim.Constant(o);
        return new optim.SequentialSchedule(o, [c, c, c], [5, 5]);
      },
      "milestone 1",
    ],
  ];
  for (const [make, message] of refused) assertThrows(make, ArgumentError, message);
});
