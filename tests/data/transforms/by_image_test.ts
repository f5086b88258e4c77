// What a transform makes of an image is the same in any batch, and what it says of itself.
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { canonicalJson } from "../../../src/base/spec.ts";
import * as data from "../../../src/data/mod.ts";
import * as torch from "../../../src/torch/mod.ts";
import { device, test } from "../../helpers.ts";

/** Every transform that draws. */
const random: Record<string, data.Transform> = {
  crop: data.randomCrop(2),
  "crop of a size": data.randomCrop(1, { size: [9, 7], fill: 0.3 }),
  "horizontal flip": data.randomHorizontalFlip(),
  "vertical flip": data.randomVerticalFlip(),
  affine: data.randomAffine({ degrees: 30, shift: 0.2, scale: [0.8, 1.2], shear: 10 }),
  rotation: data.randomRotation(20, { interpolation: "nearest", fill: 0.3 }),
  erasing: data.randomErasing(),
  cutout: data.cutout(5),
  blur: data.randomGaussianBlur({ size: 5 }),
  solarize: data.randomSolarize({ threshold: 0.3 }),
  jitter: data.colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
  "some jitter": data.colorJitter({ contrast: [0.2, 1.8], p: 0.5 }),
  grayscale: data.randomGrayscale(0.5),
  randAugment: data.randAugment({ count: 3, magnitude: 20 }),
  "smooth randAugment": data.randAugment({ interpolation: "bilinear" }),
  "resized crop": data.randomResizedCrop([12, 10]),
  "bicubic resized crop": data.randomResizedCrop(11, { interpolation: "bicubic" }),
  several: data.compose(
    data.randomResizedCrop(14),
    data.randomHorizontalFlip(),
    data.randAugment(),
    data.colorJitter({ brightness: 0.2, contrast: 0.2 }),
    data.randomErasing(),
    data.normalize([0.5, 0.4, 0.3], [0.2, 0.3, 0.4]),
  ),
};

/** Those that do not. */
const fixed: Record<string, data.FixedTransform> = {
  normalize: data.normalize(0.1307, 0.3081),
  "normalize by channel": data.normalize([0.5, 0.4, 0.3], [0.2, 0.3, 0.4]),
  resize: data.resize([12, 10]),
  "bicubic resize": data.resize(25, { interpolation: "bicubic" }),
  "plain resize": data.resize(8, { antialias: false }),
  toFloat: data.toFloat,
  grayscale: data.grayscale,
  autocontrast: data.autocontrast,
  equalize: data.equalize,
};

const COUNT = 32;

/** Images of an odd size, so that no row begins where vectors do. */
function pictures(dtype: "uint8" | "float32"): torch.Tensor {
  torch.manualSeed(1);
  const bytes = torch.randint(0, 256, [COUNT, 3, 17, 13], { dtype: "uint8", device });
  return dtype === "uint8" ? bytes : data.toFloat(bytes);
}

/** What becomes of some of the images, in this order. */
function apply(
  transform: data.Transform,
  images: torch.Tensor,
  indices: readonly number[],
  { seed = 4, variant = 2 } = {},
): string[] {
  return torch.scope(() => {
    const rows = torch.tensor(Int32Array.from(indices), { dtype: "int64", device });
    const result = transform(
      images.indexSelect(0, rows),
      new data.ImageRandom(seed, variant, indices),
    );
    assertEquals(result.size(0), indices.length);
    const values = result.data();
    const each = values.length / indices.length;
    return indices.map((_, row) => values.slice(row * each, (row + 1) * each).join());
  });
}

const order = Array.from({ length: COUNT }, (_, index) => index);

for (const dtype of ["uint8", "float32"] as const) {
  test(`an image of ${dtype} becomes the same in any batch, bit for bit`, () => {
    const images = pictures(dtype);
    for (const [name, transform] of Object.entries({ ...random, ...fixed })) {
      const whole = apply(transform, images, order);
      for (const size of [1, 3, 7]) {
        const parts: string[] = [];
        for (let at = 0; at < COUNT; at += size) {
          parts.push(...apply(transform, images, order.slice(at, at + size)));
        }
        assertEquals(parts, whole, `${name} in batches of ${size}`);
      }
      // Another order, and a subset with other neighbors.
      const mixed = order.map((index) => (index * 13 + 5) % COUNT);
      assertEquals(apply(transform, images, mixed), mixed.map((i) => whole[i]), `${name}, mixed`);
      const few = [30, 4, 17, 4];
      assertEquals(apply(transform, images, few), few.map((i) => whole[i]), `${name}, a few`);
    }
  });
}

test("the contrast of one large image is the same alone and among others", () => {
  torch.manualSeed(224);
  const images = data.toFloat(torch.randint(0, 256, [13, 3, 224, 224], { dtype: "uint8", device }));
  const transform = data.colorJitter({ contrast: 0.4 });
  const indices = Array.from({ length: 13 }, (_, index) => index);
  const whole = transform(images, new data.ImageRandom(1, 2, indices));
  for (const index of indices) {
    const alone = transform(images.narrow(0, index, 1), new data.ImageRandom(1, 2, [index]));
    assert(alone.equal(whole.narrow(0, index, 1)), `image ${index}`);
  }
});

test("variants, seeds and images differ", () => {
  const images = pictures("uint8");
  const one = images.narrow(0, 0, 1).expand([COUNT, -1, -1, -1]).contiguous();
  for (const [name, transform] of Object.entries(random)) {
    const first = apply(transform, one, order);
    assert(new Set(first).size > 1, `${name}: all images alike`);
    assertNotEquals(apply(transform, one, order, { seed: 5 }), first, `${name}: seeds alike`);
    assertNotEquals(apply(transform, one, order, { variant: 3 }), first, `${name}: variants alike`);
    assertEquals(apply(transform, one, order), first, name);
  }
});

test("transforms after another one draw on, and do not repeat what was drawn", () => {
  // With the same number for both, either none or both of the flips would be made.
  const images = torch.arange(4, { dtype: "uint8", device }).reshape(1, 1, 2, 2)
    .expand([400, 1, 2, 2]).contiguous();
  const flips = data.compose(data.randomHorizontalFlip(), data.randomVerticalFlip());
  const indices = Array.from({ length: 400 }, (_, index) => index);
  const rows = flips(images, new data.ImageRandom(1, 0, indices)).flatten(1)
    .toArray() as number[][];
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.join(), (counts.get(row.join()) ?? 0) + 1);
  assertEquals([...counts.keys()].sort(), ["0,1,2,3", "1,0,3,2", "2,3,0,1", "3,2,1,0"]);
  for (const count of counts.values()) assert(Math.abs(count - 100) < 5 * 8.7, `${count}`);
});

test("a transform says what it does, with everything that was left out", () => {
  const specs: [data.Transform, unknown][] = [
    [data.randomCrop(2), { name: "randomCrop", padding: 2, size: null, fill: 0 }],
    [data.randomHorizontalFlip(), { name: "randomHorizontalFlip", p: 0.5 }],
    [data.randomVerticalFlip(0.2), { name: "randomVerticalFlip", p: 0.2 }],
    [data.randomRotation(9), {
      name: "randomAffine",
      degrees: 9,
      shift: 0,
      scale: [1, 1],
      shear: 0,
      interpolation: "bilinear",
      fill: 0,
    }],
    [data.randomErasing(), {
      name: "randomErasing",
      p: 0.5,
      area: [0.02, 0.33],
      ratio: [0.3, 3.3],
      fill: 0,
    }],
    [data.cutout(4), { name: "cutout", size: 4, fill: 0 }],
    [data.randomGaussianBlur(), { name: "randomGaussianBlur", size: 23, sigma: [0.1, 2], p: 0.5 }],
    [data.colorJitter({ brightness: 0.5, hue: [-0.1, 0.2] }), {
      name: "colorJitter",
      brightness: [0.5, 1.5],
      contrast: null,
      saturation: null,
      hue: [-0.1, 0.2],
      p: 1,
    }],
    [data.randomGrayscale(), { name: "randomGrayscale", p: 0.1 }],
    [data.randAugment(), {
      name: "randAugment",
      count: 2,
      magnitude: 9,
      bins: 31,
      interpolation: "nearest",
      fill: 0,
    }],
    [data.randomResizedCrop(8), {
      name: "randomResizedCrop",
      size: [8, 8],
      scale: [0.08, 1],
      ratio: [3 / 4, 4 / 3],
      interpolation: "bilinear",
      antialias: true,
    }],
    [data.resize([3, 4]), {
      name: "resize",
      size: [3, 4],
      interpolation: "bilinear",
      antialias: true,
    }],
    [data.normalize(0.5, 0.25), { name: "normalize", mean: [0.5], std: [0.25] }],
    [data.toFloat, { name: "toFloat" }],
    [data.grayscale, { name: "grayscale" }],
    [data.autocontrast, { name: "autocontrast" }],
    [data.equalize, { name: "equalize" }],
  ];
  for (const [transform, spec] of specs) assertEquals(transform.spec, spec as never);
  const parts = [data.cutout(4), data.compose(data.toFloat)];
  assertEquals(data.compose(...parts).spec, {
    name: "compose",
    parts: [{ name: "cutout", size: 4, fill: 0 }, {
      name: "compose",
      parts: [{ name: "toFloat" }],
    }],
  });
  assertEquals(data.compose().spec, { name: "compose", parts: [] });
  assertEquals(data.compose(data.cutout(4), (images) => images).spec, undefined);
  for (const [name, { spec }] of Object.entries({ ...random, ...fixed })) {
    assertEquals(JSON.parse(canonicalJson(spec!)), spec as never, name);
  }
});

test("what a transform says stays true when the options it was given are changed", () => {
  const options = { scale: [0.2, 0.4] as [number, number], degrees: 10 };
  const transform = data.randomAffine(options);
  const images = pictures("uint8");
  const [spec, before] = [canonicalJson(transform.spec!), apply(transform, images, order)];
  options.scale[1] = 3;
  options.degrees = 90;
  assertEquals([canonicalJson(transform.spec!), apply(transform, images, order)], [spec, before]);
});
