import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { openWeights } from "../../src/checkpoints/mod.ts";
import {
  ApprenticeError,
  ArgumentError,
  ChecksumError,
  FormatError,
} from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

const metadata = { format: "pt", 'the "name"': "é, 漢, \u0000" };

function record(): Record<string, torch.Tensor> {
  return {
    "head.weight": torch.arange(12).to("float32").div(7).reshape([3, 4]),
    "bytes": torch.arange(23).to("uint8"),
    "half": torch.arange(5).to("bfloat16"),
    "none": torch.zeros([0, 3]),
    "größe": torch.tensor(3n),
    "": torch.tensor([true, false, true]),
  };
}

const plain = (tensors: Record<string, torch.Tensor>) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, [tensor.dtype, tensor.toArray()]]),
  );

function inFile(work: (path: string) => void): void {
  const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
  try {
    work(path);
  } finally {
    Deno.removeSync(path);
  }
}

test("a file with checksums reads as one without, and its metadata does not show them", () =>
  inFile((path) => {
    for (const given of [undefined, metadata]) {
      torch.saveSafetensors(path, record(), given, { checksums: true });
      assertEquals(torch.loadSafetensorsMetadata(path), given ?? {});
      assertEquals(plain(torch.loadSafetensors(path)), plain(record()));
      assertEquals(Object.keys(torch.loadSafetensors(path, { names: ["half"] })), ["half"]);
      using opened = openWeights(path);
      assertEquals(opened.metadata, given ?? {});
      for (const [name, tensor] of Object.entries(record())) {
        assertEquals(opened.tensor(name).toArray(), tensor.toArray());
      }
    }
    torch.saveSafetensors(path, {}, {}, { checksums: true });
    assertEquals(torch.loadSafetensors(path), {});
  }));

test("the entry's name cannot be given as metadata", () =>
  inFile((path) => {
    assertThrows(
      () => torch.saveSafetensors(path, {}, { "apprentice.checksums": "crc32:00000000" }),
      ArgumentError,
      "checksums: true",
    );
  }));

test("every flipped bit of a file is found, or changes nothing", () =>
  inFile((path) => {
    torch.saveSafetensors(path, record(), metadata, { checksums: true });
    const good = Deno.readFileSync(path);
    const expected = plain(record());
    let harmless = 0;
    for (let bit = 0; bit < 8 * good.length; bit++) {
      const bad = good.slice();
      bad[bit >> 3] ^= 1 << (bit & 7);
      Deno.writeFileSync(path, bad);
      torch.scope(() => {
        let read: Record<string, torch.Tensor>;
        try {
          read = torch.loadSafetensors(path);
        } catch (error) {
          assert(error instanceof ApprenticeError, `${error}`);
          assertStringIncludes((error as Error).message, path);
          return;
        }
        assertEquals(plain(read), expected, `bit ${bit}`);
        harmless++;
      });
    }
    // Only those in the entry's own name, which then is one that means nothing.
    assert(harmless <= 8 * "apprentice.checksums".length, `${harmless}`);
  }));

test("flips in a tensor's bytes are found by both readers, which name file and tensor", () =>
  inFile((path) => {
    torch.saveSafetensors(path, record(), metadata, { checksums: true });
    const good = Deno.readFileSync(path);
    const start = 8 + Number(new DataView(good.buffer).getBigUint64(0, true));
    for (let at = start; at < good.length; at++) {
      const bad = good.slice();
      bad[at] ^= 0x10;
      Deno.writeFileSync(path, bad);
      const error = assertThrows(() => torch.loadSafetensors(path), ChecksumError);
      assertStringIncludes(error.message, path);
      using opened = openWeights(path);
      const found = opened.names.filter((name) => {
        try {
          opened.tensor(name).dispose();
          return false;
        } catch (error) {
          assert(error instanceof ChecksumError);
          return true;
        }
      });
      assertEquals(found.length, 1);
      assertStringIncludes(error.message, `tensor ${JSON.stringify(found[0])}`);
    }
  }));

test("zeroed blocks and truncated files are found", () =>
  inFile((path) => {
    const tensors = { a: torch.ones([2000]), b: torch.ones([3, 500]) };
    torch.saveSafetensors(path, tensors, metadata, { checksums: true });
    const good = Deno.readFileSync(path);
    for (let at = 0; at < good.length; at += 512) {
      Deno.writeFileSync(path, good.slice().fill(0, at, at + 512));
      assertThrows(() => torch.loadSafetensors(path), ApprenticeError);
      Deno.writeFileSync(path, good.subarray(0, at));
      assertThrows(() => torch.loadSafetensors(path), FormatError);
    }
  }));
