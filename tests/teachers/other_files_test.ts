import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { openCheckpoint } from "../../src/checkpoints/mod.ts";
import { DTypeError, FormatError } from "../../src/base/errors.ts";
import { create } from "../../src/models/mod.ts";
import { load } from "../../src/teachers/load.ts";
import { predictive } from "../../src/teachers/predictive.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

const files: [content: string, word: string][] = [
  ["", "an empty file"],
  ["<!DOCTYPE html><html>404</html>", "a web page"],
  ["<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "a web page"],
  ["version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull"],
  ["/annex/objects/SHA256E-s9--0.pth\n", "git annex get"],
  ["../../.git/annex/objects/x/y/SHA256E-s9--0.pth", "git annex get"],
  ["Entry not found", 'a text that begins with "Entry not found"'],
  ['{"error": "no such file"}', "JSON that begins with"],
  ["\x1f\x8b\x08\x00\x00\x00\x00\x00", "gzip"],
  ["BZh91AY&SY\x00\x00", "bzip2"],
  ["\xfd7zXZ\x00\x00\x04", "xz"],
  ["\x28\xb5\x2f\xfd\x04\x00\x00\x00", "zstd"],
  ["\x89PNG\r\n\x1a\n\x00\x00", "an image"],
  ["\x89HDF\r\n\x1a\n\x00\x00", "HDF5"],
];

test("a file of another kind is refused by what it is, whatever it is opened as", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    for (const [content, word] of files) {
      for (const name of ["resnet20.pth", "weights.pt", "model.safetensors", "model.onnx"]) {
        const path = `${folder}/${name}`;
        Deno.writeFileSync(path, Uint8Array.from(content, (c) => c.charCodeAt(0)));
        const { message } = await assertRejects(() => load(path), FormatError);
        assertStringIncludes(message, content === "" ? "empty" : word);
        assertStringIncludes(message, path);
        const safetensorsWord = content === "" ? "0 bytes" : word;
        assertThrows(() => torch.loadSafetensors(path), FormatError, safetensorsWord);
        if (name.endsWith(".onnx")) continue;
        assertThrows(() => openCheckpoint(path), FormatError, word);
        assertThrows(() => torch.loadScript(path), FormatError, word);
      }
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

test("bytes and values from 0 to 1 are the same images to a teacher without a view, and no others are images", () => {
  using model = create("resnet20").to(device);
  const teacher = predictive({ name: "resnet", model });
  assertEquals(teacher.view, null);
  const images = torch.randint(0, 256, [1, 3, 32, 32], { dtype: "uint8", device });
  assertEquals(
    teacher.run(images).logits.toArray(),
    teacher.run(images.float().div(255)).logits.toArray(),
  );
  const { message } = assertThrows(() => teacher.run(images.long()), DTypeError);
  assertStringIncludes(message, "uint8 (0 to 255) or floating-point (0 to 1)");
  assertStringIncludes(message, "int64");
});
