// Transforms that draw nothing, and putting transforms together.
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  affine,
  compose,
  normalize,
  randomAffine,
  randomCrop,
  randomHorizontalFlip,
  resize,
  rotate90,
  toFloat,
} from "../../../src/data/mod.ts";
import { ArgumentError, DTypeError, ShapeError } from "../../../src/base/errors.ts";
import * as torch from "../../../src/torch/mod.ts";
import { assertClose, device, test } from "../../helpers.ts";
import { randomOf } from "../images.ts";

/** All bytes once: (1, 1, 16, 16). */
function bytes(): torch.Tensor {
  return torch.arange(256, { dtype: "uint8", device }).reshape(1, 1, 16, 16);
}

test("normalize equals the formula for every byte", () => {
  const mean = 0.1307;
  const std = 0.3081;
  const expected = Array.from({ length: 256 }, (_, value) => (value / 255 - mean) / std);
  for (const images of [bytes(), bytes().float().div(255), bytes().double().div(255)]) {
    const result = normalize(mean, std)(images);
    assertEquals(result.dtype, "float32");
    assertClose(result.flatten(), expected);
  }
});

test("normalize treats each channel by its own numbers and leaves its input alone", () => {
  const mean = [0.1, 0.5, 0.9];
  const std = [0.5, 1, 2];
  for (const dtype of ["uint8", "float32"] as const) {
    const images = torch.tensor([0, 51, 102, 153, 204, 255], {
      dtype: "uint8",
      shape: [1, 3, 1, 2],
      device,
    });
    const given = dtype === "uint8" ? images : images.float().div(255);
    const before = given.toArray();
    assertClose(normalize(mean, std)(given), [
      [[[-0.2, 0.2]], [[-0.1, 0.1]], [[-0.05, 0.05]]],
    ]);
    assertEquals(given.toArray(), before);
  }
  const half = torch.full([1, 1, 1, 1], 0.5, { dtype: "float16", device });
  assertEquals(normalize(0.25, 0.5)(half).toArray(), [[[[0.5]]]]);
  assertEquals(normalize(0.25, 0.5)(half).dtype, "float32");
});

test("normalize refuses numbers that cannot be", () => {
  assertThrows(() => normalize([0, 0], [1]), ArgumentError, "2 means");
  assertThrows(() => normalize([], []), ArgumentError, "0 means");
  assertThrows(() => normalize(NaN, 1), ArgumentError, "finite");
  for (const std of [0, -1, NaN, Infinity]) {
    assertThrows(() => normalize(0, std), ArgumentError, "deviations");
  }
  const images = torch.zeros([1, 1, 2, 2], { device });
  assertThrows(() => normalize([0, 0], [1, 1])(images), ShapeError, "1 channels");
  assertThrows(() => normalize(0, 1)(images.long()), DTypeError, "int64");
  assertThrows(() => normalize(0, 1)(images.reshape(4)), ShapeError, "[4]");
});

test("toFloat divides bytes by 255 and leaves float32 as it is", () => {
  const expected = Array.from({ length: 256 }, (_, value) => value / 255);
  assertClose(toFloat(bytes()).flatten(), expected, { rtol: 1.2e-7, atol: 0 });
  const images = torch.ones([1, 1, 1, 1], { device });
  assertStrictEquals(toFloat(images), images);
  assertEquals(toFloat(images.double()).dtype, "float32");
  assertThrows(() => toFloat(images.long()), DTypeError, "int64");
});

test("rotate90 gives every quarter turn, counter-clockwise, with its number", () => {
  const images = torch.tensor([1, 2, 3, 4, 5, 6, 7, 8], {
    dtype: "uint8",
    shape: [2, 1, 2, 2],
    device,
  });
  const { images: turned, labels } = rotate90(images);
  assertEquals(turned.squeeze(1).toArray(), [
    [[1, 2], [3, 4]],
    [[5, 6], [7, 8]],
    [[2, 4], [1, 3]],
    [[6, 8], [5, 7]],
    [[4, 3], [2, 1]],
    [[8, 7], [6, 5]],
    [[3, 1], [4, 2]],
    [[7, 5], [8, 6]],
  ]);
  assertEquals(labels.toArray(), [0, 0, 1, 1, 2, 2, 3, 3]);
  assertEquals([labels.dtype, labels.device], ["int64", images.device]);
  assertThrows(() => rotate90(torch.zeros([1, 1, 2, 3], { device })), ShapeError, "2 x 3");
});

test("affine by quarter turns equals rot90, in images of any number of pixels", () => {
  for (const size of [4, 5]) {
    const images = torch.rand([3, 2, size, size], { device });
    for (const turns of [-1, 0, 1, 2, 3]) {
      const parameters = Array(3).fill({ degrees: 90 * turns });
      for (const interpolation of ["bilinear", "nearest"] as const) {
        assertClose(affine(images, parameters, { interpolation }), images.rot90(turns, [2, 3]), {
          atol: 1e-5,
        });
      }
    }
  }
});

test("affine shifts by pixels, right and down, also where images are not square", () => {
  const images = torch.arange(1, 7, 1, { dtype: "float32", device }).reshape(1, 1, 2, 3);
  assertClose(affine(images, [{ shift: [1, 0] }]), [[[[0, 1, 2], [0, 4, 5]]]]);
  assertClose(affine(images, [{ shift: [0, 1] }]), [[[[0, 0, 0], [1, 2, 3]]]]);
  assertClose(affine(images, [{ shift: [-1, -1] }], { fill: 0.5 }), [[[[5, 6, 0.5], [
    0.5,
    0.5,
    0.5,
  ]]]]);
  assertClose(affine(images, [{ shift: [0.5, 0] }]), [[[[0.5, 1.5, 2.5], [2, 4.5, 5.5]]]]);
});

test("affine turns images that are not square without stretching them", () => {
  // The middle row of a wide image becomes the middle column.
  const images = torch.zeros([1, 1, 3, 5], { device });
  images.select(2, 1).copy_(torch.tensor([[[1, 2, 3, 4, 5]]], { device }));
  const turned = affine(images, [{ degrees: 90 }]);
  assertClose(turned.select(3, 2), [[[4, 3, 2]]], { atol: 1e-5 });
});

test("affine enlarges about the center, leans, and shifts last", () => {
  const line = torch.tensor([0, 0, 1, 0, 0], { shape: [1, 1, 1, 5], device });
  assertClose(affine(line, [{ scale: 2 }]), [[[[0, 0.5, 1, 0.5, 0]]]]);
  const column = torch.zeros([1, 1, 3, 3], { device });
  column.select(3, 1).fill_(1);
  // By 45 degrees: each row moves by its distance from the middle, downwards to the right.
  assertClose(affine(column, [{ shear: 45 }]), [[[[1, 0, 0], [0, 1, 0], [0, 0, 1]]]], {
    atol: 1e-5,
  });
  const corner = torch.zeros([1, 1, 3, 3], { device });
  corner.select(2, 1).select(2, 2).fill_(1);
  // Turned to the top, then one to the left.
  assertClose(affine(corner, [{ degrees: 90, shift: [-1, 0] }]), [[[[1, 0, 0], [0, 0, 0], [
    0,
    0,
    0,
  ]]]], { atol: 1e-5 });
});

test("affine treats every image by its own numbers, bytes as 0 to 1", () => {
  const images = torch.tensor([255, 0, 255, 0], { dtype: "uint8", shape: [2, 1, 1, 2], device });
  assertClose(affine(images, [{}, { shift: [1, 0] }]), [[[[1, 0]]], [[[0, 1]]]]);
  assertThrows(() => affine(images, [{}]), ShapeError, "1 parameters for 2 images");
  assertThrows(() => affine(images, [{ scale: 0 }, {}]), ArgumentError, "scale 0");
  assertThrows(() => affine(images, [{ degrees: NaN }, {}]), ArgumentError, "degrees NaN");
});

test("resize keeps the dtype, and images that have the size already", () => {
  const images = bytes();
  assertStrictEquals(resize(16)(images), images);
  assertEquals(resize([8, 4])(images).shape, [1, 1, 8, 4]);
  assertEquals(resize(8)(images).dtype, "uint8");
  assertEquals(resize(8)(images.float()).dtype, "float32");
  for (const size of [0, -1, 0.5, NaN]) {
    assertThrows(() => resize(size), ArgumentError, "size");
  }
});

test("compose applies one after the other, and frees what is in between", () => {
  const add = (value: number) => (images: torch.Tensor) => images.add(value);
  const double = (images: torch.Tensor) => images.mul(2);
  const images = torch.ones([1, 1, 1, 1], { device });
  const before = torch.memory().tensors;
  const result = compose(add(1), double, add(3))(images, randomOf(1));
  assertEquals(result.item(), 7);
  assertEquals(torch.memory().tensors - before, 1);
  assertStrictEquals(compose()(images, randomOf(1)), images);
});

test("a batch of one image and one of none go through everything", () => {
  const all = compose(
    randomCrop(1),
    randomHorizontalFlip(),
    randomAffine({ degrees: 10 }),
    resize(6),
    normalize(0.5, 0.5),
  );
  for (const count of [0, 1]) {
    const images = torch.zeros([count, 1, 4, 4], { dtype: "uint8", device });
    assertEquals(all(images, randomOf(count)).shape, [count, 1, 6, 6]);
  }
});
