/** The contract of all methods: what they need, their stages, and how a lesson becomes a loss. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError, TrainingError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import {
  classesOf,
  freeAll,
  images,
  methodOf,
  SmallNet,
  threeTeachers,
  unlabelled,
} from "./nets.ts";

type Lesson = (seen: distill.Seen, terms: distill.Terms) => void;

/** One with a student and three teachers, of whom two vote. */
function setUp(lesson: Lesson, needs: distill.Needs = { images: "unlabelled" }) {
  const { list, models } = threeTeachers();
  const student = new SmallNet(6, 5, 4);
  const method = new (methodOf(needs, lesson))({
    student,
    teachers: list,
    checkFinite: true,
  });
  return { method, student, list, models, free: () => freeAll(method, student, ...models) };
}

/** A batch of each kind. */
function batches() {
  const labelled = new data.LabelledBatch(images(3), classesOf([0, 1, 2]));
  const others = unlabelled(images(2));
  return { labelled, unlabelled: others, mixed: new data.MixedBatch(labelled, others) };
}

const size: Lesson = ({ student }, terms) =>
  terms.add("size", 1, () => student.logits.pow(2).mean());

test("a lesson without a term is an error", () => {
  const { method, free } = setUp(() => {});
  assertThrows(() => method.step(unlabelled(images(2))), TrainingError, "added no term");
  free();
  const zero = setUp(({ student }, terms) => terms.add("size", 0, () => student.logits.mean()));
  assertThrows(() => zero.method.step(unlabelled(images(2))), TrainingError, "added no term");
  zero.free();
});

test("a term of weight 0 is never computed, nor who would be asked for it", () => {
  const { student, models, free } = setUp(size);
  const deaf = teachers.descriptive({
    name: "deaf",
    featureDim: 3,
    features: () => {
      throw new RangeError("asked");
    },
  });
  let computed = 0;
  const Own = methodOf({ images: "unlabelled" }, (seen, terms) => {
    terms.add("never", 0, () => {
      computed++;
      throw new RangeError("computed");
    });
    terms.add("asks", -0, () => seen.opinions.features[0].mean());
    terms.add("size", 2, () => seen.student.logits.pow(2).mean());
  });
  const method = new Own({ student, teachers: [deaf] });
  const batch = unlabelled(images(2));
  const { loss, terms } = method.step(batch);
  assertEquals([computed, Object.keys(terms)], [0, ["size"]]);
  assertClose(loss, student.forward(batch.images).pow(2).mean().mul(2));
  method.dispose();
  free();
  assertEquals(models.length, 3);
});

test("weights of 0 of the methods here leave their terms uncomputed", () => {
  const student = new SmallNet(6, 5, 4);
  const deaf = teachers.descriptive({
    name: "deaf",
    featureDim: 3,
    features: () => {
      throw new RangeError("asked");
    },
  });
  const { labelled, mixed } = batches();
  const feature = new distill.FitNet({ student, teachers: [deaf], feature: 0 });
  assertEquals(Object.keys(feature.step(mixed).terms), ["labelled"]);
  const custom = new distill.CustomKD({
    student,
    teacher: deaf,
    weights: { customized: 0, general: 0, entropy: 0 },
  });
  assertEquals(Object.keys(custom.step(labelled, "distill").terms), ["labelled"]);
  assertThrows(() => custom.step(labelled, "customize"), TrainingError, "asked");
  freeAll(feature, custom, student);
});

test("terms are weighed and recorded without a graph, notes are recorded only", () => {
  const { method, student, free } = setUp(({ student: { logits } }, terms) => {
    terms.add("first", 3, () => logits.mean());
    terms.note("beside", logits.max());
    terms.add("loss", 1, () => logits.pow(2).mean());
    terms.add("second", -0.5, () => logits.abs().mean());
  });
  const batch = unlabelled(images(4));
  const before = torch.memory().tensors;
  const { loss, terms } = method.step(batch);
  // The loss and what is recorded; all that was computed on the way is gone.
  assertEquals(torch.memory().tensors - before, 4);
  const z = student.forward(batch.images);
  assertClose(loss, z.mean().mul(3).add(z.pow(2).mean()).sub(z.abs().mean().mul(0.5)));
  assertEquals(Object.keys(terms), ["first", "beside", "second"]);
  assertClose(terms.first, z.mean());
  assertClose(terms.beside, z.max());
  assert(loss.requiresGrad && Object.values(terms).every((term) => !term.requiresGrad));
  free();
});

test("the student and each teacher are asked once, and only by lessons that look", () => {
  let asked = 0;
  const teacher = teachers.descriptive({
    name: "counts",
    featureDim: 6,
    features: (x) => (asked++, x.flatten(1)),
  });
  class Counting extends SmallNet {
    passes = 0;
    override features(x: torch.Tensor): torch.Tensor {
      this.passes++;
      return super.features(x);
    }
  }
  const student = new Counting(6, 5, 4);
  const looks = methodOf({ images: "unlabelled" }, (seen, terms) => {
    for (let i = 0; i < 3; i++) void [seen.student.logits, seen.opinions.features, seen.student];
    terms.add("size", 1, () => seen.student.features.mean());
  });
  const one = new looks({ student, teachers: [teacher] });
  one.step(unlabelled(images(2)));
  assertEquals([student.passes, asked], [1, 1]);
  const other = new (methodOf({ images: "unlabelled" }, size))({ student, teachers: [teacher] });
  other.step(unlabelled(images(2)));
  assertEquals([student.passes, asked], [2, 1]);
  freeAll(one, other, student);
});

test("a wrong kind of batch is refused by what was given, what is wanted, and what to do", () => {
  const { labelled, unlabelled: bare, mixed } = batches();
  const wanted = {
    labelled: "Own takes images with labels, a LabelledBatch; got ",
    unlabelled: "Own takes images without labels, an UnlabelledBatch; got ",
    "some labelled":
      "Own takes images with labels, or with and without, a LabelledBatch or a MixedBatch; got ",
    both: "Own takes images with and without labels, a MixedBatch; got ",
    any:
      "Own takes images with labels, without, or both: a LabelledBatch, an UnlabelledBatch or a MixedBatch; got ",
  } as const;
  const got = {
    labelled: 'a LabelledBatch, which carries "labels".',
    bare: "an UnlabelledBatch, which has no labels.",
    mixed: "a MixedBatch of images with and without labels.",
  } as const;
  const load = " Load a data set's unlabelled().";
  const zip = " Put two loaders side by side with data.zipLoaders(labelled, unlabelled).";
  const make =
    " Make one of pixels with new data.UnlabelledBatch(pixels) or new data.LabelledBatch(pixels, labels).";
  const cases: [distill.Needs["images"], unknown, string | null][] = [
    ["labelled", labelled, null],
    ["labelled", bare, got.bare + " Load a data set that has labels."],
    ["labelled", mixed, got.mixed + " Give its labelled part alone."],
    ["unlabelled", bare, null],
    ["unlabelled", labelled, got.labelled + load],
    ["unlabelled", mixed, got.mixed + load],
    ["some labelled", labelled, null],
    ["some labelled", mixed, null],
    ["some labelled", bare, got.bare + zip],
    ["both", mixed, null],
    ["any", labelled, null],
    ["any", bare, null],
    ["any", mixed, null],
    ["any", null, "null." + make],
    ["both", labelled, got.labelled + zip],
    ["both", bare, got.bare + zip],
    ["labelled", undefined, "undefined." + make],
    ["unlabelled", null, "null." + make],
    ["unlabelled", 3, "3." + make],
    ["labelled", {}, "an object with nothing in it." + make],
    ["unlabelled", { images: labelled.pixels, raw: 1 }, "an object with images, raw." + make],
  ];
  for (const [images, batch, message] of cases) {
    const { method, free } = setUp(size, { images });
    if (message === null) {
      assert(Number.isFinite(method.step(batch as data.LabelledBatch).loss.item()));
    } else {
      const error = assertThrows(() => method.step(batch as never), ArgumentError);
      assertEquals(error.message, wanted[images] + message);
    }
    free();
  }
});

test("what a lesson sees of labelled and unlabelled images: labelled ones first", () => {
  let seen!: Record<string, unknown>;
  const lesson: Lesson = (given, terms) => {
    seen = {
      counts: [given.count, given.labelledCount, given.labelled.count],
      labels: given.labels.toArray(),
      known: given.ofLabelled(given.student.logits).toArray(),
      rest: given.ofUnlabelled(given.student.logits).toArray(),
      images: given.images.toArray(),
      labelledImages: given.labelled.images.toArray(),
      heard: given.opinions.names,
    };
    size(given, terms);
  };
  const { method, student, free } = setUp(lesson, { images: "both" });
  const { labelled, unlabelled, mixed } = batches();
  method.step(mixed);
  const both = torch.cat([labelled.pixels, unlabelled.pixels]);
  const logits = student.forward(both).toArray() as unknown[];
  assertEquals(seen, {
    counts: [5, 3, 3],
    labels: [0n, 1n, 2n].map(Number),
    known: logits.slice(0, 3),
    rest: logits.slice(3),
    images: both.toArray(),
    labelledImages: labelled.pixels.toArray(),
    heard: ["wide", "narrow", "other"],
  });
  free();
  const blind = setUp(({ labels }) => void labels);
  assertThrows(() => blind.method.step(unlabelled), ArgumentError, "no labels");
  blind.free();
});

test("too few or too many teachers and voters are refused", () => {
  const { list, models } = threeTeachers();
  const student = new SmallNet(6, 5, 4);
  const refuse = (
    needs: Omit<distill.Needs, "images">,
    given: teachers.Teacher[],
    message: string,
  ) => {
    const Own = methodOf({ images: "unlabelled", ...needs }, size);
    const { message: said } = assertThrows(
      () => new Own({ student, teachers: given }),
      ArgumentError,
    );
    assertEquals(said, message);
  };
  refuse({}, [], "Own needs at least one teacher, got none.");
  refuse({ teachers: 2 }, list.slice(0, 1), "Own needs at least 2 teachers, got 1.");
  refuse({ mostTeachers: 2 }, list, "Own needs at most 2 teachers, got 3.");
  refuse({ teachers: 1, mostTeachers: 1 }, list, "Own needs exactly one teacher, got 3.");
  refuse({ teachers: 2, mostTeachers: 2 }, list, "Own needs exactly 2 teachers, got 3.");
  refuse(
    { voters: 1 },
    list.slice(2),
    "Own needs at least one predictive teacher, and all 1 are descriptive.",
  );
  refuse({ voters: 3 }, list, "Own needs at least 3 predictive teachers, and 2 of 3 are.");
  const none = new (methodOf({ images: "unlabelled", teachers: 0 }, size))({
    student,
    teachers: [],
  });
  assert(Number.isFinite(none.step(unlabelled(images(2))).loss.item()));
  freeAll(none, student, ...models);
});

test("a method of one stage needs no name of it; another name is an error", () => {
  const { method, student, free } = setUp(size);
  assertEquals(method.stages.map(({ name }) => name), ["train"]);
  assertEquals(method.stages[0].learns(), student.parameters());
  assertEquals([0, 1, 7].map((epoch) => method.stageOf(epoch)), ["train", "train", "train"]);
  const batch = unlabelled(images(2));
  assertClose(method.step(batch, "train").loss, method.step(batch).loss);
  assertThrows(
    () => method.step(batch, "teach" as "train"),
    ArgumentError,
    'Own has the stages train; a step is of one of them, got "teach".',
  );
  for (const epoch of [-1, 0.5, NaN]) {
    assertThrows(() => method.stageOf(epoch), ArgumentError, `got ${epoch}`);
  }
  free();
});

test("a student whose outputs are not what it declares is refused by shape", () => {
  class Wrong extends SmallNet {
    override readonly featureDim: number = 7;
    constructor() {
      super(6, 5, 4);
    }
  }
  const student = new Wrong();
  const method = new (methodOf({ images: "unlabelled", teachers: 0 }, size))({
    student,
    teachers: [],
  });
  assertThrows(
    () => method.step(unlabelled(images(2))),
    ShapeError,
    "The student's features have shape [2, 5]; for 2 images and its featureDim of 7",
  );
  freeAll(method, student);
});

test("a loss that is not finite while the teachers' words are is the student's fault", () => {
  const { method, free } = setUp(({ student, opinions }, terms) => {
    void opinions.features;
    terms.add("size", 1, () => student.logits.mul(Infinity).mean());
  });
  const { message } = assertThrows(() => method.step(unlabelled(images(2))), TrainingError);
  assert(message.includes("all that the teachers say is finite"), message);
  free();
  const { list, models } = threeTeachers();
  const student = new SmallNet(6, 5, 4);
  const unchecked = new distill.KD({ student, teachers: list, checkFinite: false });
  const spoilt = unlabelled(torch.full([2, 1, 2, 3], NaN, { device }));
  assert(Number.isNaN(unchecked.step(spoilt).loss.item()));
  freeAll(unchecked, student, ...models);
});
