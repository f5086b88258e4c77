// Colors, tones and resized parts: torchvision's results for the same numbers, and what is drawn.
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import { ArgumentError, DTypeError, ShapeError } from "../../../src/base/errors.ts";
import * as torch from "../../../src/torch/mod.ts";
import { device, test } from "../../helpers.ts";
import { randomOf } from "../images.ts";

const golden = new URL("../../golden/image_transforms.safetensors", import.meta.url).pathname;

function load(): Map<string, torch.Tensor> {
  return new Map(
    Object.entries(torch.loadSafetensors(golden)).map(([name, value]) => [name, value.to(device)]),
  );
}

/** Asserts that all values differ by at most `most`, and all but a part of them by at most `few`. */
function assertNear(
  name: string,
  actual: torch.Tensor,
  expected: torch.Tensor,
  most: number,
  { few = most, part = 0 } = {},
): void {
  assertEquals([actual.dtype, actual.shape], [expected.dtype, expected.shape], name);
  const distance = actual.double().sub(expected.double()).abs();
  const largest = distance.max().item() as number;
  assert(largest <= most, `${name}: differs by ${largest}`);
  const beyond = distance.gt(few).double().mean().item() as number;
  assert(beyond <= part, `${name}: ${beyond} of the values differ by more than ${few}`);
}

const FACTORS = [0, 0.6, 1.7];

test("colors and tones are torchvision's, of bytes and of floats", () => {
  const truth = load();
  const bytes = truth.get("images")!;
  const functions: Record<string, (images: torch.Tensor) => torch.Tensor> = {
    brightness: (images) => data.adjustBrightness(images, FACTORS),
    contrast: (images) => data.adjustContrast(images, FACTORS),
    saturation: (images) => data.adjustSaturation(images, FACTORS),
    sharpness: (images) => data.adjustSharpness(images, FACTORS),
    hue: (images) => data.adjustHue(images, [-0.3, 0.05, 0.5]),
    blur: (images) => data.gaussianBlur(images, [0.3, 1, 2], 5),
    grayscale: data.grayscale,
    posterize: (images) => data.posterize(images, 3),
    solarize: (images) => data.solarize(images, 0.4),
    autocontrast: data.autocontrast,
    equalize: data.equalize,
  };
  for (const [name, apply] of Object.entries(functions)) {
    const before = bytes.data();
    // A value just at the edge between two bytes may fall to either side.
    assertNear(`${name} of bytes`, apply(bytes), truth.get(`bytes/${name}`)!, 1, {
      few: 0,
      part: 0.02,
    });
    assertEquals(bytes.data(), before, `${name} changes what it is given`);
    // torchvision's Gaussian has its weights in float32 too, but sums them in another order.
    const floats = bytes.float().div(255);
    assertNear(`${name} of floats`, apply(floats), truth.get(`floats/${name}`)!, 2e-5);
  }
});

test("colors and tones keep other floating-point dtypes", () => {
  for (const dtype of ["float64", "float16"] as const) {
    const images = torch.rand([3, 3, 8, 8], { device }).to(dtype);
    const results = [
      data.adjustBrightness(images, FACTORS),
      data.adjustContrast(images, FACTORS),
      data.adjustSaturation(images, FACTORS),
      data.adjustSharpness(images, FACTORS),
      data.adjustHue(images, [0.1, 0.2, -0.3]),
      data.gaussianBlur(images, [1, 1, 1], 3),
      data.grayscale(images),
      data.posterize(images, 3),
      data.solarize(images, 0.5),
      data.autocontrast(images),
      data.equalize(images),
      data.randAugmentChange(images, "rotate", 0.5, [1, 1, 1]),
    ];
    assertEquals(results.map((result) => result.dtype), results.map(() => dtype));
  }
});

test("RandAugment's changes are torchvision's, forwards and backwards", () => {
  const truth = load();
  const images = truth.get("images")!;
  const names = [...truth.keys()].filter((name) => name.startsWith("augment/"));
  const theirs: Record<string, data.RandAugmentChange> = {
    Identity: "identity",
    ShearX: "shearX",
    ShearY: "shearY",
    TranslateX: "translateX",
    TranslateY: "translateY",
    Rotate: "rotate",
    Brightness: "brightness",
    Color: "color",
    Contrast: "contrast",
    Sharpness: "sharpness",
    Posterize: "posterize",
    Solarize: "solarize",
    AutoContrast: "autocontrast",
    Equalize: "equalize",
  };
  assertEquals(Object.values(theirs), [...data.RAND_AUGMENT_CHANGES]);
  assertEquals(names.length, 14 + 9);
  for (const name of names) {
    const [, change, sign] = name.split("/");
    const directions = [Number(sign), Number(sign), Number(sign)];
    const result = data.randAugmentChange(images, theirs[change], 9 / 30, directions);
    const moves = /Shear|Translate|Rotate/.test(change);
    // A place just between two pixels may fall to either side.
    assertNear(name, result, truth.get(name)!, moves ? 255 : 1, { few: 0, part: 0.01 });
  }
  const mixed = data.randAugmentChange(images, "translateX", 9 / 30, [1, -1, 1]);
  const expected = ["1", "-1", "1"].map((sign, row) =>
    truth.get(`augment/TranslateX/${sign}`)!.narrow(0, row, 1)
  );
  assertNear("mixed", mixed, torch.cat(expected), 0);
});

test("a resized part is torchvision's", () => {
  const truth = load();
  const crop = truth.get("images")!.narrow(2, 2, 9).narrow(3, 1, 11);
  const bytes = data.resize([6, 7])(crop);
  assertNear("bytes", bytes, truth.get("bytes/resized crop")!, 1);
  const floats = data.resize([6, 7])(crop.float().div(255));
  assertNear("floats", floats, truth.get("floats/resized crop")!, 1e-6);
});

test("randomResizedCrop takes parts of the areas and shapes wanted", () => {
  // Each pixel's values are its column and row, so that a part's edges can be read off its corners.
  const size = 100;
  const line = torch.arange(size, { dtype: "float32", device }).div(size);
  const columns = line.reshape(1, 1, 1, size).expand([300, 1, size, size]);
  const rows = line.reshape(1, 1, size, 1).expand([300, 1, size, size]);
  const images = torch.cat([columns, rows], 1);
  const ranges = { scale: [0.2, 0.5], ratio: [0.5, 2] } as const;
  const crop = data.randomResizedCrop([2, 2], { ...ranges, antialias: false });
  const parts = crop(images, randomOf(300)).toArray() as number[][][][];
  const [areas, shapes]: number[][] = [[], []];
  for (const [across, down] of parts) {
    // Two pixels in the middles of the halves: they are half the part apart.
    const width = 2 * (across[0][1] - across[0][0]) * size;
    const height = 2 * (down[1][0] - down[0][0]) * size;
    areas.push(width * height / size ** 2);
    shapes.push(Math.log2(width / height));
  }
  assert(Math.min(...areas) > 0.18 && Math.max(...areas) < 0.52, `${areas}`);
  assert(Math.min(...shapes) > -1.1 && Math.max(...shapes) < 1.1, `${shapes}`);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  // Even from 0.2 to 0.5, and even in the logarithm: within five deviations.
  assert(Math.abs(mean(areas) - 0.35) < 5 * 0.3 / Math.sqrt(12 * 300), `${mean(areas)}`);
  assert(Math.abs(mean(shapes)) < 5 * 2 / Math.sqrt(12 * 300), `${mean(shapes)}`);
  const wrong: data.RandomResizedCropOptions[] = [
    { scale: [0, 1] },
    { scale: [0.5, 0.4] },
    { ratio: [0, 1] },
  ];
  for (const options of wrong) {
    assertThrows(() => data.randomResizedCrop(2, options), ArgumentError);
  }
});

test("colorJitter's amounts are even in their range, its order any", () => {
  const gray = torch.full([4000, 3, 1, 1], 0.5, { device });
  const lit = data.colorJitter({ brightness: 0.4 })(gray, randomOf(4000)).select(1, 0).flatten();
  const factors = Array.from(lit.data() as Float32Array, (value) => value / 0.5);
  assert(factors.every((factor) => factor >= 0.6 - 1e-6 && factor <= 1.4 + 1e-6));
  const mean = factors.reduce((sum, factor) => sum + factor, 0) / 4000;
  assert(Math.abs(mean - 1) < 5 * 0.8 / Math.sqrt(12 * 4000), `${mean}`);
  // What is cut off at white in between tells in which order things were done.
  const two = torch.tensor([0.25, 0.125], { shape: [1, 1, 1, 2], device }).expand([200, 1, 1, 2]);
  const both = data.colorJitter({ brightness: [6, 6], contrast: [2, 2] })(two, randomOf(200));
  const results = new Set((both.toArray() as number[][][][]).map((image) => image[0][0].join()));
  assertEquals([...results].sort(), ["1,0.375", "1,0.625"]);
  const wrong: data.ColorJitterOptions[] = [
    { hue: 0.6 },
    { brightness: -1 },
    { contrast: [2, 1] },
    { p: 2 },
  ];
  for (const options of wrong) assertThrows(() => data.colorJitter(options), ArgumentError);
  assertEquals(data.colorJitter({})(gray, randomOf(4000)), gray);
});

test("each image gets changes of its own, the same for the same seed", () => {
  const picture = torch.randint(0, 256, [1, 3, 24, 24], { dtype: "uint8", device });
  const images = picture.expand([32, -1, -1, -1]).contiguous();
  const before = images.data();
  const transforms = {
    jitter: data.colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
    gray: data.randomGrayscale(0.5),
    blur: data.randomGaussianBlur({ size: 5 }),
    augment: data.randAugment(),
    crop: data.randomResizedCrop(12),
  };
  for (const [name, transform] of Object.entries(transforms)) {
    const run = (seed: number) => {
      const tensors = torch.memory().tensors;
      using result = transform(images, randomOf(32, seed));
      assertEquals(torch.memory().tensors - tensors, 1, `${name} leaves tensors`);
      assertEquals(result.dtype, "uint8");
      const rows = result.flatten(1).toArray() as number[][];
      return rows.map((row) => row.join());
    };
    const first = run(1);
    assert(new Set(first).size > 1, `${name}: images differ within a batch`);
    assertEquals(run(1), first, name);
    assertNotEquals(run(2), first, name);
    assertEquals(images.data(), before, `${name} changes what it is given`);
  }
});

test("RandAugment makes every change about as often", () => {
  // Of a picture on which each change gives something else.
  const picture = torch.randint(20, 230, [1, 3, 32, 32], { dtype: "uint8", device });
  const outcomes = new Map<string, string>();
  for (const change of data.RAND_AUGMENT_CHANGES) {
    for (const direction of [1, -1]) {
      const result = data.randAugmentChange(picture, change, 0.9, [direction]);
      const key = (result.flatten().data() as Uint8Array).join();
      if (!outcomes.has(key)) outcomes.set(key, change);
    }
  }
  const count = 1400;
  const images = picture.expand([count, -1, -1, -1]).contiguous();
  const results = data.randAugment({ count: 1, magnitude: 27 })(images, randomOf(count)).flatten(1);
  const counts = new Map<string, number>();
  for (const row of results.toArray() as number[][]) {
    const change = outcomes.get(row.join())!;
    counts.set(change, (counts.get(change) ?? 0) + 1);
  }
  assertEquals([...counts.keys()].sort(), [...data.RAND_AUGMENT_CHANGES].sort());
  for (const [change, times] of counts) {
    assert(Math.abs(times - 100) < 5 * Math.sqrt(100), `${change}: ${times}`);
  }
});

test("what cannot be is refused", () => {
  const images = torch.zeros([2, 3, 4, 4], { device });
  assertThrows(() => data.adjustBrightness(images, [1]), ShapeError, "1 numbers for 2");
  assertThrows(() => data.adjustBrightness(images, [1, -1]), ArgumentError, "-1");
  assertThrows(() => data.adjustContrast(images, [1, NaN]), ArgumentError, "NaN");
  assertThrows(() => data.adjustHue(images, [0, 0.6]), ArgumentError, "0.6");
  assertThrows(() => data.adjustSaturation(images.select(0, 0), [1, 1]), ShapeError);
  assertThrows(() => data.grayscale(torch.zeros([1, 2, 4, 4], { device })), ShapeError, "got 2");
  assertThrows(() => data.posterize(images, 9), ArgumentError, "9");
  assertThrows(() => data.solarize(images, 1.5), ArgumentError, "1.5");
  assertThrows(() => data.autocontrast(images.long()), DTypeError, "int64");
  assertThrows(() => data.gaussianBlur(images, [1, 1], 4), ArgumentError, "odd");
  assertThrows(() => data.gaussianBlur(images, [1, 1], 9), ShapeError, "4 x 4");
  assertThrows(() => data.gaussianBlur(images, [1, 0], 3), ArgumentError, "above 0");
  assertThrows(() => data.randAugment({ magnitude: 31 }), ArgumentError, "0 to 30");
  assertThrows(() => data.randAugment({ count: -1 }), ArgumentError, "-1");
  assertThrows(() => data.randAugment({ bins: 1 }), ArgumentError, "bins");
  assertThrows(() => data.randomGrayscale(2), ArgumentError, "p must be a number from 0 to 1");
  assertThrows(() => data.randomGaussianBlur({ sigma: [0, 1] }), ArgumentError, "above 0");
});
