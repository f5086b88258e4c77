import { encode } from "fast-png";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { partSettings } from "../../../src/data/images/crop.ts";
import { Decoder } from "../../../src/data/images/decoder.ts";
import * as data from "../../../src/data/mod.ts";
import { decodingSequence } from "../../../src/data/image_sequence.ts";
import { FormatError } from "../../../src/base/errors.ts";
import * as torch from "../../../src/torch/mod.ts";
import { test } from "../../helpers.ts";
import { grayPng, withFiles } from "./pictures.ts";

const golden = new URL("../../golden/image_formats.safetensors", import.meta.url).pathname;

/** The largest difference of a value to Pillow's, or the sizes if they differ. */
async function difference(file: torch.Tensor, wanted: torch.Tensor, orient: boolean) {
  const [height, width] = wanted.shape;
  const part = partSettings({ kind: "whole", size: [height, width] });
  const decoder = await Decoder.open({ part, orient, maxPixels: 1e6, timeLimit: 60 });
  const into = new Uint8Array(decoder.size);
  const bytes = file.data() as Uint8Array<ArrayBuffer>;
  await decoder.decode(bytes, () => decodingSequence(0, 0, 0), into);
  return torch.scope(() => {
    const ours = torch.tensor(into, { shape: [3, height, width] }).permute(1, 2, 0);
    return ours.float().sub(wanted.float()).abs().max().item();
  });
}

/** Compares all files of a golden file with Pillow's pixels. */
async function compare(tensors: Record<string, torch.Tensor>): Promise<number> {
  const names = Object.keys(tensors).filter((key) => key.startsWith("file/"))
    .map((key) => key.slice(5));
  try {
    for (const name of names) {
      const file = tensors[`file/${name}`];
      // AVIF is lossy; a turn that is wrong is off by 80.
      const most = name.endsWith(".avif") ? 12 : 1;
      const lying = await difference(file, tensors[`pixels/${name}`], false);
      const upright = await difference(file, tensors[`upright/${name}`], true);
      assert(lying <= most && upright <= most, `${name}: ${lying} and ${upright}`);
    }
  } finally {
    for (const tensor of Object.values(tensors)) tensor.dispose();
  }
  return names.length;
}

test("files of every kind have Pillow's pixels, as they lie and turned upright", async () => {
  assert(await compare(torch.loadSafetensors(golden)) > 50);
});

test("files of rarer colors have Pillow's pixels", async () => {
  const colors = new URL("../../golden/image_colors.safetensors", import.meta.url).pathname;
  assertEquals(await compare(torch.loadSafetensors(colors)), 22);
});

test("an image that takes too long is named, and holds up no other", async () => {
  const rows = new Uint8Array(3 * 2000 * 2000);
  const large = encode({ width: 2000, height: 2000, channels: 3, depth: 8, data: rows });
  const files = { "a/1.png": large, "a/2.png": grayPng(9) };
  await withFiles(files, async (root) => {
    using slow = new data.ImageFolder(root, { workers: 1, timeLimit: 1e-6 });
    await assertRejects(
      () => slow.batch(Int32Array.of(0)),
      FormatError,
      "a/1.png: decoding took longer than 0.000001 seconds",
    );
    using patient = new data.ImageFolder(root, { workers: 1, part: { kind: "whole", size: 2 } });
    using batch = await patient.batch(Int32Array.of(0, 1));
    assertEquals(batch.pixels.shape, [2, 3, 2, 2]);
  });
});

test("bitmaps and portable maps that are damaged or too large are refused", async () => {
  const tensors = torch.loadSafetensors(golden);
  try {
    const part = partSettings({ kind: "whole", size: 2 });
    const decoder = await Decoder.open({ part, orient: false, maxPixels: 1000, timeLimit: 60 });
    const into = new Uint8Array(decoder.size);
    const decode = (bytes: Uint8Array<ArrayBuffer>) =>
      decoder.decode(bytes, () => decodingSequence(0, 0, 0), into);
    for (const name of ["color.bmp", "binary.ppm", "binary.pbm", "runs.bmp", "plain.pgm"]) {
      const file = tensors[`file/${name}`].data() as Uint8Array<ArrayBuffer>;
      for (let length = 2; length < file.length - 4; length += 7) {
        await decode(file.slice(0, length)).catch((error) => assert(error instanceof Error));
      }
      for (let at = 0; at < file.length; at++) {
        const broken = file.slice();
        broken[at] ^= 0xff;
        await decode(broken).catch((error) => assert(error instanceof Error));
      }
    }
    const bomb = new TextEncoder().encode("P6 60000 60000 255\n");
    await assertRejects(() => decode(bomb), Error, "the pixel limit is 1000");
  } finally {
    for (const tensor of Object.values(tensors)) tensor.dispose();
  }
});
