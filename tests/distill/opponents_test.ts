/** What UNIFORM's opponents have in common: kinds of images, teachers that fail, autocast, memory, going on after a break. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { ShapeError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";
import { assertClose, device, inFolder, test } from "../helpers.ts";
import { images as shades } from "../train/trainings.ts";
import { classesOf, freeAll } from "./nets.ts";

const classes = 3;

type Make = (options: distill.Learners) => distill.Method;

/** Each opponent, and its own terms. */
const opponents: Record<string, { make: Make; terms: string[]; isDeaf?: boolean }> = {
  "FitNet": { make: (own) => new distill.FitNet({ ...own, feature: 3 }), terms: ["feature", "kd"] },
  "FitNet, standardized": {
    make: (own) => new distill.FitNet({ ...own, feature: 3, standardize: "batch" }),
    terms: ["feature", "kd"],
  },
  "FitNet on maps": {
    make: (own) => new distill.FitNet({ ...own, hint: "map", projection: "mlp", feature: 3 }),
    terms: ["feature", "kd"],
  },
  // These do not listen to descriptive teachers.
  "DKD": {
    make: (own) => new distill.DKD({ ...own, warmUp: 2 }),
    terms: ["target", "others"],
    isDeaf: true,
  },
  "OFA": {
    make: (own) => new distill.OFA({ ...own, eps: 1.5 }),
    terms: ["branch", "logit"],
    isDeaf: true,
  },
  "SoftTarget": {
    make: (own) => new distill.SoftTarget(own),
    terms: ["kd"],
    isDeaf: true,
  },
  "LogitMatching": {
    make: (own) => new distill.LogitMatching(own),
    terms: ["logit"],
    isDeaf: true,
  },
  "RKD": { make: (own) => new distill.RKD(own), terms: ["distance", "angle", "kd"] },
  "VkD": { make: (own) => new distill.VkD(own), terms: ["feature", "kd"] },
};

const network = (widths: number[]) =>
  new models.SmallCnn({ numClasses: classes, widths }).to(device);

/** A student and three teachers, the first two of whom vote; the last of these is `weak` and may fail. */
function setUp() {
  torch.manualSeed(5);
  const student = network([4, 5, 6]);
  const networks = [network([4, 8]), network([7]), network([3, 5])];
  let isBroken = false;
  const model = networks[1];
  const weak = teachers.predictive({
    name: "weak",
    featureDim: 7,
    patchDim: 7,
    numClasses: classes,
    run: (x) => {
      if (isBroken) throw new RangeError("broken");
      const { stages, features } = model.forwardStages(x);
      return { features, patches: stages[0], logits: model.head.forward(features) };
    },
  });
  const list = [
    teachers.predictive({ name: "strong", model: networks[0] }),
    teachers.descriptive({ name: "other", model: networks[2] }),
    weak,
  ];
  const shelf = new teachers.Shelf(list, { onFailure: "leaveOut" });
  const free = () => freeAll(student, ...networks);
  return { student, list, shelf, breakIt: () => isBroken = true, free };
}

const pixels = (count: number) => torch.rand([count, 1, 8, 8], { device });
const unlabelled = (count: number) => new data.UnlabelledBatch(pixels(count));
const labelled = (count: number) =>
  new data.LabelledBatch(
    pixels(count),
    classesOf(Array.from({ length: count }, (_, i) => i % classes)),
  );

for (const [name, { make, terms, isDeaf }] of Object.entries(opponents)) {
  const own = (names: string[]) => names.filter((term) => !term.startsWith("teachers."));

  test(`${name}: images without labels, with labels, or both`, () => {
    const { student, shelf, free } = setUp();
    const method = make({ student, teachers: shelf });
    const batches = [unlabelled(4), labelled(4), new data.MixedBatch(labelled(3), unlabelled(2))];
    for (const batch of batches) {
      const { loss, terms: values } = method.step(batch);
      const expected = batch instanceof data.UnlabelledBatch ? terms : [...terms, "labelled"];
      assertEquals(own(Object.keys(values)).sort(), expected.toSorted());
      loss.backward();
      for (const [name, { grad }] of method.namedParameters()) assert(grad !== null, name);
      method.zeroGrad();
    }
    freeAll(method);
    free();
  });

  test(`${name}: a teacher that fails is left out, and the others teach on`, () => {
    const { student, list, shelf, breakIt, free } = setUp();
    const method = make({ student, teachers: shelf });
    const batch = unlabelled(5);
    const before = method.step(batch);
    const notes = Object.keys(before.terms).filter((term) => term.startsWith("teachers.weak"));
    assertEquals(notes.length > 0, !isDeaf);
    breakIt();
    student.eval();
    const after = method.eval().step(batch);
    assertEquals([...shelf.leftOut.keys()], ["weak"]);
    // As if it had never been there.
    const without = make({ student, teachers: list.slice(0, 2) });
    const kept = Object.keys(without.stateDict());
    const state = method.stateDict();
    without.loadStateDict(Object.fromEntries(kept.map((key) => [key, state[key]])));
    assertClose(after.loss, without.eval().step(batch).loss);
    assert(!Object.keys(after.terms).some((term) => term.startsWith("teachers.weak")));
    freeAll(method, without);
    free();
  });

  test(`${name}: under autocast the loss is float32, and gradients flow`, () => {
    const { student, shelf, free } = setUp();
    const method = make({ student, teachers: shelf });
    const batch = new data.MixedBatch(labelled(8), unlabelled(8));
    const expected = method.step(batch).loss.item();
    const { loss } = torch.autocast(() => method.step(batch), { device });
    assertEquals(loss.dtype, "float32");
    assert(Math.abs(loss.item() - expected) < 0.05 * expected, `${loss.item()}, not ${expected}`);
    loss.backward();
    for (const [name, { grad }] of method.namedParameters()) {
      assertEquals(grad?.dtype, "float32", name);
    }
    method.zeroGrad();
    freeAll(method);
    free();
  });

  test(`${name}: a step leaves its loss and terms, and disposing leaves the student`, () => {
    const { student, shelf, free } = setUp();
    const parameters = new Set(student.parameters());
    const method = make({ student, teachers: shelf });
    const batch = unlabelled(4);
    batch.view(null);
    method.step(batch);
    const before = torch.memory().tensors;
    const result = method.step(batch);
    assertEquals(torch.memory().tensors - before, 1 + Object.keys(result.terms).length);
    const extra = method.parameters().filter((parameter) => !parameters.has(parameter));
    freeAll(method);
    assert(extra.every(({ isDisposed }) => isDisposed));
    assertEquals(student.forward(batch.pixels).shape, [4, classes]);
    free();
  });

  // A GPU sums gradients of convolutions in any order.
  test(`${name}: after a break it goes on to the same numbers`, async () => {
    torch.setNumThreads(1);
    const train = async (folder: string, seed: number, stop?: number) => {
      const { student, shelf, free } = setUp();
      torch.manualSeed(seed);
      const method = make({ student, teachers: shelf });
      using dataset = shades();
      using bare = dataset.unlabelled({ seed: 1 });
      const how = { batchSize: 8, shuffle: true, dropLast: true, device };
      const batches = data.zipLoaders(new data.Loader(dataset, how), new data.Loader(bare, how));
      using optimizer = new optim.AdamW(method.parameters(), { lr: 1e-2 });
      const controller = new AbortController();
      let steps = 0;
      const step = method.step.bind(method);
      method.step = (batch, stage) => {
        if (++steps === stop) controller.abort();
        return step(batch, stage);
      };
      const result = await fit({
        method,
        optimizer,
        batches,
        epochs: 3,
        checkpoint: `${folder}/checkpoint.safetensors`,
        resume: true,
        progress: false,
        signal: controller.signal,
      });
      const epochs = result.epochs.map(({ seconds: _, ...record }) => record);
      const weights = torch.scope(() =>
        Object.values(method.stateDict()).map((tensor) => tensor.toArray())
      );
      freeAll(method);
      free();
      return { epochs, weights };
    };
    const whole: unknown[] = [];
    await inFolder(async (folder) => void whole.push(await train(folder, 1)));
    // Within the first epoch, at its end, within the second.
    for (const stop of [2, 5, 7]) {
      await inFolder(async (folder) => {
        await train(folder, 1, stop);
        assertEquals(await train(folder, 2), whole[0]);
      });
    }
  }, { ignore: device !== "cpu" && name === "FitNet on maps" });
}

test("DKD warms up by the epochs that the loop tells of, and is the loss by hand", () => {
  const { student, list, free } = setUp();
  const make = (options: distill.DKDSettings) =>
    new distill.DKD({
      student: student.eval(),
      teachers: list,
      temperature: 2,
      average: "probabilities",
      ...options,
    });
  const method = make({ warmUp: 4, alpha: 2, beta: 3, labelled: 0.5 });
  const batch = new data.MixedBatch(labelled(3), unlabelled(4));
  const loss = () => method.eval().step(batch).loss.item();
  const z = student.forward(torch.cat([batch.labelled.pixels, batch.unlabelled.pixels]));
  const said = ["strong", "weak"].map((name) => {
    const teacher = list.find((one) => one.name === name)!;
    return torch.cat([batch.labelled, batch.unlabelled].map((b) => teacher.run(b.pixels).logits!));
  });
  const vote = distill.voteLogits(said, { temperature: 2 });
  const target = torch.cat([batch.labelled.labels, vote.pseudoClass.narrow(0, 3, 4)]);
  const whole = distill.dkdLoss(z, vote.probabilities, target, {
    alpha: 2,
    beta: 3,
    temperature: 2,
  }).item();
  const onLabels = torch.crossEntropyLoss(z.narrow(0, 0, 3), batch.labelled.labels).item() / 2;
  for (const warmth of [0.25, 0.5, 0.75, 1, 1]) {
    assertEquals(method.warmth, warmth);
    assertClose(loss(), warmth * whole + onLabels);
    assertEquals(method.endEpoch(), { warmth });
  }
  const other = make({ warmUp: 40 });
  other.setExtraState(method.getExtraState());
  assertEquals(other.warmth, 6 / 40);
  const cold = make({ warmUp: 1 });
  assertEquals([cold.warmth, cold.endEpoch()], [1, {}]);
  freeAll(method, other, cold);
  free();
});

test("RKD refuses batches in which there is nothing to relate, and says what to do", () => {
  const { student, shelf, free } = setUp();
  const method = new distill.RKD({ student, teachers: shelf });
  assertThrows(() => method.step(unlabelled(2)), ShapeError, "dropLast");
  const pairs = new distill.RKD({ student, teachers: shelf, angle: 0 });
  assertThrows(() => pairs.step(unlabelled(1)), ShapeError, "at least 2");
  assert(Number.isFinite(pairs.step(unlabelled(2)).loss.item()));
  // Without both there is nothing to refuse.
  const none = new distill.RKD({ student, teachers: shelf, angle: 0, distance: 0 });
  assertEquals(Object.keys(none.step(unlabelled(2)).terms), ["kd"]);
  freeAll(method, pairs, none);
  free();
});

test("RKD gives finite gradients where images, and so features, are the same", () => {
  const { student, shelf, free } = setUp();
  const method = new distill.RKD({ student, teachers: shelf, kd: 0 });
  for (
    const x of [
      pixels(1).repeat([5, 1, 1, 1]),
      torch.cat([pixels(1).repeat([2, 1, 1, 1]), pixels(3)]),
    ]
  ) {
    const { loss } = method.step(new data.UnlabelledBatch(x));
    loss.backward();
    for (const [name, { grad }] of method.namedParameters()) {
      assert(grad === null || grad.isfinite().all().item() === 1, name);
    }
    method.zeroGrad();
  }
  freeAll(method);
  free();
});

test("FitNet on maps: places of the resized map against places of the teacher's, and who has none", () => {
  const { student, list, free } = setUp();
  const [strong, other] = list;
  const method = new distill.FitNet({
    student: student.eval(),
    teachers: [strong, other],
    hint: "map",
  });
  const batch = unlabelled(4);
  const { terms } = method.eval().step(batch);
  const last = student.forwardStages(batch.pixels).stages.at(-1)!; // 2x2
  const parts = [strong, other].map((teacher, i) => {
    const { patches } = teacher.run(batch.pixels, { patches: true });
    const projection = method.projections.at(i) as distill.Projection;
    const { weight, bias } = projection.output;
    const [height, width] = patches!.shape.slice(2); // 4x4
    const resized = torch.upsampleBilinear2d(last, [height, width], false);
    const mapped = torch.conv2d(resized, weight.unsqueeze(2).unsqueeze(3), bias);
    return torch.mseLoss(mapped, patches!);
  });
  assertClose(terms.feature, parts[0].add(parts[1]).div(2));
  const bare = teachers.descriptive({
    name: "bare",
    featureDim: 64,
    features: (x) => x.flatten(1),
  });
  assertThrows(
    () => new distill.FitNet({ student, teachers: [strong, bare], hint: "map" }),
    Error,
    "bare has none",
  );
  const mlp = new models.Mlp({ inputs: 64, numClasses: classes }).to(device);
  assertThrows(
    () => new distill.FitNet({ student: mlp, teachers: [strong], hint: "map" }),
    Error,
    "stages",
  );
  freeAll(new distill.FitNet({ student: mlp, teachers: [strong] }), mlp, method);
  free();
});

test("FitNet teaches standardized features where that is chosen: one teacher's size counts for nothing", () => {
  const { student, free } = setUp();
  const values = torch.keep(torch.randn([4, 5], { device }));
  const of = (size: number) =>
    teachers.descriptive({
      name: "one",
      featureDim: 5,
      features: () => values.mul(size).add(size),
    });
  const [small, large] = [1, 1000].map((size) => {
    torch.manualSeed(1);
    const method = new distill.FitNet({ student, teachers: [of(size)], standardize: "batch" });
    const { feature } = method.eval().step(unlabelled(4)).terms;
    freeAll(method);
    return feature.item();
  });
  assert(Math.abs(small / large - 1) < 1e-3, `${small} and ${large}`);
  const other = { student, teachers: [of(1)], hint: "map", standardize: "batch" } as const;
  assertThrows(() => new distill.FitNet(other), Error, "not maps");
  values.dispose();
  free();
});
