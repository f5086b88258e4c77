import { assert, assertEquals, assertThrows } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";
import {
  assertAutocasts,
  assertGradients,
  assertReached,
  classesOf,
  failingTeacher,
  freeAll,
  images,
  own,
  SmallNet,
  threeTeachers,
  unlabelled,
} from "./nets.ts";

/** A method with everything around it, to be freed by `free`. */
function setUp(options: Partial<distill.CFLOptions> = {}) {
  const { list, models } = threeTeachers();
  const student = new SmallNet(6, 20, 4);
  const method = new distill.CFL({ student, teachers: list, ...options });
  return { method, student, list, models, free: () => freeAll(method, student, ...models) };
}

test("a step's loss is that of the equations, term by term", () => {
  const { method, student, models, free } = setUp({
    kd: 2,
    temperature: 3,
    sigmas: [0.1, 1],
    average: "probabilities",
  });
  const x = images(8);
  const { loss, terms } = method.step(unlabelled(x));

  const { space } = method;
  assertEquals(space.width, 5); // a quarter of the student's
  const extract = (code: torch.Tensor) => space.extractor!.forward(code.relu());
  const features = student.features(x);
  const code = extract(space.student!.forward(features));
  const raw = models.map((model) => model.features(x));
  const codes = raw.map((f, i) => extract(space.encoders.at(i).forward(f.unsqueeze(0)).squeeze(0)));
  const decoded = codes.map((h, i) => space.decoders.at(i).forward(h.unsqueeze(0)).squeeze(0));
  const sum = (parts: torch.Tensor[]) => parts.reduce((all, one) => all.add(one));
  const each = {
    mmd: codes.map((h) => distill.mmdLoss(code, h, { sigmas: [0.1, 1] })),
    reconstruction: decoded.map((d, i) => torch.mseLoss(d, raw[i])),
  };
  for (const what of ["mmd", "reconstruction"] as const) {
    assertClose(terms[what], sum(each[what]));
    for (const [i, name] of ["wide", "narrow", "other"].entries()) {
      assertClose(terms[`teachers.${name}.${what}`], each[what][i]);
    }
  }
  const kd = distill.kdLoss(
    student.forward(x),
    models.slice(0, 2).map((model) => model.forward(x)),
    { temperature: 3 },
  );
  assertClose(terms.kd, kd);
  const whole = kd.mul(2).add(sum(each.mmd).mul(10)).add(sum(each.reconstruction).mul(10));
  assertClose(loss, whole);
  free();
});

test("gradients of the whole loss agree with finite differences", () => {
  // Narrower kernels are 0 but for rows that are nearly the same, of which finite differences see too little.
  const { method, models, free } = setUp({ sigmas: [0.5, 1, 2], standardize: "batch" });
  const x = images(6, "float64");
  assertGradients(method, models, () => method.step(unlabelled(x)).loss);
  free();
});

test("gradients reach student, adapters, extractor and decoders, never the teachers", () => {
  const { method, models, free } = setUp();
  assertReached(method, models, unlabelled(images(8)));
  free();
});

test("images may have labels, or some of them, or none; votes are learned where there are any", () => {
  const { method, student, list, free } = setUp({ labelled: 0.5 });
  const labelled = new data.LabelledBatch(images(4), classesOf([0, 1, 3, 2]));
  const others = unlabelled(images(6));
  const mixed = new data.MixedBatch(labelled, others);
  assertEquals(own(method.step(others).terms), ["kd", "mmd", "reconstruction"]);
  for (const batch of [labelled, mixed]) {
    const { loss, terms } = method.step(batch);
    assertEquals(own(terms), ["labelled", "kd", "mmd", "reconstruction"]);
    const known = nn.functional.crossEntropy(student.forward(labelled.images), labelled.labels);
    assertClose(terms.labelled, known);
    const { kd, mmd, reconstruction } = terms;
    assertClose(loss, known.mul(0.5).add(kd).add(mmd.mul(10)).add(reconstruction.mul(10)));
  }
  const described = new distill.CFL({ student, teachers: [list[2]] });
  assertEquals(own(described.step(others).terms), ["mmd", "reconstruction"]);
  described.dispose();
  free();
});

test("teachers who know some classes only are joined by one softmax over their logits", () => {
  const [first, second] = [new SmallNet(6, 7, 3), new SmallNet(6, 5, 2)];
  const student = new SmallNet(6, 20, 5);
  const [low, high] = [[0, 1, 2], [3, 4]];
  const partial = [
    teachers.predictive({ name: "low", model: first, labelSpace: 5, classes: low }),
    teachers.predictive({ name: "high", model: second, labelSpace: 5, classes: high }),
  ];
  const x = images(8);
  const both = torch.cat([first.forward(x), second.forward(x)], 1);
  const method = new distill.CFL({ student, teachers: partial });
  assertClose(
    method.step(unlabelled(x)).terms.kd,
    distill.klDivergence(student.forward(x), both.softmax(1)),
  );
  freeAll(method, student, first, second);
});

test("weights of 0 leave terms out", () => {
  const x = unlabelled(images(8));
  for (const off of ["kd", "mmd", "reconstruction"] as const) {
    const { method, free } = setUp({ [off]: 0 });
    const { terms } = method.step(x);
    assertEquals(own(terms), ["kd", "mmd", "reconstruction"].filter((name) => name !== off));
    assertEquals(Object.keys(terms).some((name) => name.endsWith(`.${off}`)), false);
    free();
  }
});

test("one that fails is left out, and the others teach as if it had not been there", () => {
  const { list, models } = threeTeachers();
  const { failing, model: twin, fail } = failingTeacher(); // it shares a product with the first
  const shelf = new teachers.Shelf([failing, ...list], { onFailure: "leaveOut" });
  const student = new SmallNet(6, 20, 4);
  const method = new distill.CFL({ student, teachers: shelf });
  const alone = new distill.CFL({ student, teachers: list });
  const x = unlabelled(images(8));
  assertEquals(
    Object.keys(method.step(x).terms).filter((name) => name.includes("failing")).length,
    2,
  );
  // The same modules for the three that remain: the first product has one more.
  const state = method.stateDict();
  const rest = Object.fromEntries(
    Object.entries(state).map(([key, value]) => [
      key,
      /\.(en|de)coders\.0\./.test(key) ? value.narrow(0, 1, 1) : value,
    ]),
  );
  alone.loadStateDict(rest);
  fail();
  const { loss, terms } = method.step(x);
  assertClose(loss, alone.step(x).loss);
  assertEquals(Object.keys(terms).some((name) => name.includes("failing")), false);
  loss.backward();
  method.zeroGrad();
  freeAll(method, alone, student, twin, ...models);
});

test("under autocast losses are float32, close to those without, and gradients flow", () => {
  const { method, free } = setUp();
  assertAutocasts(method, unlabelled(images(8)));
  free();
});

test("disposing of the method leaves the student and the teachers", () => {
  const { method, student, models } = setUp();
  method.dispose();
  assertEquals(student.forward(images(2)).shape, [2, 4]);
  assert(method.space.parameters().every((p) => p.isDisposed));
  freeAll(student, ...models);
});

test("bad set-ups are refused by name and values", () => {
  const { list, student, free } = setUp();
  const refuse = (options: unknown, type: new () => Error, part: string) => {
    const make = () => new distill.CFL({ student, teachers: list, ...options as object });
    assertThrows(make, type, part);
  };
  refuse({ teachers: [] }, ArgumentError, "at least one teacher");
  refuse({ mmd: -1 }, ArgumentError, "mmd");
  refuse({ mmd: 0, kd: 0, labelled: 0 }, ArgumentError, "nothing");
  refuse({ teachers: [list[2]], mmd: 0, labelled: 0 }, ArgumentError, "nothing");
  refuse({ sigmas: [] }, ArgumentError, "sigmas");
  refuse({ sigmas: [0.1, -1] }, ArgumentError, "sigmas[1]");
  refuse({ commonDim: 0 }, ArgumentError, "commonDim");
  refuse({ standardize: "sometimes" }, ArgumentError, '"sometimes"');
  refuse({ temprature: 1 }, ArgumentError, "temperature");
  const other = new SmallNet(6, 5, 3);
  refuse({ student: other }, ShapeError, "the student 3");
  freeAll(other);
  free();
});
