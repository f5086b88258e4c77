/** What becomes of a run whose teachers fail. */

import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError, TrainingError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import { descriptive, Opinions, predictive, Shelf, type Teacher } from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";
import { SmallNet } from "../distill/nets.ts";
import { assertClose, device, inFolder, test } from "../helpers.ts";
import { spoken } from "../spoken.ts";

/** A teacher whose opinion on an image is a row of a table: the image's only pixel says which. */
function fromTable(
  name: string,
  { features, logits, fails }: {
    features: readonly (readonly number[])[];
    logits: readonly (readonly number[])[];
    fails?: (call: number) => void | number;
  },
): Teacher {
  let calls = 0;
  return predictive({
    name,
    featureDim: features[0].length,
    numClasses: logits[0].length,
    run: (x) => {
      const added = fails?.(++calls) ?? 0;
      const places = x.flatten().to("int64");
      const rows = (table: readonly (readonly number[])[]) =>
        torch.tensor(table as number[][], { device }).add(added).indexSelect(0, places);
      return { features: rows(features), logits: rows(logits) };
    },
  });
}

/** Images of one pixel, which says which of the tables' rows they are. */
const batch = (...places: number[]) =>
  new data.UnlabelledBatch(torch.tensor(places, { device }).reshape([places.length, 1, 1, 1]));

/** Logits of a teacher that is `sure` of a class of three for each image. */
const votes = (sure: number, ...classes: number[]) =>
  classes.map((own) => [0, 1, 2].map((place) => place === own ? sure : 0));

const same = (row: number[], count = 4) => Array.from({ length: count }, () => row);

/** Three teachers of four images; the third fails from its second batch on. */
function three(fails?: (call: number) => void | number): Teacher[] {
  return [
    fromTable("a", { features: same([1, 2]), logits: votes(5, 0, 1, 0, 1) }),
    fromTable("b", { features: same([3, -2]), logits: votes(3, 0, 1, 1, 1) }),
    fromTable("c", { features: same([-1, -4]), logits: votes(3, 0, 0, 1, 1), fails }),
  ];
}

/** UNIFORM whose encoders change nothing. */
function uniform(teachers: Shelf | Teacher[], options: distill.UniformSettings = {}) {
  torch.manualSeed(3);
  const student = new SmallNet(1, 2, 3);
  const method = new distill.Uniform({
    student,
    teachers,
    checkFinite: true,
    standardize: "none",
    studentProjection: null,
    ...options,
  });
  torch.noGrad(() => {
    for (const [name, parameter] of method.space!.encoders.namedParameters()) {
      if (name.endsWith("weight")) parameter.copy_(torch.eye(2, { device }));
      else parameter.zero_();
    }
  });
  const free = () => [method, student].forEach((one) => one.dispose());
  return { student, method, free };
}

const nan = (call: number) => call > 1 ? NaN : 0;
const throws = (call: number) => {
  if (call > 1) throw new RangeError("the file of c is gone");
};

for (const [how, fails] of [["NaN", nan], ["an error", throws]] as const) {
  test(`a teacher that gives ${how} ends the run, and is named`, () => {
    const { method, free } = uniform(three(fails));
    method.step(batch(0, 1, 2, 3));
    if (how === "NaN") {
      const error = assertThrows(() => method.step(batch(2, 2)), TrainingError);
      assert(
        error.message.includes('4 of 4 values are NaN or infinite in the features of teacher "c"'),
      );
      assert(error.message.includes("leaveOut"), error.message);
    } else {
      const error = assertThrows(() => method.step(batch(2, 2)), TrainingError);
      assertEquals(error.message, 'Teacher "c": the file of c is gone');
      assert(error.cause instanceof RangeError);
    }
    assertEquals(method.shelf.leftOut.size, 0);
    free();
  });

  test(`a teacher that gives ${how} is left out by name, and the others' votes are right`, async () => {
    const shelf = new Shelf(three(fails), { onFailure: "leaveOut" });
    const { method, student, free } = uniform(shelf);
    const [a, b] = three();
    const two = uniform([a, b]);
    const said = await spoken(() => {
      torch.scope(() => void method.step(batch(0, 1, 2, 3)));
      assertEquals([...shelf.leftOut], []);
      // The image that a and b differ on, twice.
      torch.scope(() => {
        const { loss, terms } = method.step(batch(2, 2));
        const expected = two.method.step(batch(2, 2));
        assertClose(terms.logit, expected.terms.logit);
        assertClose(terms.feature, expected.terms.feature);
        // The decoders of the two methods differ: each teacher's part is its own.
        const parts = ["a", "b"].map((name) => terms[`teachers.${name}.reconstruction`]);
        assertClose(terms.reconstruction, parts[0].add(parts[1]).div(2));
        assertEquals(terms["teachers.c.reconstruction"], undefined);
        loss.backward();
      });
    });
    const reason = how === "NaN" ? "its features hold NaN or infinities" : "the file of c is gone";
    assertEquals(said, `teacher "c" is left out from here on: ${reason}\n`);
    assertEquals([...shelf.leftOut], [["c", reason]]);
    // Nothing reaches what was the third teacher's.
    for (const { grad } of method.space!.encoders.parameters()) {
      assertEquals([0, 2].map((place) => grad!.select(0, place).abs().sum().item() > 0), [
        true,
        false,
      ]);
    }

    const { images, consensus, ties, pseudoClass } = method.votes();
    const shares = (of: distill.TeacherAgreement[]) => of.map(({ agreement }) => agreement);
    assertEquals(images, 6);
    assertEquals(pseudoClass.map(({ teacher }) => teacher), ["a", "b", "c"]);
    // Of the first four images the classes are 0, 1, 1, 1: a has 3 of them, b 4, c 3. Of the other two it is 0, because
    // a is surer of it than b of 1: a has both, b none, and c was not asked.
    assertClose(shares(pseudoClass), [5 / 6, 4 / 6, 3 / 4]);
    // Signs: ++, +-, -- give +-, of which a has one of two, b both, c one. ++ and +- alone give + and a tie, which nobody has.
    assertClose(shares(consensus), [(4 * 0.5 + 2 * 0.5) / 6, (4 * 1 + 2 * 0.5) / 6, 0.5]);
    assertClose(ties, 2 * 0.5 / 6);
    for (const model of [student, two.student]) model.zeroGrad();
    method.zeroGrad();
    free();
    two.free();
  });
}

test("weights of teachers keep to their names when one is left out", () => {
  const shelf = new Shelf(three(nan), { onFailure: "leaveOut" });
  shelf.leaveOut("a", "for a test");
  const { method, student, free } = uniform(shelf, { weights: [1, 2, 6], alpha1: 0, alpha2: 0 });
  const { terms } = method.step(batch(0, 1));
  // b and c: (3, -2) and (-1, -4): a tie, whose target is the weighted mean, and minus: the weighted mean too.
  const target = torch.tensor([(2 * 3 - 6) / 8, (2 * -2 + 6 * -4) / 8], { device });
  const x = student.features(batch(0, 1).images);
  assertClose(terms.feature, x.sub(target).pow(2).mean());
  free();
});

test("where all are left out, the run ends, and says why each was", () => {
  const bad = (call: number) => call > 0 ? Infinity : 0;
  const shelf = new Shelf([
    fromTable("a", { features: same([1, 2]), logits: votes(5, 0, 1, 0, 1), fails: bad }),
    fromTable("b", {
      features: same([1, 2]),
      logits: votes(5, 0, 1, 0, 1),
      fails: () => {
        throw new Error("no memory");
      },
    }),
  ], { onFailure: "leaveOut" });
  for (let i = 0; i < 2; i++) {
    assertThrows(
      () => shelf.ask(batch(0)),
      TrainingError,
      'No teacher is left to ask: left out are "a" (its features hold NaN or infinities), "b" (no memory).',
    );
  }
});

test("where those who vote are left out, methods that need votes end the run by saying so", () => {
  const make = () => [
    ...three(() => NaN).slice(2),
    descriptive({ name: "pixels", featureDim: 2, features: (x) => x.flatten(1).expand([-1, 2]) }),
  ];
  const student = new SmallNet(1, 2, 3);
  const kd = new distill.KD({
    student,
    teachers: new Shelf(make(), { onFailure: "leaveOut" }),
  });
  assertThrows(() => kd.step(batch(0, 1)), TrainingError, 'left out are "c"');
  kd.dispose();
  student.dispose();
  const { method, free } = uniform(new Shelf(make(), { onFailure: "leaveOut" }));
  assertThrows(() => method.step(batch(0, 1)), TrainingError, "vote");
  free();
});

/** Four images of one pixel, which is the image's number. */
const numbered = () =>
  new data.UnlabelledImages(torch.tensor(Uint8Array.of(0, 1, 2, 3), { shape: [4, 1, 1, 1] }));

/** Two batches of them, in order, as those numbers. */
const inTwos = (images: data.UnlabelledImages) =>
  new data.Loader(images, { batchSize: 2, transform: (x) => x.to("float32"), device });

test("a run of the loop goes on without the teacher that fails, and records the shares of all", async () => {
  using images = numbered();
  const batches = inTwos(images);
  const shelf = new Shelf(three((call) => call > 3 ? NaN : 0), { onFailure: "leaveOut" });
  const { method, free } = uniform(shelf);
  using optimizer = new optim.SGD(method.parameters(), { lr: 0.01 });
  let shares: unknown[] = [];
  const said = await spoken(async () => {
    const { done, epochs } = await fit({ method, optimizer, batches, epochs: 3 });
    assert(done);
    shares = epochs.map((record) =>
      ["a", "b", "c"].map((name) => record[`teachers.${name}.pseudoClass`])
    );
  });
  assert(said.includes('teacher "c" is left out from here on: its features hold NaN'), said);
  // With three the classes are 0, 1, 1, 1; without c 0, 1, 0, 1. c fails in the fourth batch, images 2 and 3.
  assertClose(shares as number[][], [[3 / 4, 1, 3 / 4], [1, 3 / 4, 1 / 2], [1, 3 / 4, 0]]);
  free();
});

test("who is left out stays out when a run goes on", () =>
  inFolder(async (folder) => {
    using images = numbered();
    const batches = inTwos(images);
    const checkpoint = `${folder}/checkpoint`;
    // The teacher gives NaN in the second epoch alone, and would be fine after it.
    let bad = false;
    const train = async (epochs: number, resume: boolean) => {
      const shelf = new Shelf(three(() => bad ? NaN : 0), { onFailure: "leaveOut" });
      const { method, student, free } = uniform(shelf);
      using optimizer = new optim.SGD(method.parameters(), { lr: 0.01 });
      const options = { method, optimizer, batches, checkpoint, resume, progress: false };
      await fit({ ...options, epochs, evaluate: (epoch) => (bad = epoch === 1, {}) });
      const weights = student.parameters().map((p) => Array.from(p.data() as Float32Array));
      const leftOut = [...shelf.leftOut];
      free();
      return { weights, leftOut };
    };
    const whole = await train(4, false);
    await train(2, false);
    const resumed = await train(4, true);
    assertEquals(resumed.leftOut, [["c", "its features hold NaN or infinities"]]);
    assertEquals(resumed, whole);
  }));

test("a run ends at a NaN teacher with the checkpoint as it was", () =>
  inFolder(async (folder) => {
    using images = numbered();
    const batches = inTwos(images);
    let bad = false;
    const { method, free } = uniform(three(() => bad ? NaN : 0));
    using optimizer = new optim.SGD(method.parameters(), { lr: 0.01 });
    const checkpoint = `${folder}/checkpoint`;
    const options = { method, optimizer, batches, checkpoint, progress: false };
    await assertRejects(
      () => fit({ ...options, epochs: 5, evaluate: (epoch) => (bad = epoch === 3, {}) }),
      TrainingError,
      'features of teacher "c"',
    );
    const { position } = torch.loadSafetensorsMetadata(checkpoint);
    assertEquals(JSON.parse(position).step, 6);
    bad = false;
    assertEquals((await fit({ ...options, epochs: 5, resume: true })).step, 10);
    free();
  }));

test("what is said about labelled and unlabelled images is joined, logits and all", () => {
  const [a, b] = three();
  const pixels = descriptive({ name: "pixels", featureDim: 1, features: (x) => x.flatten(1) });
  const shelf = new Shelf([a, pixels, b]);
  const [first, second] = [shelf.ask(batch(0, 1)), shelf.ask(batch(3, 2, 0))];
  const joined = Opinions.join(first, second);
  assertEquals([joined.names, joined.voters], [["a", "pixels", "b"], ["a", "b"]]);
  const whole = shelf.ask(batch(0, 1, 3, 2, 0));
  for (const name of whole.names) {
    assertClose(joined.of(name).features, whole.of(name).features);
    assertEquals(joined.of(name).logits?.toArray(), whole.of(name).logits?.toArray());
  }
  assertEquals(joined.logits.map(({ shape }) => shape), [[5, 3], [5, 3]]);
  assertThrows(() => joined.of("z"), ArgumentError, 'Teacher "z" was not heard');
});

test("a method of labelled and unlabelled images has the teachers' logits on all of them", () => {
  class Both extends distill.Method<data.MixedBatch> {
    static override readonly needs: distill.Needs = { images: "both", voters: 1 };
    seen: unknown;
    protected override lesson(
      { student, opinions, labels, labelledCount }: distill.Seen,
      terms: distill.Terms,
    ): void {
      this.seen = [
        opinions.logits.map((logits) => logits.toArray()),
        labels.toArray(),
        labelledCount,
      ];
      terms.add("kd", 1, () => distill.kdLoss(student.logits, opinions.logits, {}));
    }
  }
  const [a, b] = three();
  const student = new SmallNet(1, 2, 3);
  const method = new Both({ student, teachers: [a, b] });
  const labelled = new data.LabelledBatch(
    batch(0, 1).pixels,
    torch.tensor([2, 1], { dtype: "int64", device }),
  );
  const { loss } = method.step(new data.MixedBatch(labelled, batch(2)));
  assertEquals(method.seen, [[votes(5, 0, 1, 0), votes(3, 0, 1, 1)], [2, 1], 2]);
  const x = torch.tensor([0, 1, 2], { device }).reshape([3, 1, 1, 1]);
  const all = [a, b].map((teacher) => teacher.run(x).logits!);
  assertClose(loss, distill.kdLoss(student.forward(x), all, {}));
  method.dispose();
  student.dispose();
});

test("a teacher that fails between the labelled and the unlabelled images is left out of both", () => {
  const shelf = new Shelf(three(nan), { onFailure: "leaveOut" });
  const joined = Opinions.join(shelf.ask(batch(0, 1)), shelf.ask(batch(2)));
  assertEquals(joined.names, ["a", "b"]);
  assertEquals(joined.of("a").features.shape, [3, 2]);
});

test("rows that are stored are taken by variant and image, for batches of their source only", () => {
  const asked: [string, number, number[]][] = [];
  const [a, b] = three();
  const shelf = new Shelf([a, b]);
  using images = new data.UnlabelledImages(
    torch.tensor(Uint8Array.of(0, 1, 2, 3), { shape: [4, 1, 1, 1] }),
  );
  const transform = (x: torch.Tensor) => x.to("float32");
  const options = { batchSize: 3, shuffle: true, seed: 2, views: 2, transform, device };
  const [kept, other] = [new data.Loader(images, options), new data.Loader(images, options)];
  const rows = (variant: number, indices: Int32Array) => {
    asked.push(["a", variant, [...indices]]);
    const features = torch.full([indices.length, 2], 10 + variant, { dtype: "float16" });
    return { features, logits: torch.tensor([...indices].map((i) => [i, 0, 0])) };
  };
  shelf.use(kept, new Map([["a", { rows }]]));
  for (let epoch = 0; epoch < 3; epoch++) {
    for (using one of kept.epoch(epoch)) {
      torch.scope(() => {
        const heard = shelf.ask(one);
        const { features, logits } = heard.of("a");
        assertEquals(features.dtype, "float32");
        // "cuda" is reported as "cuda:0".
        assert(features.device.startsWith(device));
        assertEquals(features.toArray(), same([10 + epoch % 2, 10 + epoch % 2], one.length));
        assertEquals((logits!.toArray() as number[][]).map(([i]) => i), [...one.places()]);
        // The other teacher is asked as ever.
        assertEquals(heard.of("b").features.toArray(), same([3, -2], one.length));
      });
    }
  }
  assertEquals(asked.map(([, variant]) => variant), [0, 0, 1, 1, 0, 0]);
  assertEquals(asked.slice(0, 2).flatMap(([, , places]) => places), [...kept.order(0)]);
  // Another source, even one that says the same, and batches of none are not taken for it.
  using another = other.batch(0, 0) as data.UnlabelledBatch;
  assertEquals(shelf.ask(another).of("a").features.toArray(), same([1, 2], 3));
  assertEquals(shelf.ask(batch(0)).of("a").features.toArray(), [[1, 2]]);
  assertEquals(asked.length, 6);
});

test("stored rows that are not what the teacher declares are errors by name, and leave it out if asked to", () => {
  const [a, b] = three();
  using images = new data.UnlabelledImages(torch.zeros([2, 1, 1, 1], { dtype: "uint8" }));
  const loader = new data.Loader(images, { batchSize: 2, device });
  using one = loader.batch(0, 0) as data.UnlabelledBatch;
  const wrong = { features: torch.zeros([2, 5]), logits: torch.zeros([2, 3]) };
  const stored = new Map([["a", { rows: () => wrong }]]);
  const strict = new Shelf([a, b]);
  strict.use(loader, stored);
  assertThrows(
    () => strict.ask(one),
    ShapeError,
    'The features of teacher "a" have shape [2, 5]; declared is [2, 2].',
  );
  const mild = new Shelf([a, b], { onFailure: "leaveOut" });
  mild.use(loader, stored);
  assertEquals(mild.ask(one).names, ["b"]);
});

test("shelves are refused by what is wrong with them", () => {
  const [a] = three();
  assertThrows(() => new Shelf([a, a]), ArgumentError, 'Two teachers are called "a"');
  assertThrows(() => new Shelf(["a" as never]), ArgumentError, "Teacher 0 is not a teacher");
  assertThrows(() => new Shelf(undefined as never), ArgumentError, "list of teachers");
  assertThrows(
    () => new Shelf([a], { onFailure: "ignore" as never }),
    ArgumentError,
    'onFailure is "throw" or "leaveOut", got "ignore"',
  );
  const shelf = new Shelf([a]);
  assertStrictEquals(shelf.teachers[0], a);
  assertEquals(shelf.ask(batch(0), []).names, []);
});
