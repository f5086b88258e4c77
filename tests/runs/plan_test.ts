import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as models from "../../src/models/mod.ts";
import { countForward } from "../../src/models/count_forward.ts";
import * as runs from "../../src/runs/mod.ts";
import { formatTable } from "../../src/report/table.ts";
import { test } from "../helpers.ts";
import { temporaryFolder } from "../setup/fakes.ts";

/** Two teachers with round numbers: 5 and 1 thousand million multiply-adds. */
const teachers: runs.PlannedTeacher[] = [5e9, 1e9].map((multiplyAdds, i) => ({
  name: `t${i}`,
  architecture: `a${i}`,
  side: 224,
  params: 1e6,
  multiplyAdds,
  featureDim: 512,
  numClasses: i === 0 ? null : 100,
  patches: [512, 7, 7],
}));
const work: runs.PlanWork = {
  teachers,
  student: { name: "s", architecture: "s", side: 224, params: 1e6, multiplyAdds: 2e9 },
  images: 100_000,
  views: 2,
  dtype: "float16",
  patches: false,
  epochs: 10,
  studentCompute: "float32",
};
/** 10^13 operations a second: 20 float32 teraflops are 19.5 of the A100's table at this efficiency. */
const machines: runs.PlanMachines = { gpu: "a100", efficiency: 10 / 19.5, decode: 1e6 };

Deno.test("bytes and hours of two teachers are those that are computed by hand", () => {
  const plan = runs.planStore(work, machines);
  const [one, other] = plan.teachers;
  // A row is 512 numbers of two bytes, and 100 logits of the other.
  assertEquals([one.rowBytes, other.rowBytes], [1024, 1224]);
  // Shards of 8192 images: 13 of each variant, with a head of 352 bytes.
  assertEquals(one.bytes, 2 * 100_000 * 1024 + 26 * 352);
  assertEquals(plan.bytes, 2 * 100_000 * (1024 + 1224) + 52 * 352);
  // 10^13 operations a second are 1000 images of the one, which takes 10^10 each, and 5000 of the other.
  assertAlmostEquals(one.imagesPerSecond, 1000, 1e-6);
  assertAlmostEquals(other.imagesPerSecond, 5000, 1e-6);
  assertAlmostEquals(one.gpuHours, 200 / 3600, 1e-12);
  assertAlmostEquals(plan.gpuHours, (200 + 40) / 3600, 1e-12);
  assertAlmostEquals(plan.hours, plan.gpuHours, 1e-12);
  assertEquals([plan.imbalance < 1e-9, plan.inTurn], [true, false]);
  // An epoch live: 100 and 20 seconds. Its rows: 100,000 x 2248 bytes at 10^9 a second.
  assertAlmostEquals(plan.liveHoursPerEpoch, 120 / 3600, 1e-12);
  assertAlmostEquals(plan.readHoursPerEpoch, 0.2248 / 3600, 1e-12);
  assertAlmostEquals(plan.breakEvenEpochs, 240 / (120 - 0.2248), 1e-9);
  // 10 epochs of 100,000 images, forward and twice that backward: 3 x 4 x 10^9 operations each.
  assertAlmostEquals(plan.studentHours!, 10 * 1e5 * 12e9 / 1e13 / 3600, 1e-12);
  assertEquals(plan.simulated, null);
  const choices = Object.fromEntries(
    plan.choices.map(({ title, bytes, hours }) => [title, [bytes, hours]]),
  );
  assertEquals(choices["2 views"], [plan.bytes, plan.hours]);
  assertAlmostEquals(choices["8 views"][1], plan.hours * 4, 1e-12);
  assertEquals(choices["1 view"][0], plan.bytes / 2);
  assertEquals(choices["float32"][0], 2 * 100_000 * 2 * (1024 + 1224) + 52 * 352);
  // A factor of four bytes for each part: features of both, logits of one.
  assertEquals(choices["int8"][0], 200_000 * (512 + 612 + 12));
  assertEquals(choices["features only"][0], 200_000 * 2 * 1024 + 52 * 352);
  // 7 x 7 patches of 512 numbers; shards of 512 images then: 196 of each variant.
  assertEquals(choices["with patches"][0], 200_000 * (2248 + 2 * 2 * 512 * 49) + 2 * 2 * 196 * 352);
});

Deno.test("cards share, decoding bounds, and what was measured counts", () => {
  const four = runs.planStore(work, { ...machines, gpus: 4 });
  // Quarters of 26 blocks: no more than a block away from the mean.
  assertAlmostEquals(four.gpuHours, 240 / 3600, 1e-12);
  assert(four.hours >= 60 / 3600 && four.hours < 70 / 3600, `${four.hours * 3600}`);
  assertAlmostEquals(four.imbalance, four.hours / (60 / 3600) - 1, 1e-12);
  // Both are in memory: 200,000 images at 500 a second are 400 seconds, however fast the card is.
  const slow = runs.planStore(work, { ...machines, decode: 500 });
  assertAlmostEquals(slow.hours, 400 / 3600, 1e-9);
  // In turn each of them waits: 400 seconds twice.
  const large = teachers.map((teacher) => ({ ...teacher, params: 9e9 }));
  const turns = runs.planStore({ ...work, teachers: large }, { ...machines, decode: 500 });
  assertEquals([turns.inTurn, turns.weights], [true, { all: 72e9, largest: 36e9 }]);
  assertAlmostEquals(turns.hours, 800 / 3600, 1e-9);
  assertAlmostEquals(turns.liveHoursPerEpoch, 400 / 3600, 1e-9);
  // One was measured at half its plan: the other reaches as much of the peak.
  const measured = runs.planStore(work, { ...machines, measured: { a0: 500 } });
  assertEquals(measured.teachers[0].imagesPerSecond, 500);
  assertAlmostEquals(measured.teachers[1].imagesPerSecond, 2500, 1e-6);
  // Reading that takes longer than asking never pays.
  assertEquals(runs.planStore(work, { ...machines, read: 1e5 }).breakEvenEpochs, Infinity);
});

Deno.test("what cannot be meant is refused with the value", () => {
  const refused: [Partial<runs.PlanWork>, runs.PlanMachines, string][] = [
    [{ images: 0 }, {}, "images is a whole number from 1 to 10000000000, got 0"],
    [{ views: 1.5 }, {}, "got 1.5"],
    [{ dtype: "int8" as "float16" }, {}, '"int8"'],
    [{ teachers: [] }, {}, "no teacher"],
    [{}, { gpus: 0 }, "1 to 10000 cards, got 0"],
    [{}, { gpu: "b200" as "h200" }, 'no card "b200" in the table'],
    [{}, { efficiency: 35 }, "got 35"],
    [{}, { compute: "int8" as "half" }, '"int8"'],
    [{}, { decode: 0 }, "decode is a number above 0, got 0"],
    [{}, { measured: { a7: 5 } }, "a7=5"],
    [{}, { failures: -1 }, "got -1"],
    [{}, { failures: 1e9 }, "does not end"],
  ];
  for (const [change, on, words] of refused) {
    const error = assertThrows(() => runs.planStore({ ...work, ...change }, on), ArgumentError);
    assert(error.message.includes(words), error.message);
  }
});

Deno.test("machines that fail lose what is at hand, and nothing is done twice", () => {
  const shares = [[1, 1, 1, 1], [1, 1, 1, 1], [2, 2]];
  assertEquals(runs.simulateFill({ shares, failures: 0 }), {
    ...{ hours: 4, failures: 0, lostHours: 0, twice: 0, helped: 0 },
  });
  // Who has nothing left helps who has most, from the end.
  assertEquals(runs.simulateFill({ shares: [[1], [1, 1, 1, 1, 1]], failures: 0 }), {
    ...{ hours: 3, failures: 0, lostHours: 0, twice: 0, helped: 2 },
  });
  const many = Array.from({ length: 8 }, () => Array.from({ length: 500 }, () => 0.1));
  const a = runs.simulateFill({ shares: many, failures: 0.5, seed: 1 });
  assertEquals(a, runs.simulateFill({ shares: many, failures: 0.5, seed: 1 }));
  assertEquals(a.twice, 0);
  // 400 hours of work and what was lost, with a failure in two hours: 200 or so, spread by their root.
  assert(Math.abs(a.failures - 0.5 * (400 + a.lostHours)) < 5 * Math.sqrt(200), `${a.failures}`);
  // A failure within a piece of 0.1 hours comes in its middle.
  assertAlmostEquals(a.lostHours / a.failures, 0.05, 0.01);
  const least = (400 + a.lostHours) / 8;
  assert(a.hours >= least && a.hours < least + 0.1 * a.failures / 8 + 1, `${a.hours}`);
});

test("what architectures cost is what running them counts, and what torchvision publishes", () => {
  for (
    const [name, side] of [["resnet18", 224], ["vit_small_patch14_dinov2", 224], [
      "resnet50",
      160,
    ]] as const
  ) {
    assertEquals(models.forwardCosts(name, side), countForward(name, side));
  }
  // torchvision's documentation has 1.81 and 4.09, 11.69 and 25.56 million values, a head of 1000 classes included.
  for (
    const [name, adds, params, width] of [["resnet18", 1.81, 11.69, 512], [
      "resnet50",
      4.09,
      25.56,
      2048,
    ]] as const
  ) {
    const costs = models.forwardCosts(`${name}.tv_in1k`);
    assertEquals(((costs.multiplyAdds + 1000 * width) / 1e9).toFixed(2), adds.toFixed(2));
    assertEquals(
      ((costs.params + 1001 * width - width + 1000) / 1e6).toFixed(2),
      params.toFixed(2),
    );
  }
});

test("teachers of every kind are planned without their weights, as the recipe stores them", () => {
  using folder = temporaryFolder();
  const own: runs.Recipe = {
    name: "own",
    data: { train: { images: "nowhere" } },
    student: { name: "SmallCnn", widths: [4, 8], numClasses: 7 },
    epochs: 1,
  };
  using saved = models.create("resnet20", { numClasses: 7 });
  models.save(`${folder.path}/saved.safetensors`, saved);
  const recipe: runs.Recipe = {
    ...own,
    name: "plan",
    teachers: [
      { source: "hf://timm/vit_small_patch16_224.dino", kind: "predictive" },
      { source: "vit_small_patch14_dinov2", view: { size: [224, 224] } },
      { source: "/elsewhere/resnet50-11ad3fa6.pth", name: "fifty" },
      { source: "/elsewhere/model.onnx", architecture: "resnet18" },
      { run: `${folder.path}/saved.safetensors` },
      { recipe: own, kind: "predictive" },
    ],
    method: "KD",
    views: 3,
    store: { dtype: "float32" },
  };
  const plan = runs.storePlan(recipe, { images: 1000 });
  assertEquals(
    plan.teachers.map(({ name, architecture, side, featureDim, numClasses }) =>
      [name, architecture, side, featureDim, numClasses].join(" ")
    ),
    [
      "vit_small_patch16_224.dino vit_small_patch16_224 224 384 7",
      "vit_small_patch14_dinov2 vit_small_patch14_dinov2 224 384 ",
      "fifty resnet50 224 2048 ",
      "resnet18 resnet18 224 512 ",
      "saved.safetensors resnet20 32 64 ",
      "own SmallCnn 32 8 7",
    ],
  );
  assertEquals([plan.work.views, plan.work.dtype, plan.teachers[0].rowBytes], [
    3,
    "float32",
    4 * 391,
  ]);
  const [table] = runs.planTables(plan);
  assert(formatTable(table).includes("1,000 images x 3 views, 6 teachers, float32, 1 x A100"));
  assert(runs.planSentences(plan)[0].startsWith("One A100 fills it in "));
  const refused: [Partial<runs.Recipe>, string][] = [
    [{ teachers: [] }, "plan has no teachers"],
    [
      { teachers: [{ source: "somewhere/model.pt" }] },
      "teachers[0]: somewhere/model.pt does not say",
    ],
    [{ teachers: [{ run: "nowhere" }] }, "teachers[0]: there is no student of a run at nowhere"],
    [
      {
        student: { name: "SmallCnn", widths: [4, 8] },
        teachers: [{ source: "resnet18", kind: "predictive" }],
      },
      "teachers[0] votes, and nothing says on how many classes",
    ],
  ];
  for (const [change, words] of refused) {
    const error = assertThrows(
      () => runs.storePlan({ ...recipe, ...change }, { images: 1000 }),
      ArgumentError,
    );
    assert(error.message.includes(words), error.message);
  }
});
