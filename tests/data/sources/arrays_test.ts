import { assertThrows } from "@std/assert";
import { type ImageArrays, validateImageArrays } from "../../../src/data/sources/mod.ts";
import { ArgumentError, IndexError } from "../../../src/base/errors.ts";

const GOOD: ImageArrays = {
  images: new Uint8Array(2 * 3 * 4),
  labels: Uint8Array.of(0, 1),
  count: 2,
  height: 3,
  width: 4,
  channels: 1,
  classNames: ["a", "b"],
};

Deno.test("image arrays that fit together pass, with labels of either type", () => {
  validateImageArrays(GOOD);
  validateImageArrays({ ...GOOD, labels: Int32Array.of(1, 0) });
});

Deno.test("image arrays with a size that is no positive whole number are refused", () => {
  for (const bad of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => validateImageArrays({ ...GOOD, height: bad }), ArgumentError, "height");
  }
});

Deno.test("image arrays with too few or too many pixels or labels are refused", () => {
  for (const length of [0, 23, 25]) {
    const images = new Uint8Array(length);
    assertThrows(() => validateImageArrays({ ...GOOD, images }), ArgumentError, `${length}`);
  }
  for (const length of [0, 1, 3]) {
    const labels = new Uint8Array(length);
    assertThrows(() => validateImageArrays({ ...GOOD, labels }), ArgumentError, `${length} labels`);
  }
});

Deno.test("image arrays of the wrong type are refused", () => {
  const floats = new Float32Array(24) as unknown as Uint8Array;
  assertThrows(() => validateImageArrays({ ...GOOD, images: floats }), ArgumentError, "Uint8Array");
  const labels = Float32Array.of(0, NaN) as unknown as Uint8Array;
  assertThrows(() => validateImageArrays({ ...GOOD, labels }), ArgumentError, "labels");
});

Deno.test("a label without a class name is refused", () => {
  const labels = Int32Array.of(0, 2);
  assertThrows(() => validateImageArrays({ ...GOOD, labels }, "toys"), IndexError, "label 2");
  const below = Int32Array.of(-1, 0);
  assertThrows(() => validateImageArrays({ ...GOOD, labels: below }), IndexError, "label -1");
  assertThrows(() => validateImageArrays({ ...GOOD, classNames: [] }), ArgumentError, "classNames");
});
