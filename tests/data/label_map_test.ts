import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

const { LabelMap } = data;
const space = ["bag", "boot", "coat", "shirt"];

/** Asserts that a body throws, and that the message has all these parts. */
function refuse(body: () => unknown, ...parts: string[]): void {
  const { message } = assertThrows(body, ArgumentError);
  for (const part of parts) assert(message.includes(part), `"${part}" is not in: ${message}`);
}

test("a map by numbers puts logits at the classes that a teacher knows", () => {
  const map = new LabelMap([3, null, 1], 5);
  assertEquals([map.numClasses, map.ownClasses], [5, 3]);
  assertEquals([map.known, map.own], [[1, 3], [2, 0]]);
  assert(!map.isWhole && !map.isIdentity);
  const logits = torch.tensor([[5, 6, 7], [-1, 0, 2]], { device });
  const gone = -Infinity;
  assertEquals(map.apply(logits).toArray(), [
    [gone, 7, gone, 5, gone],
    [gone, 2, gone, -1, gone],
  ]);
  assertEquals(map.spec(), [null, 2, null, 0, null]);
});

test("a map keeps the dtype of logits, and its softmax is that of the known classes", () => {
  const map = new LabelMap([2, 0], 3);
  for (const dtype of ["float16", "bfloat16", "float32", "float64"] as const) {
    const joint = map.apply(torch.tensor([[0, 0]], { dtype, device }));
    assertEquals(joint.dtype, dtype);
    assertEquals(joint.softmax(1).toArray(), [[0.5, 0, 0.5]]);
  }
});

test("a map of all classes reorders them, and the one of none changes nothing", () => {
  const whole = new LabelMap([2, 0, 1], 3);
  assert(whole.isWhole && !whole.isIdentity);
  assertEquals(whole.apply(torch.tensor([[10, 20, 30]], { device })).toArray(), [[20, 30, 10]]);
  assert(new LabelMap([0, 1, 2], 3).isIdentity);
  // A class of the teacher's that nobody wants is something to be mapped.
  const more = new LabelMap([0, 1, 2, null], 3);
  assert(more.isWhole && !more.isIdentity);
  assertEquals(more.apply(torch.tensor([[1, 2, 3, 9]], { device })).toArray(), [[1, 2, 3]]);
});

test("numbers that are no map are refused", () => {
  refuse(() => new LabelMap([0, 3], 3), "class 1", "class 3", "0 to 2", "[0, 3]");
  refuse(() => new LabelMap([0, -1], 3), "-1");
  refuse(() => new LabelMap([0.5], 3), "0.5");
  refuse(() => new LabelMap([1, 0, 1], 3), "classes 0 and 2", "class 1");
  refuse(() => new LabelMap([null, null], 3), "none of the 3 classes");
  refuse(() => new LabelMap([], 3), "none of the 3 classes");
  refuse(() => new LabelMap([0], 0), "at least 1");
  refuse(() => new LabelMap([7], 3, 'Teacher "a"'), 'Teacher "a"');
  const map = new LabelMap([0, 1], 3);
  for (const shape of [[2, 3], [2], [1, 2, 1]]) {
    assertThrows(() => map.apply(torch.zeros(shape, { device })), ShapeError, "(B, 2)");
  }
});

test("a map by names finds classes in any order, renames and drops", () => {
  const map = LabelMap.byName(["shirt", "tee", "boot"], space, { rename: { tee: null } });
  assertEquals([map.known, map.own], [[1, 3], [2, 0]]);
  const renamed = LabelMap.byName(["T-shirt", "boot"], space, { rename: { "T-shirt": "shirt" } });
  assertEquals([renamed.known, renamed.own], [[1, 3], [1, 0]]);
  assert(LabelMap.byName(space, space).isIdentity);
  assert(LabelMap.byName([...space].reverse(), space).isWhole);
  // Names of two classes are no hindrance where all are the same.
  assert(LabelMap.byName(["crane", "crane"], ["crane", "crane"]).isIdentity);
  // A name swapped for another's.
  const swapped = LabelMap.byName(["bag", "boot"], space, { rename: { bag: "boot", boot: "bag" } });
  assertEquals(swapped.own, [1, 0]);
});

test("classes that do not match are listed, each with the nearest name", () => {
  const own = ["shirts", "boot", "hat"];
  refuse(
    () => LabelMap.byName(own, space, { who: 'Teacher "shop"' }),
    'Teacher "shop"',
    "2 of its 3 classes",
    '"shirts" (nearest: "shirt")',
    '"hat" (nearest:',
    '{ "shirts": "shirt" }',
    '"drop"',
  );
  assertEquals(LabelMap.byName(own, space, { others: "drop" }).known, [1]);
  assertEquals(
    LabelMap.byName(own, space, { rename: { shirts: "shirt" }, others: "drop" }).known,
    [1, 3],
  );
  const many = ["bag", ...Array.from({ length: 40 }, (_, i) => `other ${i}`)];
  refuse(() => LabelMap.byName(many, space), "40 of its 41", '"other 0"', "and 28 more");
  assertEquals(LabelMap.byName(many, space, { others: "drop" }).known, [0]);
});

test("names that are no map are refused", () => {
  refuse(() => LabelMap.byName(["a", "b"], space), "none of its 2 classes", '"a"', '"shirt"');
  refuse(() => LabelMap.byName(["a"], space, { others: "drop" }), "none of its 1 classes");
  refuse(() => LabelMap.byName([], space), "no class");
  refuse(() => LabelMap.byName(["bag", 3 as never], space), "number 1 is 3");
  refuse(
    () => LabelMap.byName(["bag", "sack"], space, { rename: { sack: "bag" } }),
    '0 ("bag")',
    '1 ("sack")',
    "null",
  );
  refuse(() => LabelMap.byName(["crane", "bag", "crane"], ["crane", "bag"]), "0 (", "2 (");
  refuse(() => LabelMap.byName(["bag"], ["bag", "coat", "bag"]), "Two classes", '"bag"');
  refuse(
    () => LabelMap.byName(["bag", "coat"], space, { rename: { baag: null } }),
    '"baag" (nearest: "bag")',
  );
  refuse(
    () => LabelMap.byName(["bag", "tee"], space, { rename: { tee: "shirtt" } }),
    '"tee"',
    '"shirtt" (nearest: "shirt")',
  );
  refuse(() => LabelMap.byName(["bag"], space, { others: "keep" as never }), '"keep"');
});
