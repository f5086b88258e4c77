import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ArgumentError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import { applyView } from "../../src/data/mod.ts";
import { checkView } from "../../src/data/check_view.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const path = new URL("../golden/preprocessing.safetensors", import.meta.url).pathname;
const mean = [0.485, 0.456, 0.406];
const std = [0.229, 0.224, 0.225];

for (const interpolation of ["bilinear", "bicubic"] as const) {
  for (const size of [24, 57]) {
    test(`${interpolation} to ${size} pixels is what Pillow and torchvision make of it`, () => {
      const golden = torch.loadSafetensors(path);
      const view = { size: [size, size], mean, std, interpolation } as const;
      const own = applyView(golden.picture.unsqueeze(0).to(device), view).squeeze(0).cpu();
      const difference = own.sub(golden[`${interpolation}.${size}`]).abs();
      // Pillow rounds to bytes after each direction. libtorch does so on the CPU, and on a GPU only at the end.
      const [steps, share] = device === "cpu" ? [1, 0.01] : [2, 0.25];
      assert(difference.max().item() as number <= (steps + 0.01) / 255 / 0.224);
      assert(difference.gt(1e-4).float().mean().item() as number < share);
    });
  }
}

test("rows of pixels, planes and values from 0 to 1 are the same images", () => {
  const view = { size: [8, 8], mean, std } as const;
  const planes = torch.randint(0, 256, [2, 3, 8, 8], { dtype: "uint8", device });
  const expected = planes.float().div(255)
    .sub(torch.tensor(mean).reshape([3, 1, 1]).to(device))
    .div(torch.tensor(std).reshape([3, 1, 1]).to(device));
  assertClose(applyView(planes, view), expected);
  assertClose(applyView(planes.permute(0, 2, 3, 1).contiguous(), view), expected);
  assertClose(applyView(planes.float().div(255), view), expected);
});

test("gray images get the colors a network wants", () => {
  const view = { size: [4, 4], mean, std } as const;
  const gray = torch.randint(0, 256, [2, 1, 4, 4], { dtype: "uint8", device });
  assertEquals(
    applyView(gray, view).toArray(),
    applyView(gray.repeat(1, 3, 1, 1), view).toArray(),
  );
});

test("without a view bytes become 0 to 1, and other pixels stay the very tensor that they are", () => {
  const bytes = torch.randint(0, 256, [2, 3, 4, 4], { dtype: "uint8", device });
  const seen = applyView(bytes, null);
  assertEquals(seen.dtype, "float32");
  assertClose(seen, bytes.float().div(255));
  for (const dtype of ["float32", "float64", "float16"] as const) {
    const values = torch.randn([2, 3, 4, 4], { device }).mul(5).to(dtype);
    assertStrictEquals(applyView(values, null), values);
  }
});

test("images that cannot be meant are refused", () => {
  const view = { size: [4, 4], mean, std } as const;
  const { message } = assertThrows(
    () => applyView(torch.randn([2, 3, 4, 4]).mul(3), view),
    ArgumentError,
    "normalized already",
  );
  assert(message.includes("take normalize out of the loader's transform"), message);
  assertThrows(
    () => applyView(torch.zeros([2, 4, 4, 4]), view),
    ShapeError,
    "(B, 3, H, W) or (B, H, W, 3), got [2, 4, 4, 4]",
  );
  for (const anyView of [view, null]) {
    assertThrows(
      () => applyView(torch.zeros([2, 3, 4, 4], { dtype: "int64" }), anyView),
      DTypeError,
      "int64",
    );
  }
});

test("views that cannot be used are refused", () => {
  assertThrows(() => checkView({ size: [4, 0], mean, std }), ArgumentError, "[4, 0]");
  assertThrows(() => checkView({ size: [4, 4], mean, std: [1, 0, 1] }), ArgumentError);
  assertThrows(() => checkView({ size: [4, 4], mean: [0], std }), ArgumentError);
  assertThrows(() => checkView({ mean, std } as never), ArgumentError, "size");
  assertThrows(() => checkView({ size: [4, 4], std } as never), ArgumentError, "mean");
  assertThrows(
    () => checkView({ size: [4, 4], mean, std, cropFraction: 2 }),
    ArgumentError,
    "got 2",
  );
});
