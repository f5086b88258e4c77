/** What the loop finds out before and at its first step: stages that are not served, optimizers that train nothing. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import { ArgumentError } from "../../src/base/errors.ts";
import * as models from "../../src/models/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";
import { Supervised } from "../../src/distill/methods/supervised.ts";
import { test } from "../helpers.ts";
import { spoken } from "../spoken.ts";
import { images } from "./trainings.ts";

/** A student and teachers on the tests' images. */
class Room implements Disposable {
  readonly #own = new DisposableStack();
  readonly images = this.#own.use(images());
  readonly student = this.mlp(6);
  readonly teacher = teachers.predictive({ name: "teacher", model: this.mlp(5) });
  readonly labelled = new data.Loader(this.images, { batchSize: 23 });
  readonly unlabelled = new data.Loader(this.#own.use(this.images.unlabelled()), { batchSize: 23 });
  readonly both = data.zipLoaders(this.labelled, this.unlabelled);

  mlp(width: number): models.Mlp {
    return this.#own.use(new models.Mlp({ inputs: 16, numClasses: 3, widths: [width] }));
  }
  sgd(params: torch.Tensor[]): optim.SGD {
    return this.#own.use(new optim.SGD(params, { lr: 0.1 }));
  }
  customKD(alternate?: number): distill.CustomKD {
    const { student, teacher } = this;
    const options = alternate === undefined ? {} : { alternate };
    return this.#own.use(new distill.CustomKD({ student, teacher, ...options }));
  }
  [Symbol.dispose](): void {
    this.#own.dispose();
  }
}

const weights = (model: models.Mlp) => model.parameters().map((param) => param.data());

test("CustomKD's stages take turns as its option alternate says, where they are put together by hand", async () => {
  for (const [alternate, expected] of [[1, "cdcdcd"], [2, "ccddcc"], [3, "cccddd"]] as const) {
    using room = new Room();
    const method = room.customKD(alternate);
    const stage = (name: distill.CustomKDStage) => ({
      name,
      step: (batch: data.MixedBatch) => method.step(batch, name),
      optimizer: room.sgd(method.stages.find((stage) => stage.name === name)!.learns()),
      batches: room.both,
    });
    const [customization, distillation] = [stage("customize"), stage("distill")];
    const stages = [distillation, customization];
    const { epochs } = await fit({ method, stages, epochs: 6, progress: false });
    assertEquals(epochs.map(({ stage }) => String(stage)[0]).join(""), expected);
    // What stageOf says comes first.
    const own = await fit({
      method,
      stages: [customization, distillation],
      stageOf: () => 1,
      epochs: 1,
      progress: false,
    });
    assertEquals(own.epochs[0].stage, "distill");
    for (const wrong of [[customization], [customization, { ...distillation, name: "teach" }]]) {
      await assertRejects(
        () => fit({ method, stages: wrong, epochs: 1, progress: false }),
        ArgumentError,
        "The stages of CustomKD are called customize, distill, and those given customize",
      );
    }
  }
});

test("an optimizer of another model's parameters is refused, and has changed nothing", async () => {
  using room = new Room();
  const other = room.mlp(6);
  const before = [weights(other), weights(room.student)];
  const method = new Supervised(room.student);
  const optimizer = room.sgd(other.parameters());
  const options = { method, optimizer, batches: room.labelled, epochs: 1, progress: false };
  const error = await assertRejects(() => fit({ ...options, name: "student" }), ArgumentError);
  assertStringIncludes(error.message, 'No parameter of the optimizer of "student" has a gradient');
  assertStringIncludes(error.message, "was the optimizer made for another model?");
  assertEquals([weights(other), weights(room.student)], before);
});

test("every stage's optimizer is looked at", async () => {
  using room = new Room();
  const method = new Supervised(room.student);
  const stage = (name: string, params: torch.Tensor[]) => ({
    name,
    step: (batch: data.LabelledBatch) => method.step(batch),
    optimizer: room.sgd(params),
    batches: room.labelled,
  });
  const stages = [
    stage("right", room.student.parameters()),
    stage("wrong", room.mlp(6).parameters()),
  ];
  await assertRejects(
    () => fit({ method, stages, epochs: 2, progress: false }),
    ArgumentError,
    'the optimizer of "wrong"',
  );
});

test("a schedule of another optimizer is refused", async () => {
  using room = new Room();
  const method = new Supervised(room.student);
  const optimizer = room.sgd(room.student.parameters());
  const other = room.sgd(room.student.parameters());
  const options = { method, optimizer, batches: room.labelled, epochs: 1, progress: false };
  await assertRejects(
    () => fit({ ...options, schedule: new optim.StepLR(other, { stepSize: 1 }) }),
    ArgumentError,
    "sets the learning rates of another optimizer",
  );
  const { done } = await fit({
    ...options,
    schedule: new optim.StepLR(optimizer, { stepSize: 1 }),
  });
  assert(done);
});

test("frozen parameters only, and a loss without gradients, are refused", async () => {
  using room = new Room();
  const method = new Supervised(room.student);
  const optimizer = room.sgd(room.student.parameters());
  const options = { optimizer, batches: room.labelled, epochs: 1, progress: false };
  await assertRejects(
    () =>
      fit({
        ...options,
        method: {
          step: (batch: data.LabelledBatch) => torch.noGrad(() => method.step(batch)),
          stateDict: () => method.stateDict(),
          loadStateDict: () => {},
          train: () => {},
        },
      }),
    ArgumentError,
    "depends on nothing that is trained",
  );
  room.student.body.requiresGrad_(false);
  const frozen = room.sgd(room.student.body.parameters());
  await assertRejects(
    () => fit({ ...options, method, optimizer: frozen }),
    ArgumentError,
    "All 4 parameters of the optimizer",
  );
});

test("parameters without a gradient, and those that no optimizer has, are named once", async () => {
  using room = new Room();
  const [student, other] = [room.student, room.mlp(6)];
  const method = new Supervised(student);
  const options = { method, batches: room.labelled, epochs: 2, progress: false };
  const run = (params: torch.Tensor[]) =>
    spoken(() => fit({ ...options, optimizer: room.sgd(params) }));
  assertEquals(await run(student.parameters()), "");

  const mixed = await run([...student.parameters(), ...other.head.parameters()]);
  assertStringIncludes(mixed, "2 of the 8 parameters that the optimizer");
  assertEquals(mixed.split("\n").length, 2);

  const headOnly = await run(student.head.parameters());
  assertStringIncludes(headOnly, "4 parameters get gradients from the loss");
  assertStringIncludes(headOnly, "student.body.0.weight, student.body.0.bias");
  student.body.requiresGrad_(false);
  assertEquals(await run(student.head.parameters()), "");
  assertEquals(await run(student.parameters()), "");
});

test("encoders that were left out of the optimizer are named", async () => {
  using room = new Room();
  using method = new distill.Uniform({ student: room.student, teachers: [room.teacher] });
  const optimizer = room.sgd(room.student.parameters());
  const options = { method, optimizer, batches: room.unlabelled, epochs: 1, progress: false };
  const said = await spoken(() => fit(options));
  assertStringIncludes(said, "no optimizer trains them");
  assert(/encoders\.0\S*weight/.test(said) && /decoders\.0\S*weight/.test(said), said);
});

test("a run shows its loss and evaluation on every line and says one for each epoch", async () => {
  using room = new Room();
  const method = new Supervised(room.student);
  const optimizer = room.sgd(room.student.parameters());
  const options = { name: "student", method, optimizer, batches: room.labelled, epochs: 3 };
  const evaluate = (epoch: number) => ({ accuracy: 0.25 * epoch, "by class": [1, 2] });
  const said = await spoken(() => fit({ ...options, evaluate, evaluateEvery: 2 }));
  const lines = said.trimEnd().split("\n");
  const ended = lines.filter((line) => /^student: epoch \d\/3, loss/.test(line));
  const loss = String.raw`loss \d[\d.e-]*`;
  assertEquals(ended.length, 3, said);
  assert(new RegExp(String.raw`^student: epoch 1/3, ${loss}, \S+ s$`).test(ended[0]), ended[0]);
  assert(new RegExp(`epoch 2/3, ${loss}, accuracy 0.5, `).test(ended[1]), ended[1]);
  assert(new RegExp(`epoch 3/3, ${loss}, accuracy 0.75, `).test(ended[2]), ended[2]);
  const last = lines.at(-1)!;
  assert(
    new RegExp(`^student: 100% 6/6 steps.*epoch 3/3, ${loss}, accuracy 0.75$`).test(last),
    last,
  );
  assertEquals(await spoken(() => fit({ ...options, evaluate, progress: false })), "");
});
