import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, IndexError } from "../../src/base/errors.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";

type Seen = [rates: number[], momentum: number][];

/** What `golden/schedules.py` computed. */
const golden: {
  rates: number[];
  cases: Record<string, Seen>;
  adam: Record<string, Seen>;
  metrics: number[];
  plateaus: Record<string, number[][]>;
} = JSON.parse(Deno.readTextFileSync(new URL("../golden/schedules.json", import.meta.url)));

type Optimizer = optim.SGD | optim.Adam;

function groups(): { params: torch.Tensor[]; lr: number }[] {
  return golden.rates.map((lr) => ({ params: [torch.zeros([1], { requiresGrad: true })], lr }));
}

const sgd = () => new optim.SGD(groups(), { lr: 1, momentum: 0.9 });
const adam = () => new optim.Adam(groups());

const cases: Record<string, (o: Optimizer) => optim.Schedule> = {
  "ConstantLR": (o) => new optim.ConstantLR(o),
  "ConstantLR 0.5, 7": (o) => new optim.ConstantLR(o, { factor: 0.5, totalIters: 7 }),
  "LinearLR": (o) => new optim.LinearLR(o),
  "LinearLR down": (o) => new optim.LinearLR(o, { startFactor: 1, endFactor: 0.1, totalIters: 30 }),
  "PolynomialLR": (o) => new optim.PolynomialLR(o),
  "PolynomialLR 40, 2.5": (o) => new optim.PolynomialLR(o, { totalIters: 40, power: 2.5 }),
  "LambdaLR": (o) => new optim.LambdaLR(o, (t) => 1 / (1 + t)),
  "LambdaLR for each": (o) => new optim.LambdaLR(o, [(t) => 0.9 ** t, () => 1, (t) => t / 10]),
  "MultiplicativeLR": (o) => new optim.MultiplicativeLR(o, (t) => 1 - 0.5 / t),
  "CosineAnnealing past its end": (o) => new optim.CosineAnnealing(o, { steps: 12, etaMin: 0.01 }),
  "CosineAnnealingWarmRestarts": (o) => new optim.CosineAnnealingWarmRestarts(o, { t0: 7 }),
  "CosineAnnealingWarmRestarts doubling": (o) =>
    new optim.CosineAnnealingWarmRestarts(o, { t0: 3, tMult: 2, etaMin: 0.005 }),
  "CosineAnnealingWarmRestarts tripling": (o) =>
    new optim.CosineAnnealingWarmRestarts(o, { t0: 1, tMult: 3 }),
  "CyclicLR": (o) => new optim.CyclicLR(o, { baseLr: 0.01, maxLr: 0.2, stepSizeUp: 5 }),
  "CyclicLR triangular2": (o) =>
    new optim.CyclicLR(o, {
      baseLr: [0.01, 0.02, 0.03],
      maxLr: [0.2, 0.1, 0.3],
      stepSizeUp: 4,
      stepSizeDown: 9,
      mode: "triangular2",
    }),
  "CyclicLR expRange": (o) =>
    new optim.CyclicLR(o, {
      baseLr: 0.01,
      maxLr: 0.2,
      stepSizeUp: 6,
      mode: "expRange",
      gamma: 0.95,
      baseMomentum: 0.7,
      maxMomentum: 0.95,
    }),
  "CyclicLR by a function": (o) =>
    new optim.CyclicLR(o, {
      baseLr: 0.01,
      maxLr: 0.2,
      stepSizeUp: 6,
      scaleFn: (t) => 1 / (1 + t),
      scaleMode: "iterations",
      cycleMomentum: false,
    }),
  "ChainedScheduler": (o) =>
    new optim.ChainedScheduler(o, [
      new optim.ConstantLR(o, { factor: 0.1, totalIters: 4 }),
      new optim.ExponentialLR(o, { gamma: 0.9 }),
    ]),
  "ChainedScheduler of many": (o) =>
    new optim.ChainedScheduler(o, [
      new optim.LinearLR(o, { startFactor: 0.2, totalIters: 6 }),
      new optim.StepLR(o, { stepSize: 10, gamma: 0.5 }),
      new optim.MultiStepLR(o, { milestones: [3, 30], gamma: 0.8 }),
      new optim.MultiplicativeLR(o, () => 0.99),
      new optim.PolynomialLR(o, { totalIters: 45, power: 0.5 }),
    ]),
  "ChainedScheduler with a cosine": (o) =>
    new optim.ChainedScheduler(o, [
      new optim.CosineAnnealing(o, { steps: 60, etaMin: 0.01 }),
      new optim.ExponentialLR(o, { gamma: 0.97 }),
    ]),
  "ChainedScheduler with a cosine past its end": (o) =>
    new optim.ChainedScheduler(o, [
      new optim.CosineAnnealing(o, { steps: 20 }),
      new optim.ExponentialLR(o, { gamma: 0.97 }),
    ]),
  "ChainedScheduler with closed ones": (o) =>
    new optim.ChainedScheduler(o, [
      new optim.ConstantLR(o, { factor: 0.5, totalIters: 9 }),
      new optim.CosineAnnealingWarmRestarts(o, { t0: 8 }),
      new optim.ExponentialLR(o, { gamma: 0.9 }),
    ]),
  "SequentialSchedule of new ones": (o) =>
    new optim.SequentialSchedule(o, [
      new optim.ConstantLR(o, { factor: 0.1, totalIters: 5 }),
      new optim.PolynomialLR(o, { totalIters: 20, power: 2 }),
      new optim.CosineAnnealingWarmRestarts(o, { t0: 4, tMult: 2 }),
      new optim.CosineAnnealing(o, { steps: 6 }),
    ], [3, 12, 30]),
  "SequentialSchedule with a product": (o) =>
    new optim.SequentialSchedule(o, [
      new optim.LinearLR(o, { startFactor: 0.1, endFactor: 0.5, totalIters: 8 }),
      new optim.MultiplicativeLR(o, (t) => 0.95 - 0.01 * t),
    ], [6]),
};

test("every golden schedule is tested", () => {
  assertEquals(Object.keys(cases).sort(), Object.keys(golden.cases).sort());
});

const tight = { rtol: 1e-8, atol: 1e-12 };

function now(optimizer: Optimizer): [number[], number] {
  const [first] = optimizer.paramGroups;
  const momentum = "betas" in first ? first.betas![0] : (first as optim.SGDOptions).momentum!;
  return [optimizer.paramGroups.map((group) => group.lr), momentum];
}

for (const [name, make] of Object.entries(cases)) {
  test(`${name}: every step has PyTorch's rates and momenta, whatever the order they are asked in`, () => {
    using optimizer = sgd();
    const schedule = make(optimizer);
    for (const expected of golden.cases[name]) {
      assertClose(now(optimizer), expected, tight);
      schedule.step();
    }
    for (const step of [40, 3, 0, 17, 16]) {
      const [rates] = golden.cases[name][step];
      assertClose(rates.map((_, group) => schedule.lrAt(step, group)), rates, tight);
    }
  });

  test(`${name}: goes on from a saved step`, () => {
    using optimizer = sgd();
    const schedule = make(optimizer);
    schedule.step(21);
    const state = JSON.parse(JSON.stringify(schedule.stateDict()));
    const { scalars } = optimizer.stateDict();
    using other = sgd();
    const next = make(other);
    other.loadStateDict({ tensors: {}, scalars });
    next.loadStateDict(state);
    next.step();
    assertClose(now(other), golden.cases[name][22], tight);
  });
}

test("CyclicLR moves Adam's first beta", () => {
  using optimizer = adam();
  const schedule = cases["CyclicLR"](optimizer);
  for (const expected of golden.adam["CyclicLR"]) {
    assertClose(now(optimizer), expected, tight);
    schedule.step();
  }
});

for (const [text, expected] of Object.entries(golden.plateaus)) {
  test(`ReduceLROnPlateau ${text}: every report has PyTorch's rates, with a break between`, () => {
    using optimizer = sgd();
    let schedule = new optim.ReduceLROnPlateau(optimizer, JSON.parse(text));
    golden.metrics.forEach((metric, i) => {
      schedule.step();
      schedule.report(metric);
      assertClose(optimizer.paramGroups.map((group) => group.lr), expected[i], tight);
      const state = JSON.parse(JSON.stringify(schedule.stateDict()));
      schedule = new optim.ReduceLROnPlateau(optimizer, JSON.parse(text));
      schedule.loadStateDict(state);
    });
    assertEquals(schedule.stepCount, golden.metrics.length);
  });
}

test("a plateau's rates are its groups' own, and NaN is no improvement", () => {
  using optimizer = sgd();
  const schedule = new optim.ReduceLROnPlateau(optimizer, { patience: 1 });
  for (const metric of [1, NaN, NaN]) schedule.report(metric);
  assertClose(schedule.lrAt(7, 1), 0.01);
  assertEquals(schedule.best, 1);
  assertThrows(() => schedule.step(0.3), ArgumentError, "give the metric to report()");
  assertThrows(() => schedule.report("0.3" as never), ArgumentError, "takes a number");
  assertThrows(() => schedule.loadStateDict({ step: 3 }), ArgumentError, "bad");
});

test("steps and groups that are not there are refused, of every schedule", () => {
  using optimizer = sgd();
  for (const make of Object.values(cases)) {
    const schedule = make(optimizer);
    const before = now(optimizer);
    for (const step of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
      assertThrows(() => schedule.lrAt(step), ArgumentError, "the step");
      assertThrows(() => schedule.step(step), ArgumentError, "the step");
      assertThrows(() => schedule.loadStateDict({ step }), ArgumentError, "the step");
    }
    for (const group of [9, -1, 0.5, NaN, 3]) {
      assertThrows(() => schedule.lrAt(0, group), IndexError, `there is no group ${group}`);
    }
    assertEquals([now(optimizer), schedule.stepCount], [before, 0]);
  }
});

test("a step so far away that it would take hours is refused at once", () => {
  using optimizer = sgd();
  for (const name of ["MultiplicativeLR", "ChainedScheduler"]) {
    const started = performance.now();
    assertThrows(() => cases[name](optimizer).lrAt(2 ** 50), ArgumentError, "at most");
    assert(performance.now() - started < 1000);
  }
  assert(cases["CosineAnnealingWarmRestarts doubling"](optimizer).lrAt(2 ** 50) >= 0.005);
});

test("options and rules that cannot be used are refused", () => {
  using o = sgd();
  using other = sgd();
  const constant = new optim.ConstantLR(o);
  const refused: [() => unknown, string][] = [
    [() => new optim.ConstantLR(o, { factor: 1.5 }), "factor must be a number from 0 to 1"],
    [() => new optim.ConstantLR(o, { totalIters: 0 }), "totalIters"],
    [() => new optim.LinearLR(o, { startFactor: NaN }), "startFactor"],
    [() => new optim.LinearLR(o, { endFactor: -1 }), "endFactor"],
    [() => new optim.LinearLR(o, { totalIters: 1.5 }), "totalIters"],
    [() => new optim.PolynomialLR(o, { power: -1 }), "power"],
    [() => new optim.PolynomialLR(o, { totalIters: Infinity }), "totalIters"],
    [() => new optim.LambdaLR(o, () => NaN), "the rate of group 0 at step 0 is NaN"],
    [() => new optim.LambdaLR(o, [() => 1]), "3 groups need 3 functions, got 1"],
    [() => new optim.LambdaLR(o, 3 as never), "is a function of the step"],
    [() => new optim.MultiplicativeLR(o, () => -1).step(), "at step 1 is -0.3"],
    [() => new optim.Schedule(o, () => Infinity), "is Infinity"],
    [() => new optim.Schedule(o, 3 as never), "rule is a function"],
    [() => new optim.CosineAnnealingWarmRestarts(o, { t0: 0 }), "t0"],
    [() => new optim.CosineAnnealingWarmRestarts(o, { t0: 2, tMult: 1.5 }), "tMult"],
    [() => new optim.CyclicLR(o, { baseLr: -1, maxLr: 1 }), "baseLr"],
    [() => new optim.CyclicLR(o, { baseLr: 0, maxLr: [1, 2] }), "3 groups need 3 rates"],
    [() => new optim.CyclicLR(o, { baseLr: 0, maxLr: 1, stepSizeDown: 0 }), "stepSizeDown"],
    [() => new optim.CyclicLR(o, { baseLr: 0, maxLr: 1, mode: "sine" as never }), "mode must be"],
    [() => new optim.CyclicLR(o, { baseLr: 0, maxLr: 1, scaleMode: "x" as never }), "scaleMode"],
    [() => new optim.ChainedScheduler(o, []), "there are no schedules"],
    [() => new optim.ChainedScheduler(other, [constant]), "schedule 0 is of another optimizer"],
    [() => new optim.SequentialSchedule(other, [constant], []), "of another optimizer"],
    [
      () => new optim.ChainedScheduler(o, [new optim.ReduceLROnPlateau(o)]),
      "use it by itself",
    ],
    [
      () => new optim.ReduceLROnPlateau(o, { factor: 1 }),
      "factor must be a number from 0 to below 1",
    ],
    [() => new optim.ReduceLROnPlateau(o, { patience: -1 }), "patience"],
    [() => new optim.ReduceLROnPlateau(o, { minLr: [0] }), "3 groups need 3 rates"],
    [() => new optim.ReduceLROnPlateau(o, { mode: "best" as never }), "mode must be"],
  ];
  for (const [make, message] of refused) assertThrows(make, ArgumentError, message);
});
