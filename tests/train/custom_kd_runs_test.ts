/** Runs of CustomKD by the training loop, as a user may have them. */

import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";
import type { Batches } from "../../src/train/stage.ts";
import { assertClose, device, inFolder, test } from "../helpers.ts";
import { SmallNet } from "../distill/nets.ts";
import { spoken } from "../spoken.ts";
import { images, stopsAt } from "./trainings.ts";

interface RoomOptions extends distill.CustomKDSettings {
  /** Images of a labelled batch, and of one without labels. */
  sizes?: [number, number];
  /** The seed of what is trained. */
  seed?: number;
  /** What the teachers are. */
  list?: (models: readonly SmallNet[]) => teachers.Teacher[];
  onFailure?: "leaveOut";
}

/** A student, two teachers, 11 labelled images and 46 without labels. */
class Room implements Disposable {
  readonly #own = new DisposableStack();
  /** How many batches of each kind were made. */
  readonly made = { labelled: 0, unlabelled: 0 };
  readonly student: SmallNet;
  readonly models: readonly SmallNet[];
  readonly shelf: teachers.Shelf;
  readonly method: distill.CustomKD;
  readonly batches: data.MixedLoader;

  constructor({ sizes = [8, 23], seed = 1, list, onFailure, ...options }: RoomOptions = {}) {
    torch.setNumThreads(1);
    const whole = this.#own.use(images());
    const few = this.#own.use(whole.take(11));
    const rest = this.#own.use(whole.unlabelled());
    const counted = (kind: keyof Room["made"]) => (pixels: torch.Tensor) => {
      this.made[kind]++;
      return pixels;
    };
    const how = { shuffle: true, device };
    this.batches = data.zipLoaders(
      new data.Loader(few, { ...how, batchSize: sizes[0], transform: counted("labelled") }),
      new data.Loader(rest, { ...how, batchSize: sizes[1], transform: counted("unlabelled") }),
    );
    torch.manualSeed(5);
    this.models = [7, 9].map((width) => this.#own.use(new SmallNet(16, width, 3, "relu")));
    torch.manualSeed(seed);
    this.student = this.#own.use(new SmallNet(16, 5, 3));
    this.shelf = new teachers.Shelf(
      list?.(this.models) ??
        this.models.map((model, i) => teachers.descriptive({ name: `t${i}`, model })),
      onFailure && { onFailure },
    );
    const { student, shelf } = this;
    this.method = this.#own.use(new distill.CustomKD({ student, teacher: shelf, ...options }));
  }
  [Symbol.dispose](): void {
    this.#own.dispose();
  }
}

/** A student that has features only. */
class Bare extends nn.Classifier {
  readonly featureDim = 16;
  readonly numClasses = 0;
  readonly head = new nn.Identity();
  override features(x: torch.Tensor): torch.Tensor {
    return x.flatten(1);
  }
}

const sgd = (params: torch.Tensor[]) => new optim.SGD(params, { lr: 0.1 });
const adamw = (params: torch.Tensor[]) => new optim.AdamW(params, { lr: 1e-2 });
const by = { customize: sgd, distill: sgd };
const quiet = { progress: false } as const;

/** All that a module has, as plain numbers by name. */
const valuesOf = (module: nn.Module) =>
  torch.scope(() =>
    Object.fromEntries(Object.entries(module.stateDict()).map(([k, v]) => [k, v.toArray()]))
  );

test("customization loads labelled images only, those that it would have had beside others", async () => {
  using room = new Room({ standardize: "none" });
  const { method, batches, made } = room;
  const halves = [...batches.labelledEpoch(1, { from: 1 })].map((batch) => batch.indices.toArray());
  const pairs = [...batches.epoch(1, { from: 1 })].map((pair) => pair.labelled.indices.toArray());
  assertEquals(halves, pairs);
  assertThrows(() => batches.labelledEpoch(0, { from: 3 }), ArgumentError, "3");
  made.labelled = made.unlabelled = 0;
  const after: unknown[] = [];
  const evaluate = () => (after.push({ ...made }), {});
  await fit({ method, optimizers: by, batches, epochs: 2, evaluate, ...quiet });
  assertEquals(after, [{ labelled: 2, unlabelled: 0 }, { labelled: 4, unlabelled: 2 }]);
  // Statistics are those of images without labels.
  made.labelled = made.unlabelled = 0;
  using surveyed = new Room();
  assert(await surveyed.method.prepare(surveyed.batches, quiet));
  assertEquals(surveyed.made, { labelled: 0, unlabelled: 2 });
});

test("labelled batches that make one step count by their own images, and may be larger than what there is", async () => {
  const run = async (sizes: [number, number], accumulate: number) => {
    using room = new Room({ sizes, standardize: "none", alternate: { distill: "rest" } });
    const { method, batches } = room;
    await fit({ method, batches, optimizers: by, accumulate, epochs: 1, ...quiet });
    return method.customizations.parameters().map((param) => param.clone());
  };
  // 8 and 3 labelled images beside 23 and 23 others; all 11 beside all 46.
  const [parts, whole] = [await run([8, 23], 2), await run([100, 46], 1)];
  parts.forEach((part, i) => assertClose(part, whole[i], { rtol: 0, atol: 1e-6 }));
  for (const tensor of [...parts, ...whole]) tensor.dispose();
});

test("the student's average stays where it is while the student does", async () => {
  using room = new Room();
  const { method, batches, student } = room;
  const averages: unknown[] = [];
  const own: unknown[] = [];
  const step = method.step.bind(method);
  method.step = (batch, stage) => {
    if (stage === "customize") own.push(valuesOf(student));
    return step(batch, stage);
  };
  const evaluate = () => (averages.push(valuesOf(student)), {});
  const ema = { decay: 0.9 };
  await fit({ method, optimizers: by, batches, epochs: 3, ema, evaluate, ...quiet });
  assertNotEquals(averages[1], averages[0]);
  assertEquals(averages[2], averages[1]);
  assertNotEquals(own.at(-1), averages[2]);
});

for (const head of ["random", "trained"] as const) {
  test(`stopped at any step and begun by another seed, a run with a ${head} head goes on bit for bit`, () =>
    inFolder(async (folder) => {
      const part = async (name: string, stop: number, seed: number) => {
        using room = new Room({
          seed,
          head,
          alternate: { customize: 1, distill: "rest" },
          weights: { logit: 0.5 },
        });
        const { method, batches } = room;
        const signal = stopsAt(method, stop);
        const result = await fit({
          ...{ method, batches, epochs: 3, seed: 7, ema: { decay: 0.5 }, resume: true },
          optimizers: { customize: adamw, distill: adamw },
          checkpoint: `${folder}/${name}`,
          signal,
          ...quiet,
        });
        return { result, values: valuesOf(method) };
      };
      const whole = await part("whole", 0, 1);
      assert(whole.result.done && "borrowedHead.own.weight" in whole.values);
      assertEquals(whole.result.epochs.map(({ stage }) => stage), [
        "customize",
        "distill",
        "distill",
      ]);
      for (const stop of [1, 2, 3, 5]) {
        const first = await part(`${stop}`, stop, 1);
        assertEquals([first.result.done, first.result.step], [false, stop]);
        const second = await part(`${stop}`, 0, 2);
        assert(second.result.done);
        assertEquals(second.values, whole.values);
      }
    }));
}

test("a teacher that fails is left out of statistics and of both stages, whenever it does", async () => {
  // At the first image shown, in the middle of the survey, in customization, between the two halves of a batch.
  for (const calls of [0, 1, 3, 5]) {
    let left = calls;
    const list = (models: readonly SmallNet[]) => [
      teachers.descriptive({ name: "well", model: models[0] }),
      teachers.descriptive({
        name: "failing",
        featureDim: 9,
        features: (x) => {
          // The fingerprint of what a teacher says asks too, of no batch of the run.
          if (left-- <= 0) throw new RangeError("out of order");
          return models[1].features(x);
        },
      }),
    ];
    using room = new Room({ list, onFailure: "leaveOut" });
    const { method, batches, shelf } = room;
    let result: Awaited<ReturnType<typeof fit>> | undefined;
    const said = await spoken(async () => {
      result = await fit({ method, optimizers: by, batches, epochs: 4, ...quiet });
    });
    assert(said.includes('"failing" is left out'), said);
    assertEquals([...shelf.leftOut.keys()], ["failing"]);
    assertEquals(result!.done, true);
    assert(method.standardizers.surveyed);
    for (const { loss } of result!.epochs) assert(Number.isFinite(loss));
  }
});

test("what cannot be learnt is found before the first step: entropy of no images, other classes", async () => {
  using room = new Room();
  const { method, batches, student } = room;
  let steps = 0;
  const step = method.step.bind(method);
  method.step = (batch, stage) => (steps++, step(batch, stage));
  const { labelled } = batches;
  const refuse = (given: Batches<data.LabelledBatch | data.MixedBatch>, words: string) =>
    assertRejects(
      () => fit({ method, optimizers: by, batches: given, epochs: 2, ...quiet }),
      ArgumentError,
      words,
    );
  await refuse(labelled, "unlabelled images for the entropy");
  // Names that it lacks it takes from the labelled images.
  assertEquals(student.classNames, ["dark", "gray", "light"]);
  student.classNames = ["light", "gray", "dark"];
  await refuse(batches, 'Class 0 of the model is "light"');
  assertEquals(steps, 0);
  using bare = new Bare();
  assertThrows(
    () => new distill.CustomKD({ student: bare, teacher: room.shelf }),
    ArgumentError,
    "numClasses is 0",
  );
});

test("a stage that has no epoch is told of", async () => {
  using room = new Room();
  const { method, batches } = room;
  const run = (epochs: number) =>
    spoken(() => fit({ name: "short", method, optimizers: by, batches, epochs, ...quiet }));
  const said = await run(1);
  assert(said.includes('short: none of the 1 epochs is of the stage "distill"'), said);
  assert(!(await run(2)).includes("none of the"));
});

test("the prediction of a teacher who knows some classes is taught, by KL and DKD", () => {
  const list = ([model]: readonly SmallNet[]) => [
    teachers.predictive({
      name: "part",
      featureDim: 7,
      numClasses: 2,
      run: (x) => ({ features: model.features(x), logits: model.forward(x).narrow(1, 0, 2) }),
      classes: [0, 2],
      labelSpace: 3,
    }),
  ];
  for (const loss of ["kl", "dkd"] as const) {
    using room = new Room({
      list,
      standardize: "none",
      weights: { customized: 0, general: 0, labelled: 0, entropy: 0, logit: 1 },
      logit: { target: "teacher", loss, temperature: 2 },
    });
    const { method, batches, models, student } = room;
    using _ = torch.scope();
    const both = batches.batch(0, 0) as data.MixedBatch;
    const result = method.step(both, "distill");
    result.loss.backward();
    for (const param of student.parameters()) {
      assert(Number.isFinite(param.grad!.abs().sum().item()));
    }
    if (loss === "dkd") continue;
    const x = torch.cat([both.labelled.images, both.unlabelled.images]);
    const known = models[0].forward(x).narrow(1, 0, 2).div(2).softmax(1).toArray() as number[][];
    const own = student.forward(x).div(2).softmax(1).toArray() as number[][];
    // What it does not know has the probability 0, and adds nothing.
    const each = known.map(([p, q], i) =>
      p * Math.log(p / own[i][0]) + q * Math.log(q / own[i][2])
    );
    const expected = 4 * each.reduce((a, b) => a + b) / each.length;
    assertClose(result.loss, torch.tensor(expected, { device }), { rtol: 1e-4, atol: 1e-6 });
  }
});
