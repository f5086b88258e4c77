import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { assertThrows } from "@std/assert";
import { ArgumentError, DisposedError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import {
  LabelledBatch,
  MixedBatch,
  normalize,
  UnlabelledBatch,
  type View,
} from "../../src/data/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const view: View = { size: [4, 4], mean: [0.5], std: [0.25] };
const pixels = (count = 3, dtype: torch.DType = "uint8") =>
  torch.scope(() => torch.randint(0, 256, [count, 1, 4, 4], { device }).to(dtype));
const labels = (...values: number[]) => torch.tensor(values, { dtype: "int64", device });

test("equal views are rendered once, and other ones anew", () => {
  const batch = new UnlabelledBatch(pixels());
  const seen = batch.view(view);
  assertClose(seen, normalize([0.5], [0.25])(batch.pixels));
  const before = torch.memory().tensors;
  assertStrictEquals(batch.view({ size: [4, 4], mean: [0.5], std: [0.25] }), seen);
  assertStrictEquals(batch.view({ ...view, interpolation: "bilinear" }), seen);
  // Batches are resized as a whole, whatever part of a photograph is cut out.
  assertStrictEquals(batch.view({ ...view, cropFraction: 0.875 }), seen);
  assertEquals(torch.memory().tensors, before);
  const others: View[] = [
    { ...view, size: [4, 5] },
    { ...view, mean: [0.25] },
    { ...view, std: [0.5] },
    { ...view, interpolation: "bicubic" },
  ];
  for (const other of others) {
    assertNotStrictEquals(batch.view(other), seen);
    assertStrictEquals(batch.view(other), batch.view({ ...other, cropFraction: 0.5 }));
    assertEquals(batch.view(other).shape, [3, 1, ...other.size]);
  }
  assertStrictEquals(batch.view(view), seen);
});

test("bytes are rendered to 0 to 1 once; floats are their own images", () => {
  const batch = new UnlabelledBatch(pixels());
  assertStrictEquals(batch.images, batch.view(null));
  assertStrictEquals(batch.images, batch.images);
  assertEquals([batch.pixels.dtype, batch.images.dtype], ["uint8", "float32"]);
  assertClose(batch.images, batch.pixels.float().div(255));
  const floats = new UnlabelledBatch(torch.rand([2, 1, 4, 4], { device }));
  assertStrictEquals(floats.images, floats.pixels);
});

test("what was rendered belongs to the scope that was open, and is rendered again after it", () => {
  const batch = new UnlabelledBatch(pixels());
  const before = torch.memory().tensors;
  let first: torch.Tensor | undefined;
  const values = torch.scope(() => {
    first = batch.view(view);
    return first.toArray();
  });
  assert(first?.isDisposed);
  assertEquals(torch.memory().tensors, before);
  assertEquals(batch.view(view).toArray(), values);
});

test("a batch is disposed of with all that was rendered of it", () => {
  const before = torch.memory().tensors;
  const batch = new LabelledBatch(pixels(), labels(0, 1, 0));
  const [seen, images] = [batch.view(view), batch.images];
  batch.dispose();
  assert(seen.isDisposed && images.isDisposed && batch.labels.isDisposed);
  assert(batch.indices.isDisposed && batch.pixels.isDisposed);
  assertEquals(torch.memory().tensors, before);
  batch.dispose();
  assertThrows(() => batch.view(view), DisposedError);
  // Floats are rendered as they are: disposing of both is disposing of one.
  const floats = new UnlabelledBatch(torch.rand([2, 1, 4, 4], { device }));
  assertStrictEquals(floats.images, floats.pixels);
  floats.dispose();
  assertEquals(torch.memory().tensors, before);
});

test("a batch without indices counts from 0", () => {
  const batch = new LabelledBatch(pixels(3), labels(0, 1, 0));
  assertEquals([batch.indices.dtype, batch.indices.device], ["int64", "cpu"]);
  assertEquals(batch.indices.toArray(), [0, 1, 2]);
  assertEquals(batch.places(), Int32Array.of(0, 1, 2));
  assertEquals([batch.length, batch.origin], [3, null]);
  const placed = new UnlabelledBatch(pixels(2), torch.tensor([7, 3], { dtype: "int64" }));
  assertEquals(placed.places(), Int32Array.of(7, 3));
});

test("wrong pixels and labels are refused by their values", () => {
  const refuse = (make: () => unknown, type: new (message: string) => Error, word: string) =>
    assertThrows(make, type, word);
  refuse(() => new UnlabelledBatch([1] as never), ArgumentError, "got object");
  refuse(() => new UnlabelledBatch(undefined as never), ArgumentError, "got undefined");
  refuse(() => new UnlabelledBatch(pixels(0)), ShapeError, "[0, 1, 4, 4]");
  refuse(() => new UnlabelledBatch(torch.zeros([4])), ShapeError, "[4]");
  refuse(() => new UnlabelledBatch(torch.zeros([])), ShapeError, "[]");
  refuse(() => new LabelledBatch(pixels(), [0, 1, 2] as never), ArgumentError, "got object");
  refuse(() => new LabelledBatch(pixels(), labels(0, 1)), ShapeError, "[3], got [2]");
  refuse(
    () => new LabelledBatch(pixels(), torch.zeros([3, 2])),
    ShapeError,
    "[3], got [3, 2]",
  );
  const whole = new UnlabelledBatch(pixels(2, "int64"));
  refuse(() => whole.images, DTypeError, "int64");
  refuse(() => whole.view(view), DTypeError, "int64");
  const normalized = new UnlabelledBatch(torch.randn([2, 1, 4, 4]).mul(3));
  refuse(() => normalized.view(view), ArgumentError, "normalized already");
});

test("a mixed batch is of a labelled and an unlabelled one, in this order", () => {
  const labelled = new LabelledBatch(pixels(), labels(0, 1, 0));
  const unlabelled = new UnlabelledBatch(pixels());
  const mixed = new MixedBatch(labelled, unlabelled);
  assertStrictEquals(mixed.labelled, labelled);
  assertThrows(() => new MixedBatch(unlabelled as never, labelled as never), ArgumentError);
  assertThrows(() => new MixedBatch(labelled, labelled as never), ArgumentError, "UnlabelledBatch");
  mixed.dispose();
  assert(labelled.labels.isDisposed && unlabelled.pixels.isDisposed);
});
