/** How sure teachers who know some classes only must be, found in the training images. */

import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ArgumentError, TrainingError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import { otsuCut, ScoreHistogram, upperShareCut } from "../../src/distill/score_histogram.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";
import { assertClose, device, inFolder, test } from "../helpers.ts";
import { freeAll, SmallNet } from "./nets.ts";

function histogramOf(scores: Iterable<number>): ScoreHistogram {
  const histogram = new ScoreHistogram();
  histogram.add(scores);
  return histogram;
}

/** Numbers that look random. */
function numbers(count: number, scale = 1): number[] {
  return Array.from({ length: count }, (_, i) => scale * (Math.sin(i * 12.9898) * 43758.5453 % 1));
}

/** The best cut by trying all: Otsu's own definition, the least variance within the two parts. */
function bestByTrying(scores: readonly number[]): [least: number, cut: number] {
  const sorted = [...scores].sort((a, b) => a - b);
  const spreadOf = (part: readonly number[]) => {
    const mean = part.reduce((a, b) => a + b, 0) / part.length;
    return part.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  };
  let best: [number, number] = [Infinity, NaN];
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i] === sorted[i - 1]) continue;
    const within = spreadOf(sorted.slice(0, i)) + spreadOf(sorted.slice(i));
    if (within < best[0]) best = [within, (sorted[i - 1] + sorted[i]) / 2];
  }
  return best;
}

test("histograms that processes have counted apart join to the one of all numbers", () => {
  for (const scales of [[1, 1, 1], [1e-6, 1, 1e9], [1e300, 1e-300, 0]]) {
    const parts = scales.map((scale, i) => numbers(3000 + 500 * i, scale));
    const states = parts.map((part) => histogramOf(part).state());
    const joined = new ScoreHistogram();
    for (const state of JSON.parse(JSON.stringify(states))) joined.addAll(state);
    assertEquals(joined.bins(), histogramOf(parts.flat()).bins());
  }
  const none = new ScoreHistogram();
  none.addAll(new ScoreHistogram().state());
  assertEquals(none.bins(), []);
});

test("Otsu: numbers of two kinds are cut in the middle of the gap", () => {
  assertAlmostEquals(otsuCut(histogramOf([1, 1.25, 1.5, 9, 9.5])), 5.25, 1e-5);
  assertAlmostEquals(otsuCut(histogramOf([-3, -3, 4])), 0.5, 1e-5);
  for (const scale of [1e-3, 1, 1e6]) {
    const low = numbers(200, scale), high = numbers(50, scale).map((n) => n + 7 * scale);
    const all = [...low, ...high];
    const [, cut] = bestByTrying(all);
    assertAlmostEquals(otsuCut(histogramOf(all)) / cut, 1, 1e-3);
  }
});

test("Otsu: the cut is the one of least variance within, also where there is no gap", () => {
  for (const shift of [0.3, 0.9]) {
    const all = [...numbers(300), ...numbers(250).map((n) => n + shift)];
    const [, cut] = bestByTrying(all);
    assertAlmostEquals(otsuCut(histogramOf(all)), cut, 1e-4);
  }
});

test("where nothing differs, or nothing was seen, nobody abstains", () => {
  for (const none of [[], [2], [2, 2, 2], [NaN, Infinity, -Infinity]]) {
    assertEquals(otsuCut(histogramOf(none)), -Infinity);
  }
  assertEquals(upperShareCut(histogramOf([NaN]), 0.5), -Infinity);
});

test("the upper share of numbers is at or above its cut", () => {
  const scores = numbers(1000);
  for (const share of [0.1, 0.25, 0.5, 0.9]) {
    const cut = upperShareCut(histogramOf(scores), share);
    const above = scores.filter((score) => score >= cut).length;
    assert(above >= share * 1000 && above <= share * 1000 + 2, `${above} of ${share}`);
  }
});

test("a histogram depends on the numbers, not on their order or batches, and stays small", () => {
  const scores = [...numbers(30_000, 8), 1e5, -1e5];
  const whole = histogramOf(scores);
  const cut = new ScoreHistogram();
  const turned = [...scores].reverse();
  for (let i = 0; i < turned.length; i += 37) cut.add(turned.slice(i, i + 37));
  assertEquals(cut.bins(), whole.bins());
  assert(whole.bins().length <= 4096);
  assertEquals(whole.bins().reduce((sum, { count }) => sum + count, 0), 30_002);
});

/** A teacher that sees one of two numbers in each image: it is sure where the first one is large. */
function seeing(place: number, name: string): teachers.Teacher {
  return teachers.predictive({
    name,
    featureDim: 2,
    numClasses: 2,
    run: (images) => {
      const features = images.float().flatten(1).mul(5.1);
      const own = features.select(1, place);
      return { features, logits: torch.stack([own, own.neg()], 1) };
    },
    classes: [2 * place, 2 * place + 1],
    labelSpace: 4,
  });
}

/** Images of two numbers: 30 for the first teacher, 10 for the second. */
function images(): data.UnlabelledImages {
  const rows = Array.from({ length: 40 }, (_, i) => {
    const [sure, not] = [200 + 10 * (i % 5), 5 * (i % 3)];
    return i % 4 < 3 ? [sure, not] : [not, sure];
  });
  return torch.scope(() =>
    new data.UnlabelledImages(torch.tensor(rows, { dtype: "uint8" }).reshape([40, 1, 1, 2]))
  );
}

/** A method that votes. */
function voting(options: Partial<distill.VoterSettings> = {}) {
  torch.manualSeed(1);
  const student = new SmallNet(2, 3, 4);
  const method = new distill.KD({
    student,
    teachers: [seeing(0, "first"), seeing(1, "second")],
    partial: "abstain",
    ...options,
  });
  return { student, method, free: () => freeAll(method, student) };
}

const loaderOf = (set: data.UnlabelledImages, batchSize = 7) =>
  new data.Loader(set, { batchSize, seed: 3, shuffle: true, device });

/** Some of the images, the first ones by default. */
const shown = (set: data.UnlabelledImages, count = 8) =>
  new data.UnlabelledBatch(set.images.narrow(0, 0, count).to(device).float().div(255));

test("a method looks once at all training images for the thresholds", async () => {
  using pixels = images();
  const found: unknown[] = [];
  for (const batchSize of [7, 40]) {
    const { method, free } = voting({ confidence: "maxProbability", threshold: "otsu" });
    const { thresholds } = method.voters;
    assert(!thresholds!.surveyed);
    assert(await method.prepare(loaderOf(pixels, batchSize), { progress: false }));
    assert(thresholds!.surveyed);
    found.push(thresholds!.values.toArray());
    torch.scope(() => {
      const { choices } = method.voters.vote(method.shelf.ask(shown(pixels)));
      assertEquals(choices.toArray(), [[0, 0, 0, -1, 0, 0, 0, -1], [-1, -1, -1, 2, -1, -1, -1, 2]]);
    });
    free();
  }
  // Whatever the batches.
  assertEquals(found[0], found[1]);
});

test("by the share of classes each teacher votes on half of the images here", async () => {
  using pixels = images();
  const { method, free } = voting({ confidence: "energy", threshold: "classShare" });
  await method.prepare(loaderOf(pixels), { progress: false });
  torch.scope(() => {
    const opinions = method.shelf.ask(shown(pixels, 40));
    const values = method.voters.thresholds!.values.toArray() as number[];
    ["first", "second"].forEach((name, i) => {
      const own = torch.tensor([2 * i, 2 * i + 1], { dtype: "int64", device });
      const logits = opinions.of(name).logits!.indexSelect(1, own);
      const sure = distill.confidenceOf(logits, "energy").toArray() as number[];
      const above = sure.filter((one) => one >= values[i]).length;
      // Equal ones are together.
      const cut = [...sure].sort((a, b) => b - a)[19];
      assertEquals(above, sure.filter((one) => one >= cut - 1e-6).length);
    });
  });
  free();
});

test("nothing is looked for where nothing is needed", () => {
  const whole = () => {
    const model = new SmallNet(2, 3, 4);
    return { model, teacher: teachers.predictive({ name: "whole", model }) };
  };
  for (const options of [{ partial: "literal" }, { partial: "concatenated" }, { threshold: 1 }]) {
    const { method, free } = voting(options as distill.VoterSettings);
    assertEquals(method.voters.thresholds, null);
    assertEquals(Object.keys(method.stateDict()).filter((key) => key.includes("threshold")), []);
    free();
  }
  const { model, teacher } = whole();
  const student = new SmallNet(2, 3, 4);
  const method = new distill.KD({ student, teachers: [teacher], partial: "abstain" });
  assertEquals(method.voters.thresholds, null);
  freeAll(method, student, model);
});

test("a step without thresholds says what to do", async () => {
  const { method, free } = voting({ threshold: "otsu" });
  using pixels = images();
  torch.scope(() => {
    const { message } = assertThrows(
      () => method.step(shown(pixels)),
      TrainingError,
    );
    for (const part of ["first, second", "method.prepare", "number"]) {
      assert(message.includes(part), message);
    }
  });
  await assertRejects(() => method.prepare([]), ArgumentError, "data.Loader");
  free();
});

test("a survey that was stopped starts from nothing", async () => {
  using pixels = images();
  const stop = new AbortController();
  const { method, free } = voting({ threshold: "otsu" });
  const undisturbed = voting({ threshold: "otsu" });
  const { thresholds } = method.voters;
  const observe = thresholds!.observe.bind(thresholds);
  let seen = 0;
  thresholds!.observe = (opinions) => {
    observe(opinions);
    if (++seen === 3) stop.abort();
  };
  assertEquals(
    await method.prepare(loaderOf(pixels), { progress: false, signal: stop.signal }),
    false,
  );
  assert(!thresholds!.surveyed);
  await method.prepare(loaderOf(pixels), { progress: false });
  await undisturbed.method.prepare(loaderOf(pixels), { progress: false });
  assertEquals(
    thresholds!.values.toArray(),
    undisturbed.method.voters.thresholds!.values.toArray(),
  );
  free();
  undisturbed.free();
});

test("a run that goes on keeps its thresholds, and ends as one without a break", () =>
  inFolder(async (folder) => {
    using pixels = images();
    const train = async (epochs: number, checkpoint: string, resume = false) => {
      const { student, method, free } = voting({ threshold: "otsu" });
      let surveyed = 0;
      const { thresholds } = method.voters;
      const observe = thresholds!.observe.bind(thresholds);
      thresholds!.observe = (opinions) => (surveyed++, observe(opinions));
      await fit({
        method,
        optimizer: new optim.SGD(method.parameters(), { lr: 0.1 }),
        batches: loaderOf(pixels),
        epochs,
        checkpoint: `${folder}/${checkpoint}`,
        resume,
        progress: false,
      });
      const state = [thresholds!.values.toArray(), student.head.weight.toArray()];
      free();
      return { state, surveyed };
    };
    const whole = await train(2, "whole");
    assertEquals(whole.surveyed, 6);
    await train(1, "half");
    const continued = await train(2, "half", true);
    assertEquals(continued.surveyed, 0);
    assertEquals(continued.state, whole.state);
  }));

test("a teacher that was left out is no part of the vote, and its threshold nobody else's", async () => {
  using pixels = images();
  const { method, free } = voting({ threshold: "otsu", confidence: "maxProbability" });
  await method.prepare(loaderOf(pixels), { progress: false });
  torch.scope(() => {
    const batch = shown(pixels, 4);
    const both = method.voters.vote(method.shelf.ask(batch));
    const one = method.voters.vote(method.shelf.ask(batch, [method.shelf.teachers[1]]));
    assertEquals((both.choices.toArray() as number[][])[1], [-1, -1, -1, 2]);
    // Alone it votes on all: nobody else does.
    assertEquals(one.choices.shape, [1, 4]);
    assertClose(one.probabilities.sum(1), [1, 1, 1, 1]);
  });
  free();
});
