// Choosing images is the same whatever they are: in memory, folders, lists, shards, samples.
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import { ArgumentError, IndexError, ShapeError } from "../../../src/base/errors.ts";
import { test } from "../../helpers.ts";
import { batchOf, CLASSES, end, type Labelled, LABELS, numbersIn, withKinds } from "./kinds.ts";

const ALL = LABELS.map((_, i) => i);
const ascending = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
const counted = (labels: readonly number[]) =>
  CLASSES.map((_, label) => labels.filter((one) => one === label).length);

test("a batch of a subset is rows of a batch of the whole", () =>
  withKinds(async (open, kind) => {
    const whole = open();
    assertEquals(await batchOf(whole), { numbers: ALL, labels: LABELS }, kind);
    const picks = [23, 0, 0, 14, 7];
    const part = whole.subset(picks);
    const rows = [4, 1, 3];
    assertEquals(await batchOf(part, rows), await batchOf(whole, rows.map((row) => picks[row])));
    const again = part.subset([2, 3]);
    assertEquals(await batchOf(again), { numbers: [0, 14], labels: [0, 1] });
    const few = whole.take(3);
    assertEquals(await numbersIn(few), [0, 1, 2]);
    assertEquals([part.classNames, part.numClasses, part.sources], [CLASSES, 3, whole.sources]);
    assertThrows(() => whole.subset([24]), IndexError, "index 24");
    assertThrows(() => whole.subset([0.5]), ArgumentError, "index 0.5");
    assertThrows(() => whole.take(-1), ArgumentError, "-1");
    end(whole, part, again, few);
  }));

test("the parts of a split are disjoint, and cover all if their sizes do", () =>
  withKinds(async (open, kind) => {
    const whole = open();
    const parts: Labelled[] = whole.split([10, 9, 5], { seed: 9 });
    const numbers = await Promise.all(parts.map(numbersIn));
    assertEquals(numbers.map((some) => some.length), [10, 9, 5]);
    assertEquals(ascending(numbers.flat()), ALL, kind);
    for (const part of parts) {
      const { numbers, labels } = await batchOf(part);
      assertEquals(labels, numbers.map((number) => LABELS[number]));
    }
    assertThrows(() => whole.split([25]), ArgumentError, "24 images");
    end(whole, ...parts);
  }));

test("a balanced subset has exactly so many of each class, and a smaller one is part of it", () =>
  withKinds(async (open, kind) => {
    const whole = open();
    const five = whole.balancedSubset(5, 3);
    assertEquals(five.classCounts(), [5, 5, 5], kind);
    const { numbers, labels } = await batchOf(five);
    assertEquals([counted(labels), new Set(numbers).size], [[5, 5, 5], 15]);
    assertEquals(labels, numbers.map((number) => LABELS[number]));
    assertNotEquals(labels, labels.toSorted());
    const two = whole.balancedSubset(2, 3);
    assert(new Set(numbers).isSupersetOf(new Set(await numbersIn(two))));
    assertThrows(
      () => whole.balancedSubset(6),
      ArgumentError,
      "class 2 (cat) has 5 images, fewer than the 6",
    );
    assertThrows(() => whole.balancedSubset(0), ArgumentError, "perClass");
    end(whole, five, two);
  }));

test("a stratified subset has a fraction of each class, and at least one image", () =>
  withKinds(async (open, kind) => {
    const whole = open();
    const cases: [number, number[]][] = [[1, [12, 7, 5]], [0.5, [6, 4, 3]], [0.01, [1, 1, 1]]];
    for (const [fraction, counts] of cases) {
      const part = whole.stratifiedSubset(fraction, 1);
      assertEquals([part.classCounts(), counted((await batchOf(part)).labels)], [counts, counts]);
      end(part);
    }
    const ants = whole.ofClasses(["ant"]);
    const few = ants.stratifiedSubset(0.25);
    assertEquals(few.classCounts(), [3, 0, 0], kind);
    for (const bad of [0, -0.1, 1.01, NaN]) {
      assertThrows(() => whole.stratifiedSubset(bad), ArgumentError, `got ${bad}`);
    }
    end(whole, ants, few);
  }));

test("few labels and the rest, or a test part and the rest, have no image in common and leave none out", () =>
  withKinds(async (open, kind) => {
    const whole = open();
    for (
      const [chosen, rest, alone] of [
        [...whole.balancedSplit(2, 3), whole.balancedSubset(2, 3)],
        [...whole.stratifiedSplit(0.25, 3), whole.stratifiedSubset(0.25, 3)],
      ]
    ) {
      const numbers = await numbersIn(chosen);
      assertEquals(numbers, await numbersIn(alone), kind);
      const others = await batchOf(rest);
      assertEquals(others.numbers, ALL.filter((number) => !numbers.includes(number)), kind);
      assertEquals(others.labels, others.numbers.map((number) => LABELS[number]));
      end(chosen, rest, alone);
    }
    const [all, none] = whole.stratifiedSplit(1);
    assertEquals([all.length, none.length], [24, 0]);
    assertThrows(() => whole.balancedSplit(6), ArgumentError, "class 2 (cat) has 5 images");
    assertThrows(() => whole.stratifiedSplit(0), ArgumentError, "got 0");
    end(whole, all, none);
  }));

test("classes are picked by number or name, with their labels or new ones", () =>
  withKinds(async (open, kind) => {
    const whole = open("animals");
    const kept = whole.ofClasses(["cat", 0]);
    const wanted = ALL.filter((i) => LABELS[i] !== 1);
    assertEquals(await batchOf(kept), {
      numbers: wanted,
      labels: wanted.map((i) => LABELS[i]),
    }, kind);
    const anew = whole.ofClasses([2, "bee"], { relabel: true, name: "two" });
    assertEquals([anew.name, anew.classNames], ["two", ["bee", "cat"]]);
    assertEquals(anew.sources, [{ name: "animals", classes: [0, 2] }]);
    assertEquals((await batchOf(anew)).labels, [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    assertEquals(anew.classCounts(), [7, 5]);
    assertThrows(() => whole.ofClasses([3]), ArgumentError, "no class 3");
    assertThrows(() => whole.ofClasses(["dog"]), ArgumentError, "0 (ant), 1 (bee), 2 (cat)");
    assertThrows(() => whole.ofClasses([]), ArgumentError, "at least one");
    end(whole, kept, anew);
  }));

test("coarse classes are groups of the old ones, which the other images are left out of", () =>
  withKinds(async (open, kind) => {
    const whole = open("animals");
    const legs = whole.coarse({ four: ["cat"], six: [1, "ant"] }, { name: "legs" });
    assertEquals([legs.name, legs.classNames], ["legs", ["four", "six"]], kind);
    assertEquals(legs.sources, [{ name: "legs", classes: [0, 2] }]);
    assertEquals(await batchOf(legs), {
      numbers: ALL,
      labels: LABELS.map((label) => label === 2 ? 0 : 1),
    });
    const insects = whole.coarse({ insect: ["bee"] });
    assertEquals([insects.name, insects.length, insects.numClasses], ["animals", 7, 1]);
    for (
      const [groups, says] of [
        [{ a: ["ant"], b: [0] }, 'the class ant is in two groups, "a" and "b"'],
        [{ a: ["dog"] }, '"dog"; the classes are 0 (ant)'],
        [{ a: [] }, "at least one"],
        [{}, "give a name for every class"],
      ] as const
    ) assertThrows(() => whole.coarse(groups), ArgumentError, says);
    end(whole, legs, insects);
  }));

test("a share of wrong labels: so many are others, the images stay, and the seed decides which", () =>
  withKinds(async (open, kind) => {
    const whole = open();
    const wrongIn = async (some: Labelled) => {
      const { numbers, labels } = await batchOf(some);
      assertEquals(numbers, ALL, kind);
      return labels.flatMap((label, i) => label === LABELS[i] ? [] : [[i, label]]);
    };
    const some = whole.mislabelled(0.4, { seed: 3 });
    const wrong = await wrongIn(some);
    assertEquals(wrong.length, 10); // 9.6 of 24, rounded
    assert(wrong.every(([, label]) => label >= 0 && label < 3));
    assertEquals([some.classNames, some.sources], [CLASSES, whole.sources]);
    assertEquals(some.classCounts().reduce((a, b) => a + b), 24);
    const again = whole.mislabelled(0.4, { seed: 3 });
    assertEquals(await wrongIn(again), wrong);
    const other = whole.mislabelled(0.4, { seed: 4 });
    assertNotEquals(await wrongIn(other), wrong);
    const next = whole.mislabelled(1, { to: "next" });
    assertEquals((await batchOf(next)).labels, LABELS.map((label) => (label + 1) % 3));
    const none = whole.mislabelled(0);
    assertEquals(await wrongIn(none), []);
    assertEquals(await batchOf(whole), { numbers: ALL, labels: LABELS });
    for (const bad of [-0.1, 1.1, NaN]) {
      assertThrows(() => whole.mislabelled(bad), ArgumentError, `got ${bad}`);
    }
    const ants = whole.ofClasses(["ant"], { relabel: true });
    assertThrows(() => ants.mislabelled(0.5), ArgumentError, "one class, ant");
    end(whole, some, again, other, next, none, ants);
  }));

test("unlabelled images are all images, in an order that tells nothing, and parts of them", () =>
  withKinds(async (open, kind) => {
    const whole = open();
    const bare = whole.unlabelled({ seed: 5 });
    const numbers = await numbersIn(bare);
    assertNotEquals(numbers, ALL);
    assertEquals(ascending(numbers), ALL, kind);
    const plain = whole.unlabelled({ shuffle: false });
    assertEquals(await batchOf(plain), { numbers: ALL, labels: [] });
    const part = bare.subset([3, 1]);
    const few = bare.take(2);
    const parts = bare.split([11, 13], { seed: 2 });
    assertEquals(await numbersIn(part), [numbers[3], numbers[1]]);
    assertEquals(await numbersIn(few), numbers.slice(0, 2));
    const halves = await Promise.all([...parts].map(numbersIn));
    assertEquals(ascending(halves.flat()), ALL);
    assertThrows(() => bare.split([25]), ArgumentError, "24 images");
    assertThrows(() => bare.subset([24]), IndexError, "24");
    assertThrows(() => bare.take(1.5), ArgumentError, "1.5");
    end(whole, bare, plain, part, few, ...parts);
  }));

test("the same seeds choose the same images, of every kind and in every version", () =>
  withKinds(async (open, kind) => {
    const whole = open();
    const numbers = async (dataset: Parameters<typeof numbersIn>[0]) => {
      const found = await numbersIn(dataset);
      end(dataset);
      return found;
    };
    // Recorded when each kind still chose by itself.
    const [first, second] = whole.split([5, 4], { seed: 9 });
    assertEquals(await numbers(first), [14, 8, 2, 10, 20], kind);
    assertEquals(await numbers(second), [22, 7, 23, 6]);
    assertEquals(await numbers(whole.unlabelled({ seed: 2 })), [
      ...[18, 13, 15, 4, 16, 19, 8, 14, 3, 2, 21, 17, 12, 6, 7, 11, 22, 9, 20, 5, 23, 10, 0, 1],
    ]);
    end(whole);
  }));

test("balanced subsets are what they were when only images in memory had them", () =>
  withKinds(async (open) => {
    const whole = open();
    // 24 images of four classes in turn; of these, image i is the i-th here in another order.
    const turns = Array.from({ length: 24 }, (_, i) => 6 * (i % 4) + Math.floor(i / 4));
    const dataset = whole.subset(turns);
    const chosen = dataset.balancedSubset(2, 5);
    const inTurn = (await numbersIn(chosen)).map((number) => turns.indexOf(number));
    assertEquals(inTurn, [12, 13, 5, 19, 4, 6, 3, 22]);
    end(whole, dataset, chosen);
  }, { labels: Array.from({ length: 24 }, (_, i) => Math.floor(i / 6)), classNames: [..."abcd"] }));

test("samples whose labels are not known beforehand cannot be chosen by class, but otherwise", async () => {
  const get = (index: number) => ({ pixels: Uint8Array.of(index), label: index % 2 });
  const source = { length: 4, imageShape: [1, 1, 1] as const, classNames: ["even", "odd"], get };
  const dataset = data.labelledSamples(source);
  for (
    const choose of [
      () => dataset.balancedSubset(1),
      () => dataset.stratifiedSubset(0.5),
      () => dataset.ofClasses([0]),
      () => dataset.classCounts(),
    ]
  ) assertThrows(choose, ArgumentError, "give the source of labelledSamples the labels");
  using batch = await dataset.subset([3, 0]).batch(Int32Array.of(0, 1));
  assertEquals(batch.labels.toArray(), [1, 0]);
  const wrong = data.labelledSamples({ ...source, labels: [0, 1, 1, 1] });
  assertThrows(
    () => wrong.batch(Int32Array.of(0, 2)),
    ArgumentError,
    "Image 2 was read with the label 0, but the source's labels say 1",
  );
  assertThrows(
    () => data.labelledSamples({ ...source, labels: [0, 1] }),
    ShapeError,
    "4 images, but 2 labels",
  );
  assertThrows(() => data.labelledSamples({ ...source, labels: [0, 1, 2, 0] }), IndexError, "2");
  assertThrows(() => data.labelledSamples({ ...source, classNames: [] }), ArgumentError, "empty");
});

test("what is chosen decides what a loader says of its data", () =>
  withKinds(async (open, kind) => {
    const whole = open("animals");
    const spec = async (dataset: Labelled) => {
      const loader = new data.Loader(dataset as data.Dataset<data.LabelledBatch>, { batchSize: 2 });
      const said = JSON.stringify(await loader.spec());
      end(dataset);
      return said;
    };
    const choices: (() => Labelled)[] = [
      () => whole.balancedSubset(3, 1),
      () => whole.balancedSubset(3, 2),
      () => whole.stratifiedSubset(0.5, 1),
      () => whole.ofClasses(["bee", "cat"]),
      () => whole.ofClasses(["bee", "cat"], { relabel: true }),
      () => whole.subset([0, 1]),
      () => whole.subset([1, 0]),
    ];
    const said = await Promise.all(choices.map((choose) => spec(choose())));
    assertEquals(new Set(said).size, choices.length, kind);
    for (const [i, choose] of choices.entries()) assertEquals(await spec(choose()), said[i]);
    end(whole);
  }));
