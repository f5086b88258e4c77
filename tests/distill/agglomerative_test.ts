import { assert, assertEquals, assertThrows } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import { ArgumentError, TrainingError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { predict, shades } from "./agglomerative.ts";
import {
  assertGradients,
  assertReached,
  classesOf,
  failingTeacher,
  freeAll,
  images,
  onOneThread,
  own,
  SmallNet,
  threeTeachers,
  unlabelled,
} from "./nets.ts";

type Options = Partial<distill.AgglomerativeOptions>;

/** A method with everything around it, to be freed by `free`. */
function setUp(options: Options = {}) {
  const { list, models } = threeTeachers();
  const student = new SmallNet(6, 5, 4);
  const method = new distill.Agglomerative({
    student,
    teachers: list,
    standardize: "none",
    ...options,
  });
  return { method, student, list, models, free: () => freeAll(method, student, ...models) };
}

test("a step's loss is that of the equations: no mean over teachers but that of their losses", () => {
  const { method, student, models, free } = setUp({
    dropping: 0,
    feature: 3,
    cosine: 0.5,
    smoothL1: 2,
    kd: 0.25,
    temperature: 2,
    average: "probabilities",
  });
  const x = images(8);
  const { loss, terms } = method.step(unlabelled(x));
  const features = student.features(x);
  const each = ["wide", "narrow", "other"].map((name, i) => {
    const [y, t] = [predict(method, name, features), models[i].features(x)];
    const angle = torch.cosineSimilarity(y, t, 1).mean().rsub(1);
    const own = angle.mul(0.5).add(torch.smoothL1Loss(y, t).mul(2));
    assertClose(terms[`teachers.${name}.distance`], own);
    return own;
  });
  const mean = each[0].add(each[1]).add(each[2]).div(3);
  assertClose(terms.feature, mean);
  const votes = models.slice(0, 2).map((model) => model.forward(x));
  const kd = distill.kdLoss(student.forward(x), votes, { temperature: 2 });
  assertClose(terms.kd, kd);
  assertClose(loss, mean.mul(3).add(kd.mul(0.25)));
  free();
});

test("heads to teachers of one width are one product, each with weights of its own", () => {
  const { models, list } = threeTeachers();
  const second = new SmallNet(6, 7, 2);
  const student = new SmallNet(6, 5, 4);
  const twin = teachers.descriptive({ name: "as wide", model: second });
  const options = { student, standardize: "none", dropping: 0 } as const;
  const method = new distill.Agglomerative({ ...options, teachers: [...list, twin] });
  assertEquals(method.heads.groups.map(({ names }) => names), [["wide", "as wide"], ["narrow"], [
    "other",
  ]]);
  const x = images(8);
  const features = student.features(x);
  const { terms } = method.step(unlabelled(x));
  for (const [name, model] of [["wide", models[0]], ["as wide", second]] as const) {
    const y = predict(method, name, features);
    assertClose(method.heads.predictFor(name, features), y);
    const distance = distill.matchLoss(y, model.features(x)).mean();
    assertClose(terms[`teachers.${name}.distance`], distance);
  }
  assertThrows(() => method.heads.predictFor("nobody", features), ArgumentError, "as wide");
  freeAll(method, student, second, ...models);
});

test("teachers are dropped in training, as the generator draws, and never in evaluation", () => {
  const { method, student, models, free } = setUp({ kd: 0 });
  const x = images(16);
  torch.manualSeed(21);
  const { loss } = method.step(unlabelled(x));
  const features = student.features(x);
  const each = torch.stack(
    ["wide", "narrow", "other"].map((name, i) =>
      distill.matchLoss(predict(method, name, features), models[i].features(x))
    ),
  );
  torch.manualSeed(21);
  const weights = distill.dropTeachers(each);
  assertClose(loss, weights.mul(each).sum());
  assert(weights.eq(0).sum().item() as number > 0);
  method.eval();
  assertClose(method.step(unlabelled(x)).loss, each.mean());
  free();
});

test("gradients of the whole loss agree with finite differences", () => {
  for (const head of ["linear", "mlp", { shape: "mlp", hidden: 3, norm: false }] as const) {
    const { method, models, free } = setUp({ head, standardize: "batch", temperature: 2 });
    const x = images(6, "float64");
    assertGradients(method, models, () => {
      torch.manualSeed(4);
      return method.step(unlabelled(x)).loss;
    });
    free();
  }
});

test("gradients reach student and heads, never the teachers", () => {
  const { method, models, free } = setUp();
  assertReached(method, models, unlabelled(images(16)));
  free();
});

test("images may have labels, or some of them, or none; votes are learned where there are any", () => {
  const { method, student, list, free } = setUp({ dropping: 0 });
  const labelled = new data.LabelledBatch(images(4), classesOf([0, 1, 3, 2]));
  const others = unlabelled(images(6));
  assertEquals(own(method.step(others).terms), ["feature", "kd"]);
  for (const batch of [labelled, new data.MixedBatch(labelled, others)]) {
    const { loss, terms } = method.step(batch);
    assertEquals(own(terms), ["feature", "labelled", "kd"]);
    const known = nn.functional.crossEntropy(student.forward(labelled.images), labelled.labels);
    assertClose(terms.labelled, known);
    assertClose(loss, known.add(terms.kd).add(terms.feature));
  }
  const described = new distill.Agglomerative({
    student,
    teachers: [list[2]],
    standardize: "none",
  });
  assertEquals(own(described.step(others).terms), ["feature"]);
  described.dispose();
  free();
});

test("features are standardized by all training images, which are looked at once", async () => {
  const dataset = shades(24, 2, 3);
  const { method, student, models, free } = setUp({ standardize: "dataset", dropping: 0 });
  const pixels = dataset.unlabelled({ seed: 1 });
  const loader = new data.Loader(pixels, { batchSize: 7, device });
  using batch = unlabelled(images(8));
  assertThrows(() => method.step(batch), TrainingError, "prepare");
  assert(await method.prepare(loader, { progress: false }));
  torch.scope(() => {
    const { terms } = method.step(batch);
    const all = dataset.images.to(device).to("float32").div(255);
    const features = student.features(batch.pixels);
    for (const [i, name] of ["wide", "narrow", "other"].entries()) {
      const [variance, mean] = models[i].features(all).varMean(0, { correction: 0 });
      const target = models[i].features(batch.pixels).sub(mean).div(variance.sqrt());
      const distance = distill.matchLoss(predict(method, name, features), target).mean();
      assertClose(terms[`teachers.${name}.distance`], distance, { rtol: 1e-4 });
    }
  });
  freeAll(pixels, dataset);
  free();
});

test("one that fails is left out, and the others teach as if it had not been there", () => {
  const { list, models } = threeTeachers();
  const { failing, model: twin, fail } = failingTeacher(); // it shares a product with the first
  const shelf = new teachers.Shelf([failing, ...list], { onFailure: "leaveOut" });
  const student = new SmallNet(6, 5, 4);
  const options = { student, standardize: "running", dropping: 0 } as const;
  const method = new distill.Agglomerative({ ...options, teachers: shelf });
  const x = unlabelled(images(8));
  assertEquals("teachers.failing.distance" in method.step(x).terms, true);
  fail();
  const { loss, terms } = method.step(x);
  assertEquals("teachers.failing.distance" in terms, false);
  const rest = ["wide", "narrow", "other"].map((name) => terms[`teachers.${name}.distance`]);
  assertClose(terms.feature, rest[0].add(rest[1]).add(rest[2]).div(3));
  const { weight } = method.heads.of("failing").bank.output;
  loss.backward();
  assertEquals(weight.grad!.select(0, 0).abs().sum().item(), 0);
  method.zeroGrad();
  freeAll(method, student, twin, ...models);
});

test("a saved state goes on with the same numbers, the draws included", () => {
  const options: Options = { standardize: "running" };
  const batches = [images(8), images(8), images(8)].map(unlabelled);
  const one = setUp(options);
  const optimizer = new optim.SGD(one.method.parameters(), { lr: 0.1 });
  torch.manualSeed(31);
  for (const batch of batches.slice(0, 2)) {
    one.method.step(batch).loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
  }
  const other = setUp(options);
  other.method.loadStateDict(one.method.stateDict());
  const losses = [one, other].map(({ method }) => {
    // Of every device.
    torch.manualSeed(32);
    return method.step(batches[2]).loss.item();
  });
  assertEquals(losses[0], losses[1]);
  optimizer.dispose();
  one.free();
  other.free();
});

test("a student learns what its teachers know of images, though they do not agree", () => {
  torch.manualSeed(7);
  const student = new SmallNet(6, 16, 4);
  const masters = [0, 1, 2].map(() => new SmallNet(6, 4, 2));
  const x = images(256);
  const method = new distill.Agglomerative({
    student,
    teachers: masters.map((model, i) => teachers.descriptive({ name: `m${i}`, model })),
    standardize: "running",
  });
  const optimizer = new optim.AdamW(method.parameters(), { lr: 1e-2 });
  let [first, last] = [0, 0];
  onOneThread(() => {
    for (let step = 0; step < 150; step++) {
      using _ = torch.scope();
      const { loss } = method.step(unlabelled(x));
      loss.backward();
      optimizer.step();
      optimizer.zeroGrad();
      last = loss.item();
      if (step === 0) first = last;
    }
  });
  assert(last < first / 5, `${first} before, ${last} after`);
  freeAll(optimizer, method, student, ...masters);
});

test("bad set-ups are refused by name and values", () => {
  const { list, student, free } = setUp();
  const refuse = (options: unknown, part: string) => {
    const make = () => new distill.Agglomerative({ student, teachers: list, ...options as object });
    assertThrows(make, ArgumentError, part);
  };
  refuse({ teachers: [] }, "at least one teacher");
  refuse({ feature: 0 }, "feature is 0");
  refuse({ cosine: 0, smoothL1: 0 }, "cosine and smoothL1");
  refuse({ smoothL1: -1 }, "smoothL1");
  refuse({ dropping: 1.5 }, "dropping");
  refuse({ head: "conv" }, '"conv"');
  refuse({ head: { shape: "mlp", hidden: 0 } }, "hidden");
  refuse({ patches: -1 }, "patches");
  refuse({ keepHeads: true, standardize: "batch" }, "keepHeads");
  refuse({ standardize: "sometimes" }, '"sometimes"');
  refuse({ smothL1: 1 }, "smoothL1");
  free();
});

test("rotated targets keep their digits under autocast", () => {
  const { method, list, free } = setUp({ standardize: "phis" });
  const { standardizers } = method;
  const opinions = new teachers.Shelf(list).ask(unlabelled(images(16)));
  standardizers.observe(opinions);
  standardizers.settle();
  const targets = () => standardizers.of(opinions, torch.ones([1], { device }))[0]!.features;
  const half = torch.autocast(targets, { device });
  assertEquals(half.dtype, "float32");
  assertClose(half, targets());
  free();
});
