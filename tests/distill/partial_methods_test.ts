/** Methods whose teachers know some classes only. */

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError, TrainingError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { freeAll, SmallNet } from "./nets.ts";

/** A teacher that says a row of a table of each image: the image's only pixel is its number. */
function fromTable(name: string, rows: number[][], known: number[]): teachers.Teacher {
  return teachers.predictive({
    name,
    featureDim: 1,
    numClasses: known.length,
    run: (images) => {
      const places = images.flatten().mul(255).round().to("int64");
      const logits = torch.tensor(rows, { device }).indexSelect(0, places);
      return { features: images.flatten(1), logits };
    },
    classes: known,
    labelSpace: 4,
  });
}

const odds = (p: number) => Math.log(p / (1 - p));
const shown = (...places: number[]) =>
  new data.UnlabelledBatch(
    torch.tensor(places, { dtype: "uint8", device }).reshape([places.length, 1, 1, 1]).float()
      .div(255),
  );

/** Sure of images 0 and 1; of images 2 and 3; of all classes, and of image 1 another opinion. */
const three = () => [
  fromTable("low", [[odds(0.9), 0], [odds(0.9), 0], [odds(0.6), 0], [0, odds(0.6)]], [0, 1]),
  fromTable("high", [[odds(0.6), 0], [0, odds(0.6)], [odds(0.9), 0], [0, odds(0.9)]], [2, 3]),
  fromTable("all", [[9, 0, 0, 0], [0, 9, 0, 0], [0, 0, 9, 0], [0, 0, 0, 9]], [0, 1, 2, 3]),
];
const sure = { partial: "abstain", confidence: "maxProbability", threshold: 0.8 } as const;

test("UNIFORM counts agreement over the images that a teacher voted on", () => {
  const student = new SmallNet(1, 3, 4);
  const method = new distill.Uniform({
    student,
    teachers: three(),
    beta1: 0,
    beta2: 0,
    beta3: 0,
    ...sure,
  });
  for (const batch of [shown(0, 1, 2), shown(3)]) {
    assert(Number.isFinite(method.step(batch).loss.item()));
  }
  const { pseudoClass, margin, images } = method.votes();
  assertEquals(images, 4);
  const agreement = Object.fromEntries(
    pseudoClass.map(({ teacher, agreement }) => [teacher, agreement]),
  );
  // Image 1 is a tie of "low" and "all": the likelier class, of "all", wins.
  assertEquals(agreement, { low: 0.5, high: 1, all: 1 });
  assertAlmostEquals(margin.mean, 3 / 4);
  freeAll(method, student);
});

test("KD learns from those who speak", () => {
  const student = new SmallNet(1, 3, 4);
  const method = new distill.KD({
    student,
    teachers: three(),
    temperature: 1,
    average: "probabilities",
    ...sure,
  });
  const batch = shown(0);
  const e = Math.exp(9);
  const whole = [e, 1, 1, 1].map((v) => v / (e + 3));
  const target = torch.tensor([[0.9, 0.1, 0, 0].map((p, c) => (p + whole[c]) / 2)], { device });
  const logits = student.forward(batch.images);
  assertClose(method.step(batch).loss, distill.klDivergence(logits, target), { rtol: 1e-4 });
  freeAll(method, student);
});

test("by default each class has the mean logit of those who know it", () => {
  const student = new SmallNet(1, 3, 4);
  const list = [
    fromTable("low", [[Math.log(2), Math.log(3), 0]], [0, 1, 2]),
    fromTable("middle", [[Math.log(12), Math.log(4)]], [1, 2]),
  ];
  const method = new distill.KD({ student, teachers: list, temperature: 1 });
  const batch = shown(0);
  // 2, √(3 · 12) and √(1 · 4) to one another, and nobody knows the last class.
  const target = torch.tensor([[0.2, 0.6, 0.2, 0]], { device });
  const logits = student.forward(batch.images);
  assertClose(method.step(batch).loss, distill.klDivergence(logits, target), { rtol: 1e-4 });
  freeAll(method, student);
});

test("a teacher's NaN is found among its -Infinity", () => {
  const student = new SmallNet(1, 3, 4);
  const broken = fromTable("broken", [[NaN, 0], [0, 0]], [1, 2]);
  const method = new distill.KD({
    student,
    teachers: [three()[2], broken],
    partial: "literal",
    checkFinite: true,
  });
  const { message } = assertThrows(() => method.step(shown(1, 0)), TrainingError);
  assert(message.includes("1 of 4 values") && message.includes('logits of teacher "broken"'));
  freeAll(method, student);
});

test("teachers and student of other label spaces are refused, with what to do", () => {
  const student = new SmallNet(1, 3, 4);
  const saying = (numClasses: number, options: Partial<teachers.PredictiveFromFunction> = {}) =>
    teachers.predictive({
      name: "shop",
      featureDim: 1,
      numClasses,
      run: (images) => {
        const features = images.flatten(1);
        return { features, logits: features.expand([images.shape[0], numClasses]) };
      },
      ...options,
    });
  const make = (teacher: teachers.Teacher) => new distill.KD({ student, teachers: [teacher] });
  const few = assertThrows(() => make(saying(3)), ShapeError);
  for (const part of ['"shop" has 3', "student 4", "labelSpace"]) {
    assert(few.message.includes(part), few.message);
  }
  // A student without names takes the label space's.
  const names = ["bag", "boot", "coat", "shirt"];
  const partial = saying(2, { classNames: ["shirt", "bag"], labelSpace: names });
  freeAll(make(partial));
  assertEquals(student.classNames, names);
  // One with names is not taught others under the same numbers.
  const other = saying(4, { classNames: ["boot", "bag", "coat", "shirt"] });
  const { message } = assertThrows(() => make(other), ArgumentError);
  for (const part of ['"shop"', 'class 0 is "boot"', '"bag"', "labelSpace"]) {
    assert(message.includes(part), message);
  }
  const matched = saying(4, {
    classNames: ["boot", "bag", "coat", "shirt"],
    labelSpace: names,
  });
  const spelled = saying(4, {
    classNames: ["Bag", "Boot", "Coat", "Shirt"],
    classes: [0, 1, 2, 3],
    labelSpace: names,
  });
  for (const teacher of [matched, spelled]) freeAll(make(teacher));
  freeAll(student);
});

test("LogitMatching refuses a teacher that has no logits for some classes, by its name", () => {
  const student = new SmallNet(1, 3, 4);
  const make = (given: teachers.Teacher[]) =>
    new distill.LogitMatching({ student, teachers: given });
  const [low, , all] = three();
  assertThrows(() => make([all, low]), ArgumentError, 'teacher "low" knows some of them only');
  // One of all classes is welcome.
  assert(make([all]).step(shown(0, 3)).loss.item() > 0);
  freeAll(student);
});
