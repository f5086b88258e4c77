import { assert, assertEquals, assertThrows } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import { ArgumentError, DTypeError, ShapeError, TrainingError } from "../../src/base/errors.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import {
  assertGradients,
  assertReached,
  decode,
  encode,
  freeAll,
  images,
  onOneThread,
  own,
  SmallNet,
  Source,
  storedShelf,
  threeTeachers,
  unlabelled,
} from "./nets.ts";

const makeStudent = () => new SmallNet(6, 5, 4);

/** A method with everything around it, to be freed by `free`. */
function setUp(options: Partial<distill.UniformOptions> = {}): {
  method: distill.Uniform;
  student: SmallNet;
  list: teachers.Teacher[];
  models: SmallNet[];
  free: () => void;
} {
  const { list, models } = threeTeachers();
  const student = makeStudent();
  const given = { standardize: "none", studentProjection: null, ...options } as const;
  const method = new distill.Uniform({ student, teachers: list, ...given });
  return { method, student, list, models, free: () => freeAll(method, student, ...models) };
}

test("a step's loss is that of the equations, term by term", () => {
  const { method, student, models, free } = setUp({
    alpha1: 2,
    alpha2: 0.25,
    beta1: 3,
    beta2: 0.5,
    beta3: 4,
    weights: [1, 2, 3],
    featureTies: "zero",
    average: "probabilities",
  });
  const x = images(8);
  const { loss, terms } = method.step(unlabelled(x));

  const raw = models.map((model) => model.features(x));
  const encoded = raw.map((f, i) => encode(method, i, f));
  const decoded = encoded.map((h, i) => decode(method, i, h));
  const rec = distill.reconstructionLoss(decoded, raw).div(3);
  const own = student.features(x);
  const squares = encoded.map((h) => h.sub(own).square().mean());
  const alignment = squares[0].add(squares[1]).add(squares[2]).div(3);
  const { target } = distill.voteFeatures(encoded, { weights: [1, 2, 3] });
  const feature = distill.featureTransferLoss(student.features(x), target);
  const vote = distill.voteLogits(models.slice(0, 2).map((model) => model.forward(x)));
  const logit = distill.logitTransferLoss(student.forward(x), vote, { alpha1: 2, alpha2: 0.25 });
  assertClose(terms.logit, logit);
  assertClose(terms.feature, feature);
  assertClose(terms.reconstruction, rec);
  assertClose(terms.alignment, alignment);
  assertClose(loss, logit.add(feature.mul(3)).add(rec.mul(0.5)).add(alignment.mul(4)));
  assert(loss.requiresGrad && !terms.logit.requiresGrad);
  free();
});

test("gradients of the whole loss agree with finite differences", () => {
  const { method, models, free } = setUp({
    encoder: "mlp",
    decoder: { shape: "mlp", hidden: 4 },
    temperature: 2,
    standardize: "batch",
    commonDim: 3,
  });
  // A ReLU of the encoders near 0 or a sign about to change would spoil this; with these seeds none does.
  const x = images(6, "float64");
  assertGradients(method, models, () => method.step(unlabelled(x)).loss);
  free();
});

test("gradients reach student, encoders and decoders, never the teachers", () => {
  const { method, models, free } = setUp();
  assertReached(method, models, unlabelled(images(8)));
  free();
});

test("l_feature pulls the encoders into the common space, unless the target is detached", () => {
  for (const detachTarget of [false, true]) {
    const { method, student, free } = setUp({ detachTarget, beta2: 0, beta3: 0 });
    method.step(unlabelled(images(8))).loss.backward();
    const moved = method.space!.encoders.parameters().some((p) => p.grad !== null);
    assertEquals(moved, !detachTarget);
    assert(student.body.weight.grad !== null);
    method.zeroGrad();
    free();
  }
});

test("without voting it is CFL+: plain averages and soft cross-entropy", () => {
  const { method, student, models, free } = setUp({
    featureVoting: false,
    logitVoting: false,
    average: "probabilities",
  });
  const x = images(8);
  const { terms } = method.step(unlabelled(x));
  const encoded = models.map((model, i) => encode(method, i, model.features(x)));
  const mean = encoded[0].add(encoded[1]).add(encoded[2]).div(3);
  assertClose(terms.feature, distill.featureTransferLoss(student.features(x), mean));
  const p = models[0].forward(x).softmax(1).add(models[1].forward(x).softmax(1)).div(2);
  assertClose(terms.logit, torch.crossEntropyLoss(student.forward(x), p));
  assertEquals(method.votes().consensus, []);
  assertEquals(method.votes().pseudoClass, []);
  free();
});

test("weights of 0 leave terms out", () => {
  const x = images(8);
  const features = setUp({ alpha1: 0, alpha2: 0 });
  const { terms } = features.method.step(unlabelled(x));
  assertEquals(own(terms), ["feature", "reconstruction", "alignment"]);
  // The record has each teacher's part of the reconstruction beside.
  const parts = ["wide", "narrow", "other"].map((name) => terms[`teachers.${name}.reconstruction`]);
  assertClose(parts[0].add(parts[1]).add(parts[2]).div(3), terms.reconstruction);
  assertEquals(Object.keys(terms).length, 6);
  const logits = setUp({ beta1: 0, beta2: 0, beta3: 0 });
  assertEquals(Object.keys(logits.method.step(unlabelled(x)).terms), ["logit"]);
  assertEquals(logits.method.parameters().length, logits.student.parameters().length);
  // Without logits, descriptive teachers are enough.
  const student = makeStudent();
  const method = new distill.Uniform({
    student,
    teachers: [features.list[2]],
    alpha1: 0,
    alpha2: 0,
    standardize: "none",
  });
  assertEquals(own(method.step(unlabelled(x)).terms), ["feature", "reconstruction", "alignment"]);
  freeAll(method, student);
  features.free();
  logits.free();
});

test("outputs that were stored give the same loss and votes, in any order of images", () => {
  const { method, list, student, free } = setUp();
  const source = new Source(images(8));
  const stored = new distill.Uniform({
    student,
    teachers: storedShelf(list, source),
    standardize: "none",
    studentProjection: null,
  });
  stored.loadStateDict(method.stateDict());
  for (const places of [[0, 1, 2, 3, 4, 5, 6, 7], [6, 1, 3], [7]]) {
    const [live, known] = [method, stored].map((one) => one.step(source.batch(places)));
    assertClose(known.loss, live.loss);
    assertEquals(Object.keys(known.terms), Object.keys(live.terms));
    for (const name in live.terms) assertClose(known.terms[name], live.terms[name]);
  }
  const [votes, expected] = [stored.votes(), method.votes()];
  assertEquals(votes.images, 12);
  for (const part of ["consensus", "pseudoClass"] as const) {
    assertEquals(votes[part].map((one) => one.teacher), expected[part].map((one) => one.teacher));
    assertClose(
      votes[part].map(({ agreement }) => agreement),
      expected[part].map(({ agreement }) => agreement),
    );
  }
  assertClose([votes.ties, votes.margin.mean], [expected.ties, expected.margin.mean]);
  freeAll(stored);
  free();
});

test("labels cannot enter: neither by type nor at run time", () => {
  const { method, free } = setUp();
  const labels = torch.zeros([8], { dtype: "int64", device });
  const labelled = new data.LabelledBatch(images(8), labels);
  assertThrows(
    () => {
      // @ts-expect-error A labelled batch is not an unlabelled one.
      method.step(labelled);
    },
    ArgumentError,
    "labels",
  );
  assertThrows(
    () => {
      // @ts-expect-error Nor is one of both kinds.
      method.step(new data.MixedBatch(labelled, unlabelled(images(8))));
    },
    ArgumentError,
    "labels",
  );
  assertThrows(
    // deno-lint-ignore no-explicit-any
    () => method.step({ images: images(8), labels: undefined } as any),
    ArgumentError,
    "labels",
  );
  // Whatever else a batch carries is not looked at.
  const batch = unlabelled(images(8));
  for (const name of ["indices", "labels"]) {
    Object.defineProperty(batch, name, {
      get: () => {
        throw new Error("looked at");
      },
    });
  }
  assert(Number.isFinite(method.step(batch).loss.item()));
  free();
});

test("the account of the votes is the mean over all training steps", () => {
  const { method, models, free } = setUp({ average: "probabilities" });
  const batches = [images(8), images(4)];
  const expected = { consensus: [0, 0, 0], pseudo: [0, 0], margin: 0 };
  for (const x of batches) {
    const encoded = models.map((model, i) => encode(method, i, model.features(x)));
    const features = distill.voteFeatures(encoded);
    const logits = distill.voteLogits(models.slice(0, 2).map((model) => model.forward(x)));
    const weight = x.shape[0] / 12;
    (features.agreement.toArray() as number[]).forEach((a, i) => {
      expected.consensus[i] += a * weight;
    });
    (logits.agreement.toArray() as number[]).forEach((a, i) => expected.pseudo[i] += a * weight);
    expected.margin += logits.margin.mean().item() * weight;
    method.step(unlabelled(x));
  }
  method.eval();
  method.step(unlabelled(batches[0])); // not training: not counted
  const votes = method.votes();
  assertEquals(votes.images, 12);
  assertEquals(votes.consensus.map(({ teacher }) => teacher), ["wide", "narrow", "other"]);
  assertClose(votes.consensus.map(({ agreement }) => agreement), expected.consensus);
  assertEquals(votes.pseudoClass.map(({ teacher }) => teacher), ["wide", "narrow"]);
  assertClose(votes.pseudoClass.map(({ agreement }) => agreement), expected.pseudo);
  assertClose(votes.margin.mean, expected.margin);
  // Two teachers agree (margin 1, the last bin) or not (margin 0, the first).
  const { histogram } = votes.margin;
  assertClose(histogram, [1 - expected.margin, 0, 0, 0, 0, 0, 0, 0, 0, expected.margin]);
  method.resetVotes();
  assertEquals(method.votes().images, 0);
  assertEquals(method.votes().consensus[0].agreement, 0);
  free();
});

test("a saved state goes on with the same numbers, votes included", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const options: Partial<distill.UniformOptions> = { standardize: "running", commonDim: 3 };
    const one = setUp(options);
    const batches = [images(8), images(8), images(8)];
    const optimizer = new optim.SGD(one.method.parameters(), { lr: 0.1 });
    for (const x of batches.slice(0, 2)) {
      one.method.step(unlabelled(x)).loss.backward();
      optimizer.step();
      optimizer.zeroGrad();
    }
    torch.saveSafetensors(`${folder}/method.safetensors`, one.method.stateDict());
    const other = setUp(options);
    other.method.loadStateDict(torch.loadSafetensors(`${folder}/method.safetensors`));
    const losses = [one, other].map(({ method }) => method.step(unlabelled(batches[2])).loss);
    assertEquals(losses[0].item(), losses[1].item());
    assertEquals(one.method.votes(), other.method.votes());
    assertEquals(one.method.votes().images, 24);
    optimizer.dispose();
    one.free();
    other.free();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

test("states without voters are saved too", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const { method, free } = setUp({ beta1: 0, beta2: 0, beta3: 0, logitVoting: false });
    torch.saveSafetensors(`${folder}/method.safetensors`, method.stateDict());
    method.loadStateDict(torch.loadSafetensors(`${folder}/method.safetensors`));
    free();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

test("a student learns what its teachers know", () => {
  torch.manualSeed(7);
  const student = new SmallNet(6, 16, 4);
  const masters = [0, 1, 2].map(() => new SmallNet(6, 16, 4));
  const x = images(256);
  // The masters are the same net with a little noise: of one opinion, mostly.
  for (const master of masters.slice(1)) {
    master.loadStateDict(masters[0].stateDict());
    torch.noGrad(() => {
      for (const p of master.parameters()) p.add_(torch.randnLike(p).mul(0.02));
    });
  }
  torch.noGrad(() => {
    for (const master of masters) master.head.weight.mul_(8);
  });
  const truth = masters[0].forward(x).argmax(1);
  const agreement = () => student.forward(x).argmax(1).eq(truth).to("float32").mean().item();
  const before = agreement();
  const method = new distill.Uniform({
    student,
    teachers: masters.map((model, i) => teachers.predictive({ name: `m${i}`, model })),
    standardize: "running",
  });
  const optimizer = new optim.AdamW(method.parameters(), { lr: 1e-2 });
  onOneThread(() => {
    for (let step = 0; step < 150; step++) {
      using _ = torch.scope();
      method.step(unlabelled(x)).loss.backward();
      optimizer.step();
      optimizer.zeroGrad();
    }
  });
  const after = agreement();
  assert(before < 0.6 && after > 0.93, `${before} before, ${after} after`);
  assertEquals(method.forward(x).toArray(), student.forward(x).toArray());
  freeAll(optimizer, method, student, ...masters);
});

test("under autocast the votes and losses are float32 and gradients flow", () => {
  const { method, free } = setUp({ encoder: "mlp", commonDim: 3 });
  const x = images(8);
  const { loss } = torch.autocast(() => method.step(unlabelled(x)), { device });
  assertEquals(loss.dtype, "float32");
  loss.backward();
  for (const [name, p] of method.namedParameters()) assert(p.grad !== null, name);
  method.zeroGrad();
  free();
});

test("disposing of the method leaves the student and the teachers", () => {
  const { method, student, models } = setUp();
  method.dispose();
  const x = images(2);
  assertEquals(student.forward(x).shape, [2, 4]);
  assertEquals(models[0].forward(x).shape, [2, 4]);
  assert(method.space!.encoders.parameters().every((p) => p.isDisposed));
  freeAll(student, ...models);
});

test("bad set-ups are refused by name and values", () => {
  const { list, models, student, free } = setUp();
  const sixClasses = new SmallNet(6, 5, 6);
  const refuse = (options: unknown, type: new () => Error, ...parts: string[]) => {
    const { message } = assertThrows(
      () => new distill.Uniform({ student, teachers: list, ...options as object }),
      type,
    );
    for (const part of parts) assert(message.includes(part), `"${part}" is not in: ${message}`);
  };
  refuse({ teachers: [] }, ArgumentError, "at least one teacher");
  refuse({ teachers: undefined }, ArgumentError, "list of teachers", "undefined");
  refuse({ teachers: [list[2]] }, ArgumentError, "predictive", "alpha1");
  refuse({ teachers: [list[0], list[0]] }, ArgumentError, '"wide"');
  refuse({ teachers: [models[0]] }, ArgumentError, "Teacher 0");
  refuse({ student: models[0] }, ArgumentError, '"wide"', "shares parameters");
  refuse({ student: sixClasses }, ShapeError, '"wide" has 4', "student 6");
  refuse({ student: { forward() {} } }, ArgumentError, "student", "features()");
  refuse({ student: undefined }, ArgumentError, "student");
  refuse({ alpha1: -1 }, ArgumentError, "alpha1", "-1");
  refuse({ beta2: NaN }, ArgumentError, "beta2", "NaN");
  refuse(
    { alpha1: 0, alpha2: 0, beta1: 0, beta2: 0, beta3: 0 },
    ArgumentError,
    "nothing is learnt",
  );
  refuse({ temperature: 0 }, ArgumentError, "temperature");
  refuse({ commonDim: 0 }, ArgumentError, "commonDim", "0");
  refuse({ weights: [1, 2] }, ArgumentError, "3 weights", "2");
  refuse({ weights: [0, 0, 0] }, ArgumentError, "0");
  refuse({ weights: [1, -2, 1] }, ArgumentError, "weights[1]", "-2");
  refuse({ encoder: "transformer" }, ArgumentError, '"transformer"');
  refuse({ distance: "far" }, ArgumentError, '"far"');
  refuse({ average: "median" }, ArgumentError, '"median"');
  refuse({ featureTies: "coin" }, ArgumentError, '"coin"');
  refuse({ classTies: "coin" }, ArgumentError, '"coin"');
  refuse({ standardize: "sometimes" }, ArgumentError, '"sometimes"');
  freeAll(sixClasses);
  free();
});

test("bad batches and outputs are refused by name and values", () => {
  const { method, list, student, free } = setUp();
  const check = (body: () => unknown, type: new () => Error, ...parts: string[]) => {
    const { message } = assertThrows(body, type);
    for (const part of parts) assert(message.includes(part), `"${part}" is not in: ${message}`);
  };
  const refuse = (input: unknown, type: new () => Error, ...parts: string[]) =>
    check(() => method.step(input as data.UnlabelledBatch), type, ...parts);
  const source = new Source(images(4));
  const good = list.map((teacher) => teacher.run(source.pixels) as teachers.TeacherOutput);
  /** Refuses stored outputs of one teacher. */
  const refuseStored = (
    name: string,
    changed: object,
    type: new () => Error,
    ...parts: string[]
  ) => {
    const shelf = storedShelf(list, source, { [name]: changed });
    const own = new distill.Uniform({
      student,
      teachers: shelf,
      checkFinite: true,
      standardize: "none",
    });
    check(() => own.step(source.batch()), type, ...parts);
    freeAll(own);
  };
  refuse({}, ArgumentError, "images without labels", "nothing in it");
  refuse(undefined, ArgumentError, "images without labels", "undefined");
  refuse({ images: source.pixels }, ArgumentError, "an object with images", "UnlabelledBatch(");
  const none = torch.zeros([0, 1, 2, 3], { device });
  check(() => unlabelled(none), ShapeError, "[0, 1, 2, 3]");
  refuseStored(
    "narrow",
    { features: good[0].features },
    ShapeError,
    '"narrow"',
    "[4, 7]",
    "[4, 3]",
  );
  refuseStored("narrow", { logits: undefined }, ArgumentError, 'logits of teacher "narrow"');
  refuseStored(
    "wide",
    { logits: torch.zeros([4, 9], { device }) },
    ShapeError,
    'logits of teacher "wide"',
    "[4, 9]",
    "[4, 4]",
  );
  refuseStored(
    "other",
    { features: torch.zeros([4, 8], { dtype: "int64", device }) },
    DTypeError,
    'features of teacher "other"',
    "int64",
  );
  // Rows of other images than were asked for.
  const few = new teachers.Shelf(list);
  few.use(source, new Map([["wide", { rows: () => list[0].run(images(3)) }]]));
  const own = new distill.Uniform({ student, teachers: few, standardize: "none" });
  check(() => own.step(source.batch()), ShapeError, '"wide"', "[3, 7]", "[4, 7]");
  freeAll(own);

  const nan = torch.full([4, 8], NaN, { device });
  refuseStored("other", { features: nan }, TrainingError, "32 of 32", 'teacher "other"');
  const badLogits = good[1].logits!.clone();
  badLogits.index(0, 2).fill_(NaN);
  refuseStored(
    "narrow",
    { logits: badLogits },
    TrainingError,
    "1 of 16",
    'logits of teacher "narrow"',
  );
  // The teachers' outputs are fine, the images of the student are not.
  const spoilt = new Source(torch.full([4, 1, 2, 3], NaN, { device }));
  const fine = new teachers.Shelf(list);
  const rows = list.map((teacher, i) => [teacher.name, { rows: () => good[i] }] as const);
  fine.use(spoilt, new Map(rows));
  const blind = new distill.Uniform({
    student,
    teachers: fine,
    checkFinite: true,
    standardize: "none",
  });
  check(() => blind.step(spoilt.batch()), TrainingError, "student");
  freeAll(blind);

  // One image is enough, except to standardize by the batch.
  assert(Number.isFinite(method.step(unlabelled(images(1))).loss.item()));
  free();
  const batch = setUp({ standardize: "batch" });
  assertThrows(() => batch.method.step(unlabelled(images(1))), ShapeError, "batch of 1");
  batch.free();
});
