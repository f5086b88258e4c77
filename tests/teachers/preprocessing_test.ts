import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import { Preprocessor } from "../../src/teachers/preprocessing.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const path = new URL("../golden/preprocessing.safetensors", import.meta.url).pathname;
const mean = [0.485, 0.456, 0.406];
const std = [0.229, 0.224, 0.225];

for (const interpolation of ["bilinear", "bicubic"] as const) {
  for (const size of [24, 57]) {
    test(`${interpolation} to ${size} pixels is what Pillow and torchvision make of it`, () => {
      const golden = torch.loadSafetensors(path);
      using preprocessor = new Preprocessor({ size: [size, size], mean, std, interpolation });
      const own = preprocessor.apply(golden.picture.unsqueeze(0).to(device)).squeeze(0).cpu();
      const difference = own.sub(golden[`${interpolation}.${size}`]).abs();
      // One step of a byte where the rounding differs, and hardly anywhere.
      assert(difference.max().item() as number <= 1.01 / 255 / 0.224);
      assert(difference.gt(1e-4).float().mean().item() as number < 0.01);
    });
  }
}

test("rows of pixels, planes and values from 0 to 1 are the same images", () => {
  using preprocessor = new Preprocessor({ size: [8, 8], mean, std });
  const planes = torch.randint(0, 256, [2, 3, 8, 8], { dtype: "uint8", device });
  const expected = planes.float().div(255)
    .sub(torch.tensor(mean).reshape([3, 1, 1]).to(device))
    .div(torch.tensor(std).reshape([3, 1, 1]).to(device));
  assertClose(preprocessor.apply(planes), expected);
  assertClose(preprocessor.apply(planes.permute(0, 2, 3, 1).contiguous()), expected);
  assertClose(preprocessor.apply(planes.float().div(255)), expected);
});

test("gray images get the colors a teacher wants", () => {
  using preprocessor = new Preprocessor({ size: [4, 4], mean, std });
  const gray = torch.randint(0, 256, [2, 1, 4, 4], { dtype: "uint8", device });
  assertEquals(
    preprocessor.apply(gray).toArray(),
    preprocessor.apply(gray.repeat(1, 3, 1, 1)).toArray(),
  );
});

test("images that cannot be meant are refused", () => {
  using preprocessor = new Preprocessor({ size: [4, 4], mean, std });
  assertThrows(
    () => preprocessor.apply(torch.randn([2, 3, 4, 4]).mul(3)),
    ArgumentError,
    "normalized already",
  );
  assertThrows(
    () => preprocessor.apply(torch.zeros([2, 4, 4, 4])),
    ShapeError,
    "(B, 3, H, W) or (B, H, W, 3), got [2, 4, 4, 4]",
  );
  assertThrows(
    () => preprocessor.apply(torch.zeros([2, 3, 4, 4], { dtype: "int64" })),
    DTypeError,
    "int64",
  );
});

test("settings that cannot be used are refused", () => {
  assertThrows(() => new Preprocessor({ size: [4, 0], mean, std }), ArgumentError, "[4, 0]");
  assertThrows(() => new Preprocessor({ size: [4, 4], mean, std: [1, 0, 1] }), ArgumentError);
  assertThrows(() => new Preprocessor({ size: [4, 4], mean: [0], std }), ArgumentError);
  assertThrows(
    () => new Preprocessor({ size: [4, 4], mean, std, cropFraction: 2 }),
    ArgumentError,
    "got 2",
  );
});
