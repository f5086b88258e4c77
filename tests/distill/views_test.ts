/** Every network sees the pixels as its own view has them, and equal views are rendered once. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { applyView } from "../../src/data/apply_view.ts";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import { create } from "../../src/models/create.ts";
import * as nn from "../../src/nn/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

function dataset(): data.ImageDataset {
  return new data.ImageDataset({
    images: torch.randint(0, 256, [6, 3, 8, 8], { dtype: "uint8" }),
    labels: [0, 1, 0, 1, 0, 1],
    classNames: ["a", "b"],
  });
}

const statistics = { mean: [0.5, 0.4, 0.3], std: [0.5, 0.25, 0.2] };
const whole: data.View = { size: [8, 8], ...statistics };
const small: data.View = {
  size: [4, 6],
  mean: [0, 0, 0],
  std: [1, 1, 1],
  interpolation: "bicubic",
};

/** A teacher of three features that keeps the very tensors that it is shown. */
function watcher(name: string, view: data.View | undefined, shown: Map<string, torch.Tensor[]>) {
  shown.set(name, []);
  return teachers.descriptive({
    name,
    featureDim: 3,
    features: (x) => {
      shown.get(name)!.push(torch.keep(x));
      return x.mean([2, 3]);
    },
    view,
  });
}

/** A student that keeps the very tensors that it is shown. */
class Watching extends nn.Classifier {
  readonly featureDim = 3;
  readonly numClasses = 2;
  readonly head = new nn.Linear(3, 2);
  readonly shown: torch.Tensor[] = [];
  override features(x: torch.Tensor): torch.Tensor {
    this.shown.push(torch.keep(x));
    return x.mean([2, 3]).to(this.head.weight.dtype);
  }
}

function setUp(views: (data.View | undefined)[], own: data.View | null) {
  const shown = new Map<string, torch.Tensor[]>();
  const list = views.map((view, i) => watcher(`teacher ${i}`, view, shown));
  const student = new Watching().to(device);
  student.view = own;
  const method = new distill.Uniform({
    student,
    teachers: list,
    alpha1: 0,
    alpha2: 0,
    standardize: "none",
  });
  const free = () => {
    for (const x of new Set([...shown.values(), student.shown].flat())) x.dispose();
    method.dispose();
    student.dispose();
  };
  return { method, student, seen: list.map(({ name }) => shown.get(name)!), free };
}

test("a student and two teachers see exactly what their views make of the pixels", () => {
  using images = dataset();
  using unlabelled = images.unlabelled();
  const transform = data.compose(data.randomHorizontalFlip(), data.randomCrop(1));
  const loader = new data.Loader(unlabelled, { batchSize: 4, shuffle: true, transform, device });
  for (const own of [whole, small, null]) {
    const { method, student, seen, free } = setUp([small, undefined], own);
    for (using batch of loader.epoch(1)) {
      assertEquals(batch.pixels.dtype, "uint8");
      // "cuda" is reported as "cuda:0".
      assert(batch.pixels.device.startsWith(device));
      torch.scope(() => void method.step(batch));
      for (const [view, tensor] of [[small, seen[0].at(-1)!], [null, seen[1].at(-1)!]] as const) {
        using expected = applyView(batch.pixels, view);
        assertEquals(tensor.toArray(), expected.toArray());
        assertEquals(tensor.dtype, "float32");
      }
      using expected = applyView(batch.pixels, own);
      assertEquals(student.shown.at(-1)!.toArray(), expected.toArray());
    }
    assertEquals([...seen, student.shown].map((list) => list.length), [2, 2, 2]);
    free();
  }
});

test("what a view makes of bytes, by hand", () => {
  using images = dataset();
  const loader = new data.Loader(images, { batchSize: 6, device });
  using batch = loader.batch(0, 0) as data.LabelledBatch;
  assertEquals(batch.pixels.toArray(), images.images.toArray());
  const bytes = batch.pixels.float();
  assertClose(batch.images, bytes.div(255));
  const channels = (values: readonly number[]) =>
    torch.tensor([...values], { device }).reshape([3, 1, 1]);
  assertClose(
    batch.view(whole),
    bytes.div(255).sub(channels(whole.mean)).div(channels(whole.std)),
    { atol: 1e-5 },
  );
  const { interpolate } = nn.functional;
  const resized = interpolate(bytes, { size: [4, 6], mode: "bilinear", antialias: true }).div(255);
  // Bytes are resized to bytes, first in one direction and then in the other.
  assertClose(batch.view({ ...small, interpolation: "bilinear" }), resized, { atol: 1.1 / 255 });
});

test("equal views are rendered once per batch, for whoever has them", () => {
  using images = dataset();
  using batch = new data.UnlabelledBatch(torch.keep(images.images.to({ device, copy: true })));
  // Equal, and not one object; the default of interpolation written out or not; how photographs are cut does not count.
  const same: data.View = {
    interpolation: "bilinear",
    std: [...whole.std],
    mean: [...whole.mean],
    size: [8, 8],
    cropFraction: 0.9,
  };
  const { method, student, seen, free } = setUp([same, small, whole, undefined, undefined], {
    ...whole,
  });
  torch.scope(() => void method.step(batch));
  const [first, other, third, plain, bare] = seen.map(([x]) => x);
  assertStrictEquals(first, third);
  assertStrictEquals(first, student.shown[0]);
  assertStrictEquals(plain, bare);
  assertEquals(new Set([first, other, plain]).size, 3);
  free();
});

test("what was rendered dies with its scope, and is rendered anew for the next one who asks", () => {
  using images = dataset();
  using batch = new data.UnlabelledBatch(torch.keep(images.images.to({ device, copy: true })));
  const rendered = torch.scope(() => {
    const one = batch.view(whole);
    assertStrictEquals(batch.view({ ...whole }), one);
    return { one, values: one.toArray() }.values;
  });
  const again = batch.view(whole);
  assert(!again.isDisposed);
  assertEquals(again.toArray(), rendered);
});

test("floating-point pixels without a view stay as they are, float64 too", () => {
  for (const dtype of ["float64", "float32", "float16", "bfloat16"] as const) {
    const pixels = torch.rand([2, 3, 8, 8], { device }).to(dtype);
    const { method, student, seen, free } = setUp([undefined], null);
    if (dtype === "float64") method.to(dtype);
    method.step(new data.UnlabelledBatch(torch.keep(pixels)));
    assertStrictEquals(seen[0][0], pixels);
    assertStrictEquals(student.shown[0], pixels);
    assertEquals(student.shown[0].dtype, dtype);
    free();
    pixels.dispose();
  }
});

test("a student in float64 learns from pixels in float64 at their full precision", () => {
  const pixels = torch.rand([4, 3, 8, 8], { dtype: "float64", device });
  const { method, student, seen, free } = setUp([undefined], null);
  method.to("float64");
  const batch = () => new data.UnlabelledBatch(pixels);
  const { loss } = method.step(batch());
  assertEquals([loss.dtype, student.shown[0].dtype], ["float64", "float64"]);
  // A change that float32 would lose is seen.
  const before = seen[0][0].sum().item();
  pixels.add_(1e-12);
  method.step(batch());
  assert(Math.abs(seen[0][1].sum().item() - before) > 0);
  free();
});

test("labelled and unlabelled images are seen as one batch, each rendered by the student's view", () => {
  using images = dataset();
  const pixels = () => images.images.to({ device, copy: true });
  const shown = new Map<string, torch.Tensor[]>();
  const teacher = watcher("teacher", small, shown);
  const student = new Watching().to(device);
  student.view = whole;
  const method = new distill.FitNet({ student, teachers: [teacher] });
  const labels = torch.tensor([0, 1, 0, 1, 0, 1], { dtype: "int64", device });
  const labelled = new data.LabelledBatch(pixels(), labels);
  const unlabelled = new data.UnlabelledBatch(pixels().narrow(0, 0, 2));
  method.step(new data.MixedBatch(labelled, unlabelled));
  const both = torch.cat([labelled.pixels, unlabelled.pixels]);
  assertEquals(student.shown[0].toArray(), applyView(both, whole).toArray());
  assertEquals(shown.get("teacher")!.map((x) => x.shape[0]), [6, 2]);
  const asked = torch.cat(shown.get("teacher")!);
  assertEquals(asked.toArray(), applyView(both, small).toArray());
  for (const x of [...shown.get("teacher")!, ...student.shown]) x.dispose();
  method.dispose();
  student.dispose();
});

test("a student without classes learns from features alone", () => {
  using student = create("resnet20", { numClasses: 0 });
  student.to(device);
  const teacher = teachers.descriptive({
    name: "mean",
    featureDim: 3,
    features: (x) => x.mean([2, 3]),
  });
  using method = new distill.Uniform({
    student,
    teachers: [teacher],
    alpha1: 0,
    alpha2: 0,
    standardize: "none",
  });
  const pixels = torch.randn([4, 3, 16, 16], { device });
  const { loss, terms } = method.step(new data.UnlabelledBatch(pixels));
  loss.backward();
  const part = "teachers.mean.reconstruction";
  assertEquals(Object.keys(terms).sort(), ["alignment", "feature", "reconstruction", part]);
  assertEquals(student.parameters().every(({ grad }) => grad !== null), true);
});
