// Corruptions against the libraries that CIFAR-10-C's recipe is written with.
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../../src/base/errors.ts";
import * as data from "../../../src/data/mod.ts";
import * as torch from "../../../src/torch/mod.ts";
import { test } from "../../helpers.ts";

const golden = () =>
  torch.loadSafetensors(new URL("../../golden/corruptions.safetensors", import.meta.url).pathname);
const bytesOf = (tensor: torch.Tensor) => Array.from(tensor.data() as Uint8Array);
const randomOf = (...images: number[]) => new data.ImageRandom(0, 0, images);

test("blur, contrast and coarser pixels are those of the published recipe, at every severity", () =>
  torch.scope(() => {
    const { image, ...corrupted } = golden();
    for (const [name, results] of Object.entries(corrupted)) {
      for (let severity = 1; severity <= 5; severity++) {
        const change = data.corrupt(name as data.Corruption, { severity });
        const found = bytesOf(change(image.unsqueeze(0), randomOf(0)));
        const wanted = bytesOf(results.select(0, severity - 1));
        const off = found.filter((byte, i) => byte !== wanted[i]).length;
        const most = Math.max(...found.map((byte, i) => Math.abs(byte - wanted[i])));
        // Bytes are cut, not rounded: what is a whole number in one precision, as in the patch of one color or a mean of nine, may be just below
        // it in another.
        assert(most <= 1 && off <= found.length / 20, `${name} ${severity}: ${off}, by ${most}`);
        if (name === "pixelate") assertEquals(off, 0);
        assert(found.some((byte, i) => Math.abs(byte - bytesOf(image)[i]) > 5), name);
      }
    }
  }));

test("noise has the published deviation, and is the image's own in any batch", () =>
  torch.scope(() => {
    const gray = torch.full([6, 3, 32, 32], 128, { dtype: "uint8" });
    for (const [i, deviation] of [0.04, 0.06, 0.08, 0.09, 0.1].entries()) {
      const noise = data.corrupt("gaussianNoise", { severity: i + 1 });
      const noisy = noise(gray, randomOf(0, 1, 2, 3, 4, 5));
      const values = bytesOf(noisy).map((byte) => (byte + 0.5 - 128) / 255);
      const mean = values.reduce((a, b) => a + b) / values.length;
      const square = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
      assertAlmostEquals(mean, 0, 0.002);
      assertAlmostEquals(Math.sqrt(square), deviation, 0.02 * deviation);
      const far = values.filter((value) => Math.abs(value) > 2 * deviation).length / values.length;
      assertAlmostEquals(far, 0.0455, 0.006);
      const alone = noise(gray.narrow(0, 0, 1), randomOf(4));
      assertEquals(bytesOf(alone), bytesOf(noisy.select(0, 4)));
      assert(bytesOf(alone).join() !== bytesOf(noisy.select(0, 3)).join());
    }
    // An odd number of values leaves the next image's where they are.
    const small = data.corrupt("gaussianNoise")(torch.full([2, 1, 3, 3], 0.5), randomOf(7, 8));
    const second = data.corrupt("gaussianNoise")(torch.full([1, 1, 3, 3], 0.5), randomOf(8));
    assertEquals(small.select(0, 1).toArray(), second.select(0, 0).toArray());
  }));

test("a data set is corrupted once, with the same numbers wherever it is cut", () => {
  using images = torch.full([1003, 1, 8, 8], 100, { dtype: "uint8" });
  const labels = new Uint8Array(1003);
  using clean = new data.ImageDataset({ images, labels, classNames: ["gray"], name: "gray" });
  using noisy = clean.corrupted("gaussianNoise", { severity: 5, seed: 3 });
  using again = clean.corrupted("gaussianNoise", { severity: 5, seed: 3 });
  using other = clean.corrupted("gaussianNoise", { severity: 5, seed: 4 });
  const all = bytesOf(noisy.images);
  assertEquals([noisy.name, noisy.length, all.length], ["gray", 1003, 1003 * 64]);
  assertEquals(bytesOf(again.images), all);
  assert(bytesOf(other.images).join() !== all.join());
  using last = torch.full([1, 1, 8, 8], 100, { dtype: "uint8" });
  using change = data.corrupt("gaussianNoise", { severity: 5 })(
    last,
    new data.ImageRandom(3, 0, [1002]),
  );
  assertEquals(bytesOf(change), all.slice(-64));
  assertEquals(new Set(bytesOf(clean.images)), new Set([100]));
});

test("what cannot be corrupted is refused", () => {
  assertThrows(() => data.corrupt("fog" as data.Corruption), ArgumentError, '"gaussianNoise"');
  assertThrows(() => data.corrupt("contrast", { severity: 6 }), ArgumentError, "1 to 5");
  using images = torch.zeros([2, 3, 8, 8]);
  assertThrows(() => data.corrupt("contrast")(images, randomOf(1)), ShapeError, "1 images");
});
