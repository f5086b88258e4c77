import { assert, assertEquals, assertThrows } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import {
  ArgumentError,
  DTypeError,
  IndexError,
  ShapeError,
  TrainingError,
} from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import {
  classesOf,
  freeAll,
  gradientError,
  images,
  onOneThread,
  SmallNet,
  Source,
  storedShelf,
} from "./nets.ts";

function batches(dtype: torch.DType = "float32") {
  const labelled = new data.LabelledBatch(images(4, dtype), classesOf([0, 1, 3, 2]));
  const unlabelled = new data.UnlabelledBatch(images(6, dtype));
  return { labelled, unlabelled, both: new data.MixedBatch(labelled, unlabelled) };
}

function setUp(options: Partial<distill.CustomKDOptions> = {}) {
  torch.manualSeed(11);
  const student = new SmallNet(6, 5, 4);
  const model = new SmallNet(6, 9, 2, "relu");
  const teacher = teachers.descriptive({ name: "large", model });
  const method = new distill.CustomKD({ student, teacher, standardize: "none", ...options });
  const [customization, distillation] = method.stages.map(({ learns }) => learns());
  return {
    method,
    student,
    model,
    teacher,
    customization,
    distillation,
    free: () => freeAll(method, student, model),
  };
}

test("customization is the borrowed head's cross-entropy on customized features", () => {
  const { method, student, model, free } = setUp();
  const { labelled } = batches();
  const { loss, terms } = method.step(labelled, "customize");
  const logits = student.head.forward(
    method.customizations.at(0).forward(model.features(labelled.images)),
  );
  assertClose(loss, nn.functional.crossEntropy(logits, labelled.labels));
  assertClose(terms.customization, loss);
  free();
});

test("distillation is the weighted sum of its four terms", () => {
  const weights = { customized: 2, general: 0.5, labelled: 3, entropy: 0.25 };
  const { method, student, model, free } = setUp({ weights });
  const { labelled, unlabelled, both } = batches();
  const { loss, terms } = method.step(both, "distill");
  const x = torch.cat([labelled.images, unlabelled.images]);
  const [fs, ft] = [student.features(x), model.features(x)];
  const z = student.head.forward(fs);
  assertClose(terms.customized, torch.mseLoss(fs, method.customizations.at(0).forward(ft)));
  assertClose(terms.general, torch.mseLoss(method.projections.at(0).forward(fs), ft));
  assertClose(terms.labelled, nn.functional.crossEntropy(z.narrow(0, 0, 4), labelled.labels));
  const p = z.narrow(0, 4, 6).softmax(1);
  assertClose(terms.entropy, p.mul(p.log()).sum(1).mean().neg());
  assertClose(
    loss,
    terms.customized.mul(2).add(terms.general.mul(0.5)).add(terms.labelled.mul(3))
      .add(terms.entropy.mul(0.25)),
  );
  free();
});

for (const head of ["student", "random", "trained"] as const) {
  test(`each stage gives gradients to its own parameters only (${head} head)`, () => {
    const { method, model, customization, distillation, free } = setUp({ head });
    const { labelled, both } = batches();
    const touched = () => {
      const names = method.namedParameters().filter(([, p]) => p.grad !== null).map(([n]) => n);
      method.zeroGrad();
      return names.toSorted();
    };
    const names = (tensors: torch.Tensor[]) =>
      method.namedParameters().filter(([, p]) => tensors.includes(p)).map(([n]) => n).toSorted();

    method.step(labelled, "customize").loss.backward();
    assertEquals(touched(), names(customization));
    method.step(both, "distill").loss.backward();
    assertEquals(touched(), names(distillation));
    // The head is the student's own again, and is trained in the next customization's absence only.
    method.step(labelled, "customize").loss.backward();
    assertEquals(touched(), names(customization));
    assert(model.parameters().every((p) => p.grad === null));
    const all = [...customization, ...distillation];
    assertEquals(all.length, new Set(all).size);
    assertEquals(
      method.parameters().filter((p) => !all.includes(p)),
      head === "random" ? method.borrowedHead.parameters() : [],
    );
    free();
  });
}

test("a head is frozen as a whole: neither its buffers nor its training mode change", () => {
  class Normed extends nn.Classifier {
    readonly featureDim = 6;
    readonly numClasses = 4;
    readonly head = new nn.Sequential(new nn.BatchNorm1d(6), new nn.Linear(6, 4));
    override features(x: torch.Tensor): torch.Tensor {
      return x.flatten(1);
    }
  }
  torch.manualSeed(12);
  const student = new Normed().to(device);
  const teacher = teachers.descriptive({
    name: "large",
    features: (x) => x.flatten(1),
    featureDim: 6,
  });
  const method = new distill.CustomKD({ student, teacher, standardize: "none" });
  const read = () => student.namedBuffers().map(([, b]) => b.toArray());
  const before = read();
  const { labelled, both } = batches();
  method.step(labelled, "customize");
  assertEquals(read(), before);
  assert(student.head.training);
  assert(student.parameters().every((p) => p.requiresGrad));
  method.step(both, "distill");
  assert(JSON.stringify(read()) !== JSON.stringify(before), "the student itself is in training");
  freeAll(method, student);
});

test("a random head is used instead, and never learns", () => {
  const { method, model, free } = setUp({ head: "random" });
  const { labelled } = batches();
  const customized = method.customizations.at(0).forward(model.features(labelled.images));
  assertClose(
    method.step(labelled, "customize").loss,
    nn.functional.crossEntropy(method.borrowedHead.own!.forward(customized), labelled.labels),
  );
  free();
});

test("gradients agree with finite differences in both stages", () => {
  const { method, model, customization, distillation, free } = setUp({
    customization: "mlp",
    general: "mlp",
  });
  method.to("float64");
  model.to("float64");
  const { labelled, both } = batches("float64");
  onOneThread(() => {
    for (const p of customization) {
      assert(gradientError(p, () => method.step(labelled, "customize").loss) < 1e-6);
    }
    for (const p of distillation) {
      assert(gradientError(p, () => method.step(both, "distill").loss) < 1e-6);
    }
  });
  free();
});

test("the stages take turns, every epoch or every few", () => {
  const each = setUp();
  assertEquals([0, 1, 2, 3].map((e) => each.method.stageOf(e)), [
    "customize",
    "distill",
    "customize",
    "distill",
  ]);
  const { both } = batches();
  assertEquals(Object.keys(each.method.step(both, "customize").terms), ["customization"]);
  assertEquals(Object.keys(each.method.step(both, "distill").terms), [
    "customized",
    "general",
    "labelled",
    "entropy",
  ]);
  each.free();
  const twice = setUp({ alternate: 2 });
  assertEquals([0, 1, 2, 3, 4].map((e) => twice.method.stageOf(e)[0]).join(""), "ccddc");
  twice.free();
});

test("weights of 0 leave terms out", () => {
  const { method, free } = setUp({ weights: { general: 0, entropy: 0 } });
  const { labelled } = batches();
  assertEquals(Object.keys(method.step(labelled, "distill").terms), ["customized", "labelled"]);
  free();
});

test("outputs that were stored give the same losses", () => {
  const { method, student, teacher, free } = setUp();
  const [known, rest] = [new Source(images(4)), new Source(images(6))];
  const shelf = storedShelf([teacher], known);
  const other = storedShelf([teacher], rest);
  for (const stage of ["customize", "distill"] as const) {
    const labelled = () => known.labelled(classesOf([0, 1, 3, 2]));
    const batch = () => new data.MixedBatch(labelled(), rest.batch());
    const stored = new distill.CustomKD({ student, teacher: shelf, standardize: "none" });
    stored.loadStateDict(method.stateDict());
    if (stage === "distill") {
      // Of the images without labels nothing is stored yet.
      assertThrows(() => stored.step(batch(), stage), Error, "large was asked");
      shelf.use(rest, new Map([["large", { rows: (v, i) => rowsOf(other, rest, v, i) }]]));
    }
    assertClose(stored.step(batch(), stage).loss, method.step(batch(), stage).loss);
    freeAll(stored);
  }
  free();
});

/** What a shelf has stored of a source. */
const rowsOf = (shelf: teachers.Shelf, source: Source, variant: number, indices: Int32Array) =>
  shelf.ask(source.batch([...indices], variant)).of("large");

test("customized features come to be understood by the student's head", () => {
  const { method, student, model, customization, free } = setUp({ customization: "mlp" });
  const x = images(64);
  const labels = student.forward(x).argmax(1);
  const optimizer = new optim.AdamW(customization, { lr: 2e-2 });
  const accuracy = () =>
    student.head.forward(method.customizations.at(0).forward(model.features(x))).argmax(1).eq(
      labels,
    )
      .to("float32").mean().item();
  const before = accuracy();
  onOneThread(() => {
    for (let step = 0; step < 300; step++) {
      using _ = torch.scope();
      method.step(new data.LabelledBatch(x, labels), "customize").loss.backward();
      optimizer.step();
      optimizer.zeroGrad();
    }
  });
  const after = accuracy();
  assert(after > before + 0.15 && after > 0.9, `${before} before, ${after} after`);
  optimizer.dispose();
  free();
});

test("bad set-ups and batches are refused by name and values", () => {
  const { method, student, teacher, free } = setUp();
  const check = (body: () => unknown, type: new () => Error, ...parts: string[]) => {
    const { message } = assertThrows(body, type);
    for (const part of parts) assert(message.includes(part), `"${part}" is not in: ${message}`);
  };
  const refuse = (options: unknown, type: new () => Error, ...parts: string[]) =>
    check(
      () => new distill.CustomKD({ student, teacher, ...options as object }),
      type,
      ...parts,
    );
  refuse({ teacher: undefined }, ArgumentError, "at least one teacher", "none");
  refuse({ student: undefined }, ArgumentError, "student");
  refuse({ weights: { general: -1 } }, ArgumentError, "weights.general", "-1");
  refuse(
    { weights: { customized: 0, general: 0, labelled: 0, entropy: 0 } },
    ArgumentError,
    "nothing is learnt",
  );
  refuse({ head: "borrowed" }, ArgumentError, '"borrowed"');
  refuse({ alternate: 0 }, ArgumentError, "alternate", "0");
  refuse({ distance: "far" }, ArgumentError, '"far"');
  check(() => method.stageOf(-1), ArgumentError, "-1");

  const { labelled, unlabelled, both } = batches();
  // deno-lint-ignore no-explicit-any
  const step = (batch: any, stage?: any) => () => method.step(batch, stage);
  check(step(labelled, "distill"), ArgumentError, "unlabelled", "0.1");
  check(step(unlabelled, "distill"), ArgumentError, "labels");
  check(step(unlabelled, "customize"), ArgumentError, "labels");
  check(step({ labelled, unlabelled }, "distill"), ArgumentError, "labelled, unlabelled");
  check(step(both), ArgumentError, "customize, distill", "none");
  check(step(both, "teach"), ArgumentError, "customize, distill", '"teach"');
  const none = torch.zeros([0, 1, 2, 3], { device });
  check(() => new data.UnlabelledBatch(none), ShapeError, "[0, 1, 2, 3]");
  const withLabels = (labels: torch.Tensor) => new data.LabelledBatch(labelled.pixels, labels);
  for (
    const given of [
      (labels: torch.Tensor) => step(withLabels(labels), "customize"),
      (labels: torch.Tensor) =>
        step(new data.MixedBatch(withLabels(labels), unlabelled), "distill"),
    ]
  ) {
    check(() => given(classesOf([0, 1]))(), ShapeError, "4 images", "[2]");
    check(given(classesOf([0, 1, 4, 0])), IndexError, "4");
    check(given(classesOf([0, 1, -100, 0])), IndexError, "-100");
    check(given(torch.tensor([0, NaN, 1, 2], { device })), DTypeError, "NaN");
  }
  const source = new Source(images(4));
  const nan = new distill.CustomKD({
    student,
    checkFinite: true,
    standardize: "none",
    teacher: storedShelf([teacher], source, {
      large: { features: torch.full([4, 9], NaN, { device }) },
    }),
  });
  for (const stage of ["customize", "distill"] as const) {
    const batch = () =>
      new data.MixedBatch(source.labelled(classesOf([0, 1, 3, 2])), source.batch());
    const bad = stage === "customize" ? "36 of 36" : "72 of 72";
    check(() => nan.step(batch(), stage), TrainingError, '"large"', bad);
  }
  // After an error the head is the student's own again.
  assert(student.parameters().every((p) => p.requiresGrad) && student.head.training);
  freeAll(nan);
  free();
});
