import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import { descriptive, pool, type Teacher } from "../../src/teachers/mod.ts";
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

test("a pool's teachers take turns in memory", () => {
  const loads: string[] = [];
  const images = torch.ones([1, 1, 2, 2], { device });
  using shelf = pool(["a", "b", "c"].map((name) => lazy(name, 5, loads)));
  for (const teacher of shelf.teachers) {
    teacher.run(images);
    assertEquals(shelf.teachers.filter(({ loaded }) => loaded), [teacher]);
  }
  assertEquals(loads, ["a", "b", "c"]);
});

test("a pool of two keeps two, and lets go of the one that was loaded first", () => {
  const loads: string[] = [];
  const images = torch.ones([1, 1, 2, 2], { device });
  using shelf = pool(["a", "b", "c"].map((name) => lazy(name, 5, loads)), { resident: 2 });
  for (const teacher of shelf.teachers) teacher.run(images);
  assertEquals(shelf.teachers.map(({ loaded }) => loaded), [false, true, true]);
});

test("a pool needs the memory of its largest teacher only", () => {
  const images = torch.ones([1, 1, 2, 2], { device });
  const widths = [1000, 250_000, 2000];
  using shelf = pool(widths.map((width, i) => lazy(`${i}`, width, [])));
  torch.resetPeakMemory(device);
  const before = torch.memory(device).bytes;
  for (const teacher of shelf.teachers) torch.scope(() => void teacher.run(images));
  const peak = torch.memory(device).peakBytes - before;
  const largest = 250_000 * 5 * 4;
  // Weights and outputs of the largest one (while it is made: the output twice).
  assertEquals(peak >= largest && peak < largest * 1.6, true, `${peak} of ${largest} bytes`);
});

test("what cannot be released has no place in a pool", () => {
  const fixed = descriptive({ name: "pixels", features: (x) => x.flatten(1), featureDim: 4 });
  assertThrows(() => pool([fixed]), ArgumentError, '"pixels"');
  assertThrows(() => pool([], { resident: 0 }), ArgumentError, "got 0");
});
