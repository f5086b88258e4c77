/** The space in which teachers meet: one product for those of one width, standardized features, chance. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import { evenRotation, hadamard } from "../../src/distill/hadamard.ts";
import { ArgumentError, ShapeError, TrainingError } from "../../src/base/errors.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { layerState } from "./banks.ts";
import { failingTeacher, freeAll, images, SmallNet, unlabelled } from "./nets.ts";

/** A teacher whose features are a random matrix's product with the image, plus an offset. */
function linearTeacher(name: string, featureDim: number, seed: number): teachers.Teacher {
  torch.manualSeed(seed);
  const matrix = torch.keep(torch.randn([6, featureDim], { device }).mul(seed));
  const made = teachers.descriptive({
    name,
    featureDim,
    features: (x) => x.flatten(1).matmul(matrix.to(x.dtype)).add(seed),
  });
  owned.push(matrix);
  return made;
}
const owned: torch.Tensor[] = [];
const freeTeachers = () => owned.splice(0).forEach((matrix) => matrix.dispose());

const none = {
  alpha1: 0,
  alpha2: 0,
  standardize: "none",
  studentProjection: null,
} as const;

test("teachers of one width are encoded by one product, which is what each layer by itself gives", () => {
  torch.manualSeed(3);
  for (const shape of ["linear", "mlp"] as const) {
    using bank = new distill.ProjectionBank(3, 5, 4, shape).to(device);
    const features = torch.randn([3, 8, 5], { device });
    const all = bank.forward(features);
    const state = bank.stateDict();
    for (let i = 0; i < 3; i++) {
      using one = new distill.Projection(5, 4, shape).to(device);
      one.loadStateDict(layerState(state, i));
      assertClose(all.select(0, i), one.forward(features.select(0, i)));
    }
    const places = torch.tensor([2, 0], { dtype: "int64", device });
    assertClose(bank.forward(features.indexSelect(0, places), places), all.indexSelect(0, places));
  }
});

test("initial weights are uniform within 1 / sqrt(in), as those of nn.Linear", () => {
  using layer = new distill.BatchedLinear(20, 25, 30);
  for (const values of [layer.weight, layer.bias]) {
    const largest = values.abs().max().item();
    assert(largest <= 0.2 && largest > 0.19, String(largest));
    assert(Math.abs(values.std().item() - 0.2 / Math.sqrt(3)) < 0.01);
  }
});

test("where all whose features are used are left out, the step says so", () => {
  const { failing, model, fail } = failingTeacher();
  const voter = new SmallNet(6, 4, 3);
  const student = new SmallNet(6, 5, 3);
  const shelf = new teachers.Shelf(
    [failing, teachers.predictive({ name: "voter", model: voter })],
    { onFailure: "leaveOut" },
  );
  const method = new distill.Uniform({
    student,
    teachers: shelf,
    featureTeachers: "descriptive",
    standardize: "none",
  });
  assertEquals("feature" in method.step(unlabelled(images(4))).terms, true);
  fail();
  assertThrows(
    () => method.step(unlabelled(images(4))),
    TrainingError,
    "of failing none was heard",
  );
  freeAll(method, student, model, voter);
});

test("any order of teachers of any widths gives the same target, terms and votes by name", () => {
  const list = [["a", 4], ["b", 7], ["c", 4], ["d", 7], ["e", 4]].map(([name, width], i) =>
    linearTeacher(name as string, width as number, i + 1)
  );
  const student = new SmallNet(6, 5, 4);
  const one = new distill.Uniform({ student, teachers: list, weights: [1, 2, 3, 4, 5], ...none });
  assertEquals(one.space!.encoders.length, 2);
  const order = [3, 0, 4, 1, 2];
  const other = new distill.Uniform({
    student,
    teachers: order.map((i) => list[i]),
    weights: order.map((i) => i + 1),
    ...none,
  });
  // Widths come in another order, and so do the teachers of each: d, b; a, e, c.
  const move = (from: torch.Tensor, places: number[]) =>
    from.indexSelect(0, torch.tensor(places, { dtype: "int64", device }));
  const state = one.stateDict();
  for (const [name, value] of Object.entries(other.stateDict())) {
    const [, kind, bank, rest] = /^space\.(encoders|decoders)\.(\d)\.(.*)$/.exec(name) ?? [];
    if (kind === undefined) continue;
    const twin = state[`space.${kind}.${bank === "0" ? 1 : 0}.${rest}`];
    torch.noGrad(() => value.copy_(move(twin, bank === "0" ? [1, 0] : [0, 2, 1])));
  }
  const x = images(8);
  const [first, second] = [one, other].map((method) => method.step(unlabelled(x)));
  assertClose(second.loss, first.loss);
  for (const name of Object.keys(first.terms)) assertClose(second.terms[name], first.terms[name]);
  const shares = (votes: distill.TeacherAgreement[]) =>
    votes.toSorted((a, b) => a.teacher < b.teacher ? -1 : 1);
  const [mine, theirs] = [one, other].map((method) => shares(method.votes().consensus));
  assertEquals(mine.map(({ teacher }) => teacher), ["a", "b", "c", "d", "e"]);
  assertEquals(other.votes().consensus.map(({ teacher }) => teacher), ["d", "a", "e", "b", "c"]);
  assertClose(theirs.map(({ agreement }) => agreement), mine.map(({ agreement }) => agreement));
  freeAll(one, other, student);
  freeTeachers();
});

test("more teachers than one product takes are encoded, voted on and decoded like those of one", () => {
  const student = new SmallNet(6, 5, 4);
  const list = Array.from(
    { length: 37 },
    (_, i) => linearTeacher(`t${i}`, i === 20 ? 7 : 4, i + 1),
  );
  const method = new distill.Uniform({ student, teachers: list, ...none, featureTies: "mean" });
  assertEquals(method.space!.encoders.length, 4); // 16, 16 and 4 of one width, one of another
  const x = images(8);
  const own = student.features(x);
  using shelf = new teachers.Shelf(list);
  const encoded = method.space!.encode(shelf.ask(unlabelled(x)), own);
  const codes = torch.cat([...encoded.codes]);
  assertEquals([codes.shape, new Set(encoded.names).size], [[37, 8, 5], 37]);
  // Each teacher's code by the weights that are its own.
  for (const [i, name] of encoded.names.entries()) {
    const place = encoded.groups.findIndex(({ names }) => names.includes(name));
    const { group, names } = encoded.groups[place];
    const encoders = method.space!.encoders.at(group).stateDict();
    const own = layerState(encoders, names.indexOf(name));
    const features = list.find((teacher) => teacher.name === name)!.run(x).features;
    const expected = torch.linear(features, own["output.weight"], own["output.bias"]);
    assertClose(codes.select(0, i), expected, { rtol: 1e-4, atol: 1e-4 });
  }
  const { terms } = method.step(unlabelled(x));
  const vote = distill.voteFeatures(codes, { ties: "mean" });
  assertClose(terms.feature, torch.mseLoss(own, vote.target), { rtol: 1e-4 });
  assertClose(terms.alignment, distill.alignmentLoss(own, codes), { rtol: 1e-4 });
  const parts = list.map(({ name }) => terms[`teachers.${name}.reconstruction`].item());
  assertClose(terms.reconstruction, parts.reduce((a, b) => a + b) / 37, { rtol: 1e-4 });
  const agreement = new Map(
    encoded.names.map((name, i) => [name, vote.agreement.select(0, i).item()]),
  );
  for (const { teacher, agreement: share } of method.votes().consensus) {
    assertClose([share], [agreement.get(teacher)!], { rtol: 1e-4 });
  }
  assertThrows(
    () => distill.voteFeatures([codes, torch.zeros([2, 8, 6])]),
    ShapeError,
    "[2, 8, 6]",
  );
  freeAll(method, student);
  freeTeachers();
});

test("teachers of float64 and float16 features mix with those of float32", () => {
  const of = (dtype: torch.DType) =>
    teachers.descriptive({
      name: dtype,
      featureDim: 6,
      features: (x) => x.flatten(1).to(dtype),
    });
  const student = new SmallNet(6, 5, 4);
  const list = (["float32", "float64", "float16", "bfloat16"] as const).map(of);
  const method = new distill.Uniform({ student, teachers: list, ...none });
  const { loss } = method.step(unlabelled(images(8)));
  assertEquals(loss.dtype, "float32");
  loss.backward();
  for (const p of method.space!.parameters()) assert(p.grad !== null);
  method.zeroGrad();
  freeAll(method, student);
});

test("the shared extractor is one for all teachers and the student, as CFL has it", () => {
  const list = [linearTeacher("a", 4, 1), linearTeacher("b", 7, 2)];
  const student = new SmallNet(6, 5, 4);
  const method = new distill.Uniform({
    student,
    teachers: list,
    ...none,
    encoder: { shape: "shared", hidden: 3 },
    commonDim: 2,
    beta2: 0,
    beta1: 0,
  });
  const { extractor, student: own, encoders } = method.space!;
  const x = images(8);
  const code = (layer: torch.Tensor) => extractor!.forward(layer.relu());
  const mine = code(own!.forward(student.features(x)));
  const theirs = list.map((teacher, i) =>
    code(encoders.at(i).forward(teacher.run(x).features.unsqueeze(0)).squeeze(0))
  );
  const expected = theirs.map((h) => h.sub(mine).square().mean());
  assertClose(method.step(unlabelled(x)).terms.alignment, expected[0].add(expected[1]).div(2));
  assertEquals(mine.shape, [8, 2]);
  freeAll(method, student);
  freeTeachers();
});

test("normalized codes have length √D, the student's too", () => {
  const student = new SmallNet(6, 5, 4);
  const list = [linearTeacher("a", 4, 1), linearTeacher("b", 4, 9)];
  const method = new distill.Uniform({ student, teachers: list, ...none, normalize: true });
  const x = images(8);
  const own = method.space!.forward(student.features(x));
  assertClose(own.norm(2, 1), torch.full([8], Math.sqrt(5), { device }));
  // Of unit vectors a and b: |√D a - √D b|² / D = 2 (1 - cos).
  using shelf = new teachers.Shelf(list);
  const { codes: [codes] } = method.space!.encode(shelf.ask(unlabelled(x)), own);
  const cosine = torch.cosineSimilarity(own.unsqueeze(0), codes, -1);
  const { alignment } = method.step(unlabelled(x)).terms;
  assertClose(alignment, cosine.mean().mul(-2).add(2), { rtol: 1e-4 });
  freeAll(method, student);
  freeTeachers();
});

/** Loads 30 images whose pixels are far from mean 0, in batches of 8. */
function loaded(): { dataset: data.UnlabelledImages; loader: data.Loader<data.UnlabelledBatch> } {
  torch.manualSeed(4);
  const pixels = torch.scope(() => torch.rand([30, 1, 2, 3]).mul(200).to("uint8"));
  const dataset = new data.UnlabelledImages(pixels);
  pixels.dispose();
  return { dataset, loader: new data.Loader(dataset, { batchSize: 8, device }) };
}

for (const mode of ["dataset", "phis"] as const) {
  test(`"${mode}": statistics of all images are taken once, and make every dimension deviate by 1`, async () => {
    const { dataset, loader } = loaded();
    const student = new SmallNet(6, 5, 4);
    const list = [linearTeacher("a", 4, 1), linearTeacher("b", 5, 50), linearTeacher("c", 4, 3)];
    const method = new distill.Uniform({ student, teachers: list, ...none, standardize: mode });
    const { standardizers } = method.space!;
    {
      using batch = unlabelled(images(8));
      const error = assertThrows(() => method.step(batch), TrainingError);
      assert(
        error.message.includes('"a", "c"') && error.message.includes("prepare"),
        error.message,
      );
    }
    assert(await method.prepare(loader, { progress: false }));
    assert(standardizers.surveyed);
    const before = method.stateDict();
    const means = before["space.standardizers.standardizers.0.mean"].clone();
    assert(await method.prepare(null)); // nothing is left to look at
    using all = torch.scope(() => {
      const batches: torch.Tensor[] = [];
      for (using batch of loader.epoch(0)) {
        batches.push(torch.keep(list[1].see(batch.view(null)).features));
      }
      const together = torch.cat(batches);
      batches.forEach((one) => one.dispose());
      return together;
    });
    torch.scope(() => {
      const out = standardizers.ofOne("b", all).to("float64");
      assertClose(out.mean(0), torch.zeros([5]), { atol: 1e-4 });
      assertClose(out.std(0, { correction: 0 }), torch.ones([5]), { atol: 1e-3 });
      const centered = all.sub(all.mean(0));
      if (mode === "dataset") {
        assertClose(out, centered.div(centered.std(0, { correction: 0 })), { atol: 1e-3 });
      } else {
        // One scale for all directions: lengths keep their proportions.
        const ratio = out.norm(2, 1).div(centered.norm(2, 1));
        assertClose(ratio, torch.full([30], ratio.mean().item()), { rtol: 1e-4 });
      }
      assertClose(before["space.standardizers.standardizers.0.mean"], means);
    });
    means.dispose();
    freeAll(method, student);
    dataset[Symbol.dispose]();
    freeTeachers();
  });
}

test("by the batch or by all images so far, features have mean 0 and deviation 1", () => {
  torch.manualSeed(8);
  const values = torch.randn([30, 4], { device }).mul(5).add(3);
  const teacher = [{ name: "a", featureDim: 4 }];
  const batch = new distill.Standardizers(teacher, "batch").to(device);
  const out = batch.ofOne("a", values);
  assertClose(out.mean(0), [0, 0, 0, 0], { atol: 1e-5 });
  assertClose(out.std(0, { correction: 0 }), [1, 1, 1, 1], { atol: 1e-5 });
  assertThrows(() => batch.ofOne("a", values.narrow(0, 0, 1)), ShapeError, 'teacher "a"');
  assertThrows(() => batch.ofOne("z", values), ArgumentError, '"z"');

  const running = new distill.Standardizers(teacher, "running").to(device);
  for (const [start, length] of [[0, 1], [1, 12], [13, 17]]) {
    assert(running.ofOne("a", values.narrow(0, start, length)).isfinite().all().item());
  }
  const { "standardizers.0.mean": mean, "standardizers.0.scale": variance } = running.stateDict();
  assertClose(mean.flatten(), values.mean(0), { rtol: 1e-4 });
  assertClose(variance.flatten(), values.var(0, { correction: 0 }), { rtol: 1e-4 });
  running.eval();
  running.ofOne("a", values.narrow(0, 0, 3));
  assertEquals(running.stateDict()["standardizers.0.count"].item(), 30);
  assertClose(running.ofOne("a", values), out, { rtol: 1e-3, atol: 1e-4 });
  freeAll(batch, running);
});

test("a dimension that never varies is centered, not blown up", async () => {
  const { dataset, loader } = loaded();
  const teacher = teachers.descriptive({
    name: "flat",
    featureDim: 3,
    features: (x) =>
      torch.stack(
        [x.mean([1, 2, 3]), torch.full([x.size(0)], 7, { device }), x.mean([1, 2, 3])],
        1,
      ),
  });
  const student = new SmallNet(6, 5, 4);
  const method = new distill.Uniform({
    student,
    teachers: [teacher],
    ...none,
    standardize: "dataset",
  });
  await method.prepare(loader, { progress: false });
  torch.scope(() => {
    const row = torch.tensor([[0.1, 7, 0.1]], { device });
    const out = method.space!.standardizers.ofOne("flat", row);
    assertClose(out.select(1, 1), [0], { atol: 1e-3 });
    assert(out.isfinite().all().item());
  });
  freeAll(method, student);
  dataset[Symbol.dispose]();
});

test("prepare wants a loader, and stops where it is asked to", async () => {
  const { dataset, loader } = loaded();
  const student = new SmallNet(6, 5, 4);
  const list = [linearTeacher("a", 4, 1)];
  const method = new distill.Uniform({ student, teachers: list, ...none, standardize: "dataset" });
  let message = "";
  await method.prepare([1, 2]).catch((error) => message = error.message);
  assert(message.includes("prepare() a data.Loader"), message);
  const stop = new AbortController();
  stop.abort();
  assertEquals(await method.prepare(loader, { progress: false, signal: stop.signal }), false);
  const { standardizers } = method.space!;
  assertEquals(standardizers.surveyed, false);
  // Stopped in the middle, it starts from nothing, and comes to what it would have come to.
  let batches = 0;
  const halting = new AbortController();
  const halted = {
    length: loader.length,
    *epoch() {
      for (using batch of loader.epoch(0) as Iterable<data.UnlabelledBatch>) {
        if (++batches === 3) halting.abort();
        yield batch;
      }
    },
  };
  const given = { progress: false, signal: halting.signal };
  assertEquals(await method.prepare(halted, given), false);
  assertEquals([batches, standardizers.surveyed], [3, false]);
  const other = new distill.Uniform({ student, teachers: list, ...none, standardize: "dataset" });
  for (const one of [method, other]) assert(await one.prepare(loader, { progress: false }));
  const [mine, theirs] = [method, other].map((one) => one.space!.standardizers.stateDict());
  for (const name in mine) assertEquals(mine[name].toArray(), theirs[name].toArray());
  freeAll(other);
  freeAll(method, student);
  dataset[Symbol.dispose]();
  freeTeachers();
});

test("a survey that is stopped between two batches leaves nothing, and may be done anew", async () => {
  const { dataset, loader } = loaded();
  const student = new SmallNet(6, 5, 4);
  const list = [linearTeacher("a", 4, 1)];
  const method = new distill.Uniform({ student, teachers: list, ...none, standardize: "dataset" });
  const { standardizers } = method.space!;
  const mean = () =>
    method.stateDict()["space.standardizers.standardizers.0.mean"].toArray() as number[][][];
  const tensors = torch.memory().tensors;
  const stop = new AbortController();
  const stopping = {
    length: loader.length,
    *epoch() {
      for (const batch of loader.epoch(0)) {
        yield batch;
        stop.abort();
      }
    },
  };
  const asked = { progress: false, signal: stop.signal };
  assertEquals(await method.prepare(stopping, asked), false);
  assertEquals([standardizers.surveyed, torch.memory().tensors], [false, tensors]);
  assert(await method.prepare(loader, { progress: false }));
  const whole = mean();
  standardizers.begin();
  assert(await method.prepare(loader, { progress: false }));
  assertEquals(whole, mean());
  freeAll(method, student);
  dataset[Symbol.dispose]();
  freeTeachers();
});

test("even rotations are orthogonal and give every direction the same variance, at any width", () => {
  for (const n of [1, 2, 3, 5, 8, 12, 20, 24, 30, 36, 100]) {
    const values = Array.from({ length: n }, (_, i) => (i * 7919 % 101) / 10);
    const r = evenRotation(values);
    const mean = values.reduce((a, b) => a + b, 0) / n;
    for (let i = 0; i < n; i++) {
      let variance = 0;
      for (let k = 0; k < n; k++) variance += r[i * n + k] ** 2 * values[k];
      assert(Math.abs(variance - mean) < 1e-9 * Math.max(1, mean), `${n}: row ${i}: ${variance}`);
      for (let j = 0; j <= i; j++) {
        let dot = 0;
        for (let k = 0; k < n; k++) dot += r[i * n + k] * r[j * n + k];
        assert(Math.abs(dot - Number(i === j)) < 1e-9, `${n}: rows ${i}, ${j}: ${dot}`);
      }
    }
  }
  for (
    const [n, there] of [[384, true], [768, true], [1280, true], [1024, true], [30, false]] as const
  ) {
    assertEquals(hadamard(n) !== null, there, String(n));
  }
});

test("votes in one tensor are those of a list, and shuffled ones know nothing of the image", () => {
  torch.manualSeed(12);
  const image = torch.randn([64, 80], { device });
  // Nine teachers that say the same of each image, and nine that say the same of every image.
  const same = torch.stack(Array.from({ length: 9 }, () => image.clone()));
  const together = distill.voteFeatures(same, { shuffled: true });
  const listed = distill.voteFeatures(same.unbind(0));
  assertClose(together.target, listed.target);
  assertEquals(together.agreement.toArray(), listed.agreement.toArray());
  assertEquals(listed.shuffledAgreement, undefined);
  const level = (vote: distill.FeatureVote) => vote.shuffledAgreement!.mean().item();
  // Signs that are as often + as -: the chance of nine independent voters, 1/2 + C(8,4)/2⁹.
  assert(Math.abs(level(together) - (0.5 + 70 / 512)) < 0.01, String(level(together)));
  assertClose(together.agreement, torch.ones([9], { device }));
  const constant = image.select(0, 0).expand([9, 64, 80]);
  assertClose(
    distill.voteFeatures(constant, { shuffled: true }).shuffledAgreement!,
    torch.ones([9], { device }),
  );
  assertThrows(() => distill.voteFeatures(torch.zeros([3, 0, 2])), ShapeError, "[3, 0, 2]");
});
