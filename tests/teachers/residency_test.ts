import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { UnlabelledBatch } from "../../src/data/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import { descriptive, Shelf, type Teacher } from "../../src/teachers/mod.ts";
import { OnDemand } from "../../src/teachers/weights.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

/** A teacher of `width` features that counts how often it is loaded. */
function lazy(name: string, width: number, loads: string[]): Teacher {
  const weights = new OnDemand(() => {
    loads.push(name);
    return new nn.Linear(4, width).to(device);
  });
  return descriptive({
    name,
    featureDim: width,
    features: (images) => weights.get().forward(images.flatten(1)),
    weights,
  });
}

test("a teacher's weights come when they are needed, and again after a release", () => {
  const loads: string[] = [];
  using teacher = lazy("a", 3, loads);
  assertEquals(teacher.loaded, false);
  const images = torch.ones([2, 1, 2, 2], { device });
  teacher.run(images);
  teacher.run(images);
  assertEquals(loads, ["a"]);
  const before = torch.memory().tensors;
  teacher.release();
  assertEquals(torch.memory().tensors, before - 2);
  assertEquals(teacher.loaded, false);
  teacher.run(images);
  assertEquals(loads, ["a", "a"]);
});

test("the teachers of a shelf for one take turns in memory", () => {
  const loads: string[] = [];
  using batch = new UnlabelledBatch(torch.ones([1, 1, 2, 2], { device }));
  using shelf = new Shelf(["a", "b", "c"].map((name) => lazy(name, 5, loads)), { resident: 1 });
  assertEquals(shelf.teachers.filter(({ loaded }) => loaded), []);
  for (const teacher of shelf.teachers) {
    shelf.ask(batch, [teacher]);
    assertEquals(shelf.teachers.filter(({ loaded }) => loaded), [teacher]);
  }
  assertEquals(loads, ["a", "b", "c"]);
  // All at once too, and those that were there before the shelf was are released with the rest.
  assertEquals(shelf.ask(batch).names, ["a", "b", "c"]);
  assertEquals(shelf.teachers.map(({ loaded }) => loaded), [false, false, true]);
  assertEquals(loads, ["a", "b", "c", "a", "b", "c"]);
});

test("teachers in memory already are released until there are as many as may be", () => {
  const images = torch.ones([1, 1, 2, 2], { device });
  const list = ["a", "b", "c"].map((name) => lazy(name, 5, []));
  for (const teacher of list) teacher.run(images);
  using shelf = new Shelf(list, { resident: 2 });
  assertEquals(shelf.teachers.map(({ loaded }) => loaded), [false, true, true]);
});

test("a shelf for two keeps two, and lets go of the one that was loaded first", () => {
  const loads: string[] = [];
  using batch = new UnlabelledBatch(torch.ones([1, 1, 2, 2], { device }));
  using shelf = new Shelf(["a", "b", "c"].map((name) => lazy(name, 5, loads)), { resident: 2 });
  shelf.ask(batch);
  assertEquals(shelf.teachers.map(({ loaded }) => loaded), [false, true, true]);
});

test("without a number all teachers of a shelf stay in memory, until it is disposed of", () => {
  const loads: string[] = [];
  using batch = new UnlabelledBatch(torch.ones([1, 1, 2, 2], { device }));
  const shelf = new Shelf(["a", "b", "c"].map((name) => lazy(name, 5, loads)));
  for (let i = 0; i < 3; i++) shelf.ask(batch);
  assertEquals(loads, ["a", "b", "c"]);
  shelf.dispose();
  assertEquals(shelf.teachers.map(({ loaded }) => loaded), [false, false, false]);
});

test("a shelf for one needs the memory of its largest teacher only", () => {
  using batch = new UnlabelledBatch(torch.ones([1, 1, 2, 2], { device }));
  const widths = [1000, 250_000, 2000];
  using shelf = new Shelf(widths.map((width, i) => lazy(`${i}`, width, [])), { resident: 1 });
  torch.resetPeakMemory(device);
  const before = torch.memory(device).bytes;
  for (const teacher of shelf.teachers) torch.scope(() => void shelf.ask(batch, [teacher]));
  const peak = torch.memory(device).peakBytes - before;
  const largest = 250_000 * 5 * 4;
  // Weights and outputs of the largest one (while it is made: the output twice).
  assertEquals(peak >= largest && peak < largest * 1.6, true, `${peak} of ${largest} bytes`);
});

test("what cannot be released stays, and does not count", () => {
  using batch = new UnlabelledBatch(torch.ones([1, 1, 2, 2], { device }));
  const fixed = descriptive({ name: "pixels", features: (x) => x.flatten(1), featureDim: 4 });
  using shelf = new Shelf([fixed, lazy("a", 5, []), lazy("b", 5, [])], { resident: 1 });
  shelf.ask(batch);
  assertEquals(shelf.teachers.map(({ loaded }) => loaded), [true, false, true]);
  for (const resident of [0, -1, 1.5, NaN]) {
    assertThrows(() => new Shelf([], { resident }), ArgumentError, `${resident}`);
  }
});
