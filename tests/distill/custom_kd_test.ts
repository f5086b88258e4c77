import { assert, assertEquals, assertThrows } from "@std/assert";
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
import { freeAll, gradientError, images, onOneThread, SmallNet } from "./nets.ts";

const classesOf = (values: number[]) => torch.tensor(values, { dtype: "int64", device });

function batches(dtype: torch.DType = "float32") {
  return {
    labelled: { images: images(4, dtype), labels: classesOf([0, 1, 3, 2]) },
    unlabelled: { images: images(6, dtype) },
  };
}

function setUp(options: Partial<distill.CustomKDOptions> = {}) {
  torch.manualSeed(11);
  const student = new SmallNet(6, 5, 4);
  const model = new SmallNet(6, 9, 2, "relu");
  const teacher = teachers.descriptive({ name: "large", model });
  const method = new distill.CustomKD({ student, teacher, ...options });
  return { method, student, model, teacher, free: () => freeAll(method, student, model) };
}

test("customization is the borrowed head's cross-entropy on customized features", () => {
  const { method, student, model, free } = setUp();
  const { labelled } = batches();
  const { loss, terms } = method.customizeStep(labelled);
  const logits = student.head.forward(
    method.customization.forward(model.features(labelled.images)),
  );
  assertClose(loss, nn.functional.crossEntropy(logits, labelled.labels));
  assertClose(terms.customization, loss);
  free();
});

test("distillation is the weighted sum of its four terms", () => {
  const weights = { customized: 2, general: 0.5, labelled: 3, entropy: 0.25 };
  const { method, student, model, free } = setUp({ weights });
  const { labelled, unlabelled } = batches();
  const { loss, terms } = method.distillStep({ labelled, unlabelled });
  const x = torch.cat([labelled.images, unlabelled.images]);
  const [fs, ft] = [student.features(x), model.features(x)];
  const z = student.head.forward(fs);
  assertClose(terms.customized, torch.mseLoss(fs, method.customization.forward(ft)));
  assertClose(terms.general, torch.mseLoss(method.general.forward(fs), ft));
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

for (const head of ["student", "random"] as const) {
  test(`each stage gives gradients to its own parameters only (${head} head)`, () => {
    const { method, model, free } = setUp({ head });
    const input = batches();
    const touched = () => {
      const names = method.namedParameters().filter(([, p]) => p.grad !== null).map(([n]) => n);
      method.zeroGrad();
      return names.toSorted();
    };
    const names = (tensors: torch.Tensor[]) =>
      method.namedParameters().filter(([, p]) => tensors.includes(p)).map(([n]) => n).toSorted();

    method.customizeStep(input.labelled).loss.backward();
    assertEquals(touched(), names(method.customizationParameters()));
    method.distillStep(input).loss.backward();
    assertEquals(touched(), names(method.distillationParameters()));
    // The head is the student's own again, and is trained in the next customization's absence only.
    method.customizeStep(input.labelled).loss.backward();
    assertEquals(touched(), names(method.customizationParameters()));
    assert(model.parameters().every((p) => p.grad === null));
    const both = [...method.customizationParameters(), ...method.distillationParameters()];
    assertEquals(both.length, new Set(both).size);
    assertEquals(
      method.parameters().filter((p) => !both.includes(p)),
      method.randomHead?.parameters() ?? [],
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
  const method = new distill.CustomKD({ student, teacher });
  const read = () => student.namedBuffers().map(([, b]) => b.toArray());
  const before = read();
  const { labelled, unlabelled } = batches();
  method.customizeStep(labelled);
  assertEquals(read(), before);
  assert(student.head.training);
  assert(student.parameters().every((p) => p.requiresGrad));
  method.distillStep({ labelled, unlabelled });
  assert(JSON.stringify(read()) !== JSON.stringify(before), "the student itself is in training");
  freeAll(method, student);
});

test("a random head is used instead, and never learns", () => {
  const { method, model, free } = setUp({ head: "random" });
  const { labelled } = batches();
  const customized = method.customization.forward(model.features(labelled.images));
  assertClose(
    method.customizeStep(labelled).loss,
    nn.functional.crossEntropy(method.randomHead!.forward(customized), labelled.labels),
  );
  free();
});

test("gradients agree with finite differences in both stages", () => {
  const { method, model, free } = setUp({ customization: "mlp", general: "mlp" });
  method.to("float64");
  model.to("float64");
  const input = batches("float64");
  onOneThread(() => {
    for (const p of method.customizationParameters()) {
      assert(gradientError(p, () => method.customizeStep(input.labelled).loss) < 1e-6);
    }
    for (const p of method.distillationParameters()) {
      assert(gradientError(p, () => method.distillStep(input).loss) < 1e-6);
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
  const input = batches();
  assertEquals(each.method.beginEpoch(0), "customize");
  assertEquals(Object.keys(each.method.step(input).terms), ["customization"]);
  assertEquals(each.method.beginEpoch(1), "distill");
  assertEquals(Object.keys(each.method.step(input).terms), [
    "customized",
    "general",
    "labelled",
    "entropy",
  ]);
  assertEquals(each.method.stage, "distill");
  each.free();
  const twice = setUp({ alternate: 2 });
  assertEquals([0, 1, 2, 3, 4].map((e) => twice.method.stageOf(e)[0]).join(""), "ccddc");
  twice.free();
});

test("weights of 0 leave terms out", () => {
  const { method, free } = setUp({ weights: { general: 0, entropy: 0 } });
  const { labelled } = batches();
  assertEquals(Object.keys(method.distillStep({ labelled }).terms), ["customized", "labelled"]);
  free();
});

test("outputs computed before give the same losses", () => {
  const { method, teacher, free } = setUp();
  const { labelled, unlabelled } = batches();
  const known = {
    labelled: { ...labelled, teacherOutputs: [teacher.run(labelled.images)] },
    unlabelled: { ...unlabelled, teacherOutputs: [teacher.run(unlabelled.images)] },
  };
  assertClose(
    method.customizeStep(known.labelled).loss,
    method.customizeStep(labelled).loss,
  );
  assertClose(method.distillStep(known).loss, method.distillStep({ labelled, unlabelled }).loss);
  free();
});

test("customized features come to be understood by the student's head", () => {
  const { method, student, model, free } = setUp({ customization: "mlp" });
  const x = images(64);
  const labels = student.forward(x).argmax(1);
  const optimizer = new optim.AdamW(method.customizationParameters(), { lr: 2e-2 });
  const accuracy = () =>
    student.head.forward(method.customization.forward(model.features(x))).argmax(1).eq(labels)
      .to("float32").mean().item();
  const before = accuracy();
  onOneThread(() => {
    for (let step = 0; step < 300; step++) {
      using _ = torch.scope();
      method.customizeStep({ images: x, labels }).loss.backward();
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
  refuse({ teacher: undefined }, ArgumentError, "at least one teacher");
  refuse({ student: undefined }, ArgumentError, "student");
  refuse({ weights: { general: -1 } }, ArgumentError, '"general"', "-1");
  refuse(
    { weights: { customized: 0, general: 0, labelled: 0, entropy: 0 } },
    ArgumentError,
    "nothing is learnt",
  );
  refuse({ head: "borrowed" }, ArgumentError, '"borrowed"');
  refuse({ alternate: 0 }, ArgumentError, "alternate", "0");
  refuse({ distance: "far" }, ArgumentError, '"far"');
  check(() => method.stageOf(-1), ArgumentError, "-1");

  const { labelled, unlabelled } = batches();
  // deno-lint-ignore no-explicit-any
  const distillStep = (input: any) => () => method.distillStep(input);
  check(distillStep({ labelled }), ArgumentError, "unlabelled", "0.1");
  check(distillStep({ labelled, unlabelled: labelled }), ArgumentError, "labels");
  check(distillStep({ unlabelled }), ArgumentError, "labels");
  check(distillStep({ labelled: unlabelled, unlabelled }), ArgumentError, "labels");
  const none = { images: torch.zeros([0, 1, 2, 3], { device }) };
  check(distillStep({ labelled, unlabelled: none }), ShapeError, "[0, 1, 2, 3]");
  const withLabels = (labels: torch.Tensor) => ({ images: labelled.images, labels });
  for (
    const step of [
      (labels: torch.Tensor) => () => method.customizeStep(withLabels(labels)),
      (labels: torch.Tensor) => distillStep({ labelled: withLabels(labels), unlabelled }),
    ]
  ) {
    check(step(classesOf([0, 1])), ShapeError, "4 images", "[2]");
    check(step(classesOf([0, 1, 4, 0])), IndexError, "4");
    check(step(classesOf([0, 1, -100, 0])), IndexError, "-100");
    check(step(torch.tensor([0, NaN, 1, 2], { device })), DTypeError, "NaN");
  }
  const nan = { ...labelled, teacherOutputs: [{ features: torch.full([4, 9], NaN, { device }) }] };
  check(() => method.customizeStep(nan), TrainingError, '"large"', "36 of 36");
  // After an error the head is the student's own again.
  assert(student.parameters().every((p) => p.requiresGrad) && student.head.training);
  free();
});
