import { assert, assertEquals, assertThrows } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import { ArgumentError, ShapeError, TrainingError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import {
  classesOf,
  freeAll,
  images,
  SmallNet,
  Source,
  storedShelf,
  threeTeachers,
  unlabelled,
} from "./nets.ts";

test("plain KD is Hinton's loss on the predictive teachers' mean", () => {
  const { list, models } = threeTeachers();
  const student = new SmallNet(6, 5, 4);
  const source = new Source(images(8));
  const x = source.pixels;
  const both = models.slice(0, 2).map((model) => model.forward(x));
  for (const average of ["probabilities", "logits"] as const) {
    const method = new distill.KD({ student, teachers: list, temperature: 3, average });
    const { loss, terms } = method.step(source.batch());
    assertClose(loss, distill.kdLoss(student.forward(x), both, { temperature: 3, average }));
    assertEquals(Object.keys(terms), ["kd"]);
    assertEquals(method.parameters(), student.parameters());
    // Outputs known before, of all teachers.
    const shelf = storedShelf(list, source);
    const stored = new distill.KD({ student, teachers: shelf, temperature: 3, average });
    assertClose(stored.step(source.batch()).loss, loss);
    freeAll(method, stored);
  }
  freeAll(student, ...models);
});

test("plain KD asks those who vote, and nobody else", () => {
  const { list, models } = threeTeachers();
  const student = new SmallNet(6, 5, 4);
  const mute = teachers.descriptive({
    name: "mute",
    featureDim: 3,
    features: () => {
      throw new RangeError("asked");
    },
  });
  const method = new distill.KD({ student, teachers: [list[0], mute] });
  assert(Number.isFinite(method.step(unlabelled(images(4))).loss.item()));
  freeAll(method, student, ...models);
});

test("plain KD refuses labels, and teachers and outputs that do not fit", () => {
  const { list, models } = threeTeachers();
  const student = new SmallNet(6, 5, 4);
  const make = (given: teachers.Teacher[]) => new distill.KD({ student, teachers: given });
  assertThrows(() => make([]), ArgumentError, "at least one teacher");
  assertThrows(() => make([list[2]]), ArgumentError, "predictive");
  const other = new SmallNet(6, 5, 3);
  assertThrows(
    () => make([teachers.predictive({ name: "three", model: other })]),
    ShapeError,
    '"three" has 3',
  );
  const method = make(list);
  const source = new Source(images(4));
  assertThrows(
    () => {
      // @ts-expect-error A labelled batch is not an unlabelled one.
      method.step(source.labelled(classesOf([0, 0, 0, 0])));
    },
    ArgumentError,
    "labels",
  );
  const stored = (changed: Record<string, object>) =>
    new distill.KD({ student, teachers: storedShelf(list, source, changed), checkFinite: true });
  const none = stored({ narrow: { logits: undefined } });
  assertThrows(() => none.step(source.batch()), ArgumentError, 'logits of teacher "narrow"');
  const nan = stored({ narrow: { logits: torch.full([4, 4], NaN, { device }) } });
  assertThrows(() => nan.step(source.batch()), TrainingError, 'logits of teacher "narrow"');
  freeAll(method, none, nan, student, other, ...models);
});

test("FitNet: projected features, cross-entropy on labels and the voters' prediction", () => {
  const student = new SmallNet(6, 5, 4);
  const model = new SmallNet(6, 9, 2, "relu");
  const { list, models } = threeTeachers();
  const method = new distill.FitNet({
    student,
    teachers: [teachers.descriptive({ name: "large", model })],
    feature: 2,
    labelled: 0.5,
  });
  const labelled = new data.LabelledBatch(images(4), classesOf([0, 1, 3, 2]));
  const others = unlabelled(images(6));
  const { loss, terms } = method.step(new data.MixedBatch(labelled, others));
  const x = torch.cat([labelled.images, others.images]);
  const fs = student.features(x);
  const [projection] = method.projections;
  const feature = torch.mseLoss(projection.forward(fs), model.features(x));
  const known = student.head.forward(fs.narrow(0, 0, 4));
  const supervised = nn.functional.crossEntropy(known, labelled.labels);
  assertClose(terms.feature, feature);
  assertClose(terms.labelled, supervised);
  assertClose(loss, feature.mul(2).add(supervised.mul(0.5)));
  assertEquals(Object.keys(terms), ["feature", "labelled"]);
  loss.backward();
  assert(method.parameters().every((p) => p.grad !== null));
  assert(model.parameters().every((p) => p.grad === null));
  method.zeroGrad();
  // Labelled images alone are enough, and so are unlabelled ones.
  assertEquals(Object.keys(method.step(labelled).terms), ["feature", "labelled"]);
  assertEquals(Object.keys(method.step(others).terms), ["feature"]);

  const several = new distill.FitNet({
    student,
    teachers: list,
    kd: 3,
    temperature: 2,
    average: "probabilities",
  });
  const result = several.step(others);
  const y = student.features(others.images);
  const parts = models.map((one, i) =>
    torch.mseLoss(several.projections.at(i).forward(y), one.features(others.images))
  );
  const both = models.slice(0, 2).map((one) => one.forward(others.images));
  const kd = distill.kdLoss(student.head.forward(y), both, { temperature: 2 });
  const mean = torch.stack(parts).mean();
  assertClose(result.terms.feature, mean);
  assertClose(result.terms["teachers.other.feature"], parts[2]);
  assertClose(result.terms.kd, kd);
  assertClose(result.loss, mean.mul(100).add(kd.mul(3)));
  freeAll(method, several, student, model, ...models);
});

test("FitNet refuses bad set-ups", () => {
  const student = new SmallNet(6, 5, 4);
  const teacher = teachers.descriptive({
    name: "pixels",
    features: (x) => x.flatten(1),
    featureDim: 6,
  });
  // deno-lint-ignore no-explicit-any
  const make = (options: any) => () =>
    new distill.FitNet({ student, teachers: [teacher], ...options });
  assertThrows(make({ teachers: [] }), ArgumentError, "teacher");
  assertThrows(make({ feature: -1 }), ArgumentError, "-1");
  assertThrows(make({ feature: 0, labelled: 0, kd: 0 }), ArgumentError, "Nothing is learnt");
  assertThrows(make({ projection: { shape: "mlp", hidden: 0 } }), ArgumentError, "hidden");
  assertThrows(make({ distance: "far" }), ArgumentError, '"far"');
  freeAll(student);
});
