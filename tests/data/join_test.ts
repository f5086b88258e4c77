import { assertEquals, assertThrows } from "@std/assert";
import {
  convertChannels,
  fashionMnist,
  ImageDataset,
  joinDatasets,
  mnist,
  resizeImages,
} from "../../src/data/mod.ts";
import { convertInParts } from "../../src/data/convert_parts.ts";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { numbered, numbersOf } from "./images.ts";

function clothes(): ImageDataset {
  return new ImageDataset({
    images: torch.full([3, 1, 2, 2], 100, { dtype: "uint8" }),
    labels: [2, 0, 1],
    classNames: ["1", "shirt", "shoe"],
    name: "clothes",
  });
}

test("joined datasets have one label space, and know where each class is from", () => {
  using first = numbered(4, { classes: 2, name: "digits" });
  using second = clothes();
  using joined = joinDatasets([first, second]);
  assertEquals(joined.length, 7);
  assertEquals(numbersOf(joined.images), [0, 1, 2, 3, 100, 100, 100]);
  assertEquals(joined.labels.toArray(), [0, 1, 0, 1, 4, 2, 3]);
  assertEquals(joined.classNames, ["0", "digits: 1", "clothes: 1", "shirt", "shoe"]);
  assertEquals(joined.sources, [{ name: "digits", classes: [0, 2] }, {
    name: "clothes",
    classes: [2, 5],
  }]);
  assertEquals([0, 1, 2, 3, 4].map((label) => joined.sourceOf(label)), [0, 0, 1, 1, 1]);
  for (const label of [-1, 5, 0.5, NaN]) {
    assertThrows(() => joined.sourceOf(label), ArgumentError, `no class ${label}`);
  }
  assertEquals(joined.name, "digits + clothes");
  // Sources stay right in parts, and when classes are left out.
  using part = joined.subset([6, 0]);
  assertEquals(part.sources, joined.sources);
  using few = joined.ofClasses([1, 3, 4], { relabel: true });
  assertEquals(few.sources, [{ name: "digits", classes: [0, 1] }, {
    name: "clothes",
    classes: [1, 3],
  }]);
  using one = joined.ofClasses([3], { relabel: true });
  assertEquals(one.sources, [{ name: "clothes", classes: [0, 1] }]);
});

test("a joined dataset can be joined again", () => {
  using a = numbered(2, { name: "a" });
  using b = numbered(3, { name: "b" });
  using c = numbered(1, { name: "c", classes: 1 });
  using ab = joinDatasets([a, b], { name: "ab" });
  using all = joinDatasets([c, ab]);
  assertEquals(all.sources.map(({ name }) => name), ["c", "a", "b"]);
  assertEquals(all.labels.toArray(), [0, 1, 2, 3, 4, 3]);
  assertEquals(all.name, "c + ab");
});

test("joining copies the images once", () => {
  using a = numbered(100, { name: "a", size: 16 });
  using b = numbered(100, { name: "b", size: 16 });
  torch.resetPeakMemory();
  const before = torch.memory().bytes;
  using joined = joinDatasets([a, b]);
  const images = joined.images.numel;
  assertEquals(images, 200 * 256);
  const grown = torch.memory().peakBytes - before;
  // Beside the images: labels, three times.
  if (grown > images + 16_384) throw new Error(`${grown} bytes for ${images} of images`);
});

test("datasets that do not fit together are refused, or converted if asked for", () => {
  using small = numbered(2, { name: "small" });
  using large = numbered(2, { name: "large", size: 4, channels: 3 });
  assertThrows(() => joinDatasets([small, large]), ShapeError, "small has 1 x 2 x 2, large has 3");
  assertThrows(() => joinDatasets([small, large], { size: 4 }), ShapeError, "channels");
  assertThrows(() => joinDatasets([small, small]), ArgumentError, 'named "small"');
  assertThrows(() => joinDatasets([]), ArgumentError, "no datasets");
  assertThrows(() => joinDatasets([small], { size: 0 }), ArgumentError, "size");
  using gray = joinDatasets([small, large], { size: 4, channels: 1 });
  assertEquals(gray.imageShape, [1, 4, 4]);
  assertEquals(numbersOf(gray.images), [0, 1, 0, 1]);
  using colored = joinDatasets([small, large], { size: [3, 2], channels: 3 });
  assertEquals(colored.imageShape, [3, 3, 2]);
  assertEquals([colored.images.dtype, colored.labels.toArray()], ["uint8", [0, 1, 2, 3]]);
});

test("images resize to what PyTorch computes", () => {
  const square = torch.arange(16, { dtype: "float32", device }).pow(2).reshape(1, 1, 4, 4);
  assertClose(resizeImages(square, 2), [[[[21.081633, 34.775513], [105.489792, 138.938766]]]]);
  assertClose(
    resizeImages(square, [2, 3], { antialias: false }),
    [[[[8.833333, 16.5, 27.5], [107.5, 136.5, 168.833334]]]],
  );
  assertClose(
    resizeImages(square, [3, 2], { interpolation: "bicubic" }),
    [[[[2.703122, 10.957655], [45.39175, 72.788445], [140.769211, 187.30806]]]],
  );
  assertClose(resizeImages(square, 2, { interpolation: "nearest" }), [[[[0, 4], [64, 100]]]]);
  // In bytes: rounded, and cut where bicubic curves overshoot.
  const bytes = torch.tensor([0, 255, 0, 255], { dtype: "uint8", shape: [1, 1, 1, 4], device });
  const resized = resizeImages(bytes, [1, 8], { interpolation: "bicubic" });
  assertEquals(resized.dtype, "uint8");
  assertEquals(resized.flatten().toArray(), [0, 54, 216, 215, 40, 39, 201, 255]);
});

test("channels convert to gray by the eye's weights, and back by repeating", () => {
  const colors = torch.tensor([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255], {
    dtype: "uint8",
    shape: [4, 3, 1, 1],
    device,
  });
  const gray = convertChannels(colors, 1);
  assertEquals(gray.flatten().toArray(), [76, 150, 29, 255]);
  assertEquals(convertChannels(gray, 3).shape, [4, 3, 1, 1]);
  assertClose(convertChannels(colors.float().div(255), 1).flatten(), [0.299, 0.587, 0.114, 1]);
  assertThrows(() => convertChannels(gray, 2), ArgumentError, "channels");
});

test("many images are converted part by part with the same result", () => {
  const images = torch.randint(0, 256, [2100, 1, 128, 64], { dtype: "uint8" });
  let parts = 0;
  const halve = (part: torch.Tensor) => {
    parts++;
    return resizeImages(part, [64, 32]);
  };
  const whole = convertInParts(images, halve);
  assertEquals(parts, 2);
  assertEquals(whole.shape, [2100, 1, 64, 32]);
  assertEquals(
    whole.narrow(0, 1950, 10).equal(resizeImages(images.narrow(0, 1950, 10), [64, 32])),
    true,
  );
});

test("MNIST and Fashion-MNIST join to twenty classes", async () => {
  using digits = await mnist("test");
  using garments = await fashionMnist("test");
  using both = joinDatasets([digits, garments]);
  assertEquals(both.length, 20_000);
  assertEquals(both.classNames.length, new Set(both.classNames).size);
  assertEquals(both.classNames.slice(9, 12), ["9", "T-shirt/top", "Trouser"]);
  assertEquals(both.classCounts().slice(10), Array(10).fill(1000));
  assertEquals(both.classCounts().slice(0, 10), digits.classCounts());
});
