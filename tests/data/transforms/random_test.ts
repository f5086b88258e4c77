// Transforms that draw: what they may give, how often, and that every image has its own.
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  compose,
  cutout,
  randomAffine,
  randomCrop,
  randomErasing,
  randomHorizontalFlip,
  randomRotation,
  randomVerticalFlip,
  type Transform,
} from "../../../src/data/mod.ts";
import { ArgumentError, ShapeError } from "../../../src/base/errors.ts";
import * as torch from "../../../src/torch/mod.ts";
import { assertClose, device, test } from "../../helpers.ts";
import { randomOf } from "../images.ts";

/** Applies `transform` to `count` copies of an image, and returns each result's values as text. */
function outcomes(transform: Transform, image: torch.Tensor, count: number, seed = 1): string[] {
  return torch.scope(() => {
    const images = image.expand([count, -1, -1, -1]).contiguous();
    const result = transform(images, randomOf(count, seed));
    const values = result.data();
    const each = values.length / count;
    return Array.from({ length: count }, (_, i) => values.slice(i * each, (i + 1) * each).join());
  });
}

function counted(list: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of list) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}

/** That a count is within five standard deviations of what its probability says. */
function assertLikely(count: number, of: number, p: number): void {
  const deviation = Math.sqrt(of * p * (1 - p));
  assert(Math.abs(count - of * p) <= 5 * deviation, `${count} of ${of}, expected ${of * p}`);
}

/** 1 2 3 over 4 5 6. */
function image(dtype: torch.DType = "uint8"): torch.Tensor {
  return torch.arange(1, 7, 1, { dtype, device }).reshape(1, 1, 2, 3);
}

test("flips mirror some of the images, each by itself", () => {
  const cases: [(p?: number) => Transform, string][] = [
    [randomHorizontalFlip, "3,2,1,6,5,4"],
    [randomVerticalFlip, "4,5,6,1,2,3"],
  ];
  for (const [flip, flipped] of cases) {
    for (const dtype of ["uint8", "float32"] as const) {
      const counts = counted(outcomes(flip(0.3), image(dtype), 2000));
      assertEquals([...counts.keys()].sort(), ["1,2,3,4,5,6", flipped].sort());
      assertLikely(counts.get(flipped)!, 2000, 0.3);
    }
    assertEquals(counted(outcomes(flip(0), image(), 50)), new Map([["1,2,3,4,5,6", 50]]));
    assertEquals(counted(outcomes(flip(1), image(), 50)), new Map([[flipped, 50]]));
    for (const p of [-0.1, 1.1, NaN]) {
      assertThrows(() => flip(p), ArgumentError, "p must be a number from 0 to 1");
    }
  }
});

test("crops are all the parts of the image with its border, equally likely", () => {
  const tiny = torch.tensor([1, 2, 3, 4], { dtype: "uint8", shape: [1, 1, 2, 2], device });
  // Row by row of the bordered image 0000 0120 0340 0000.
  const expected = [
    "0,0,0,1",
    "0,0,1,2",
    "0,0,2,0",
    "0,1,0,3",
    "1,2,3,4",
    "2,0,4,0",
    "0,3,0,0",
    "3,4,0,0",
    "4,0,0,0",
  ];
  const counts = counted(outcomes(randomCrop(1), tiny, 4500));
  assertEquals([...counts.keys()].sort(), [...expected].sort());
  for (const count of counts.values()) assertLikely(count, 4500, 1 / 9);
});

test("crops can have a size and a color of their own", () => {
  const parts = counted(outcomes(randomCrop(0, { size: [1, 2] }), image(), 400));
  assertEquals([...parts.keys()].sort(), ["1,2", "2,3", "4,5", "5,6"]);
  assertEquals([...counted(outcomes(randomCrop(0), image(), 5)).keys()], ["1,2,3,4,5,6"]);
  const bytes = counted(outcomes(randomCrop(1, { size: [4, 5], fill: 0.5 }), image(), 1));
  assertEquals([...bytes.keys()][0].split(",").filter((value) => value === "128").length, 14);
  const floats = counted(outcomes(randomCrop(1, { size: [4, 5], fill: 0.5 }), image("float32"), 1));
  assertEquals([...floats.keys()][0].split(",").filter((value) => value === "0.5").length, 14);
  assertThrows(() => randomCrop(1, { size: 5 })(image(), randomOf(1)), ShapeError, "5 x 5");
  assertThrows(() => randomCrop(1)(image(), randomOf(2)), ShapeError, "2 images for a batch of 1");
  for (const padding of [-1, 0.5, NaN]) {
    assertThrows(() => randomCrop(padding), ArgumentError, "padding");
  }
  assertThrows(() => randomCrop(0, { size: 0 }), ArgumentError, "size");
});

test("channels of one image are cropped and flipped together", () => {
  const colors = torch.cat([image(), image().add(10), image().add(20)], 1);
  const transform = compose(randomCrop(1), randomHorizontalFlip());
  const result = transform(colors.expand([50, -1, -1, -1]).contiguous(), randomOf(50)).float();
  const first = result.select(1, 0);
  for (const channel of [1, 2]) {
    const border = first.eq(0);
    assertClose(
      result.select(1, channel),
      torch.where(border, first, first.add(10 * channel)),
    );
  }
});

test("rotations are even within their range, each image by its own", () => {
  // One bright pixel right of the center moves on a circle: its angle can be measured.
  const size = 41;
  const dot = torch.zeros([1, 1, size, size], { device });
  dot.narrow(2, 19, 3).narrow(3, 34, 3).fill_(1);
  const count = 400;
  const turned = randomRotation(30)(dot.expand([count, -1, -1, -1]).contiguous(), randomOf(count));
  const place = torch.arange(size, { dtype: "float32", device }).sub(20);
  const mass = turned.sum([1, 2, 3]);
  const x = turned.sum([1, 2]).mul(place).sum(1).div(mass);
  const y = turned.sum([1, 3]).mul(place).sum(1).div(mass);
  const degrees = Array.from(
    y.neg().atan2(x).mul(180 / Math.PI).data() as Float32Array,
  );
  assert(degrees.every((angle) => Math.abs(angle) < 30.5), String(Math.max(...degrees)));
  const mean = degrees.reduce((sum, angle) => sum + angle, 0) / count;
  const variance = degrees.reduce((sum, angle) => sum + (angle - mean) ** 2, 0) / count;
  // Of numbers even from -30 to 30: mean 0, variance 300.
  assert(Math.abs(mean) < 5 * Math.sqrt(300 / count), `mean ${mean}`);
  assert(Math.abs(variance - 300) < 70, `variance ${variance}`);
});

test("randomAffine without ranges changes nothing; its ranges are checked", () => {
  const bytes = image();
  assertClose(randomAffine({})(bytes, randomOf(1)), bytes.float().div(255));
  assertThrows(
    () => randomAffine({ degrees: -1 }),
    ArgumentError,
    "degrees must be a number of at least 0",
  );
  assertThrows(
    () => randomAffine({ shift: NaN }),
    ArgumentError,
    "shift must be a number of at least 0",
  );
  assertThrows(() => randomAffine({ scale: [0, 1] }), ArgumentError, "scale");
  assertThrows(() => randomAffine({ scale: [2, 1] }), ArgumentError, "scale");
  assertThrows(() => randomRotation(Infinity), ArgumentError, "Infinity");
});

test("randomAffine shifts by up to its part of the image, either way", () => {
  const dot = torch.zeros([1, 1, 1, 21], { device });
  dot.select(3, 10).fill_(1);
  const count = 500;
  const moved = randomAffine({ shift: 0.2 })(
    dot.expand([count, -1, -1, -1]).contiguous(),
    randomOf(count),
  );
  const columns = torch.arange(21, { dtype: "float32", device }).sub(10);
  // The vertical shift only dims the single row: what is left is where it is.
  const places = moved.select(2, 0).select(1, 0).mul(columns).sum(1)
    .div(moved.sum([1, 2, 3])).data() as Float32Array;
  assert(places.every((place) => Math.abs(place) <= 4.2 + 1e-4));
  assert(places.some((place) => place > 3.5) && places.some((place) => place < -3.5));
});

test("erasing paints a rectangle of the allowed size into some of the images", () => {
  const size = 20;
  const white = torch.full([1, 1, size, size], 255, { dtype: "uint8", device });
  const erasing = randomErasing({ p: 0.4, area: [0.1, 0.2], ratio: [0.5, 2] });
  const list = outcomes(erasing, white, 1000);
  let erased = 0;
  for (const values of list) {
    const zeros: [number, number][] = [];
    values.split(",").forEach((value, at) => {
      assert(value === "0" || value === "255");
      if (value === "0") zeros.push([Math.floor(at / size), at % size]);
    });
    if (zeros.length === 0) continue;
    erased++;
    const rows = zeros.map(([row]) => row);
    const columns = zeros.map(([, column]) => column);
    const height = Math.max(...rows) - Math.min(...rows) + 1;
    const width = Math.max(...columns) - Math.min(...columns) + 1;
    assertEquals(zeros.length, height * width, "a full rectangle");
    // Whole pixels: each side is rounded by up to half of one.
    assert((height + 0.5) * (width + 0.5) > 0.1 * 400, `${height} x ${width}`);
    assert((height - 0.5) * (width - 0.5) < 0.2 * 400, `${height} x ${width}`);
    assert((height - 0.5) / (width + 0.5) < 2 && (width - 0.5) / (height + 0.5) < 2);
  }
  assertLikely(erased, 1000, 0.4);
  for (const options of [{ p: 2 }, { area: [0, 1] }, { area: [0.5, 0.4] }, { ratio: [0, 1] }]) {
    assertThrows(() => randomErasing(options as { p: number }), ArgumentError);
  }
});

test("cutout covers a square about any pixel, cut off at the edges", () => {
  const white = torch.ones([1, 1, 3, 3], { device });
  const counts = counted(outcomes(cutout(3, { fill: 0.25 }), white, 1800));
  // One outcome for each of the nine centers.
  assertEquals(counts.size, 9);
  for (const count of counts.values()) assertLikely(count, 1800, 1 / 9);
  assert(counts.has(Array(9).fill(0.25).join()));
  assert(counts.has("0.25,0.25,1,0.25,0.25,1,1,1,1"));
  for (const size of [0, -1, 1.5]) assertThrows(() => cutout(size), ArgumentError, "size");
});

test("the same seed gives the same, another one another", () => {
  const picture = torch.rand([1, 1, 8, 8], { device });
  const transforms: Transform[] = [
    randomCrop(2),
    randomHorizontalFlip(),
    randomErasing(),
    cutout(3),
    randomAffine({ degrees: 30, shift: 0.2, scale: [0.8, 1.2], shear: 10 }),
  ];
  for (const transform of transforms) {
    torch.manualSeed(1);
    const state = torch.getRngState().data();
    const first = outcomes(transform, picture, 40, 1);
    assertEquals(torch.getRngState().data(), state, "torch's own numbers are not used");
    torch.manualSeed(2);
    assertEquals(outcomes(transform, picture, 40, 1), first);
    assertNotEquals(outcomes(transform, picture, 40, 2), first);
    assert(new Set(first).size > 1, "images differ within a batch");
  }
});

test("transforms leave the images they are given alone, and no tensors behind", () => {
  const picture = torch.randint(0, 256, [20, 1, 8, 8], { dtype: "uint8", device });
  const before = picture.data();
  const transforms = [
    randomCrop(2),
    randomHorizontalFlip(),
    randomErasing(),
    cutout(3),
    randomRotation(10),
    randomAffine({ shift: 0.1 }),
  ];
  for (const transform of transforms) {
    const tensors = torch.memory().tensors;
    using _ = transform(picture, randomOf(20));
    assertEquals(torch.memory().tensors - tensors, 1);
    assertEquals(picture.data(), before);
  }
});
