import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { openWeights } from "../../src/checkpoints/mod.ts";
import { DTypeError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

const golden = (name: string) =>
  new URL(`../golden/newer_dtypes/${name}`, import.meta.url).pathname;
const values = JSON.parse(Deno.readTextFileSync(golden("../newer_dtypes.json"))) as Record<
  string,
  torch.NestedArray
>;

test("tensors of the newer dtypes have PyTorch's values, from safetensors and from torch.save", () => {
  const state = torch.loadSafetensors(golden("all.safetensors"));
  using checkpoint = openWeights(golden("all.pth"));
  assertEquals(checkpoint.names.toSorted(), Object.keys(values).toSorted());
  for (const [name, expected] of Object.entries(values)) {
    const read = checkpoint.tensor(name);
    assertEquals([read.dtype, read.toArray()], [name as torch.DType, expected]);
    if (!(name in state)) continue;
    assertEquals([state[name].dtype, state[name].toArray()], [name as torch.DType, expected]);
  }
  assertEquals(Object.keys(state).length, 9);
});

test("data() gives the typed array of a newer dtype, and tensor() takes it back", () => {
  using checkpoint = openWeights(golden("all.pth"));
  const arrays: Record<string, string> = {
    uint16: "Uint16Array",
    uint32: "Uint32Array",
    uint64: "BigUint64Array",
    complex128: "Float64Array",
  };
  for (const name of Object.keys(values)) {
    const read = checkpoint.tensor(name);
    const data = read.data();
    assertEquals(data.constructor.name, arrays[name] ?? "Float32Array", name);
    const again = torch.tensor(data, { dtype: read.dtype, shape: read.shape });
    assertEquals([again.dtype, again.shape, again.toArray()], [
      read.dtype,
      read.shape,
      values[name],
    ]);
  }
  assertEquals(torch.tensor([1, 2], { dtype: "complex64" }).toArray(), [[1, 0], [2, 0]]);
  assertEquals(
    torch.tensor([2n ** 64n - 1n], { dtype: "uint64" }).data(),
    BigUint64Array.of(2n ** 64n - 1n),
  );
  assertThrows(() => torch.tensor([-1], { dtype: "uint16" }), DTypeError, "0 to 65535");
  assertThrows(() => torch.tensor([2n ** 64n], { dtype: "uint64" }), DTypeError, "uint64");
  assertThrows(
    () => torch.tensor([2n ** 64n - 1n], { dtype: "uint64" }).toArray(),
    DTypeError,
    "uint64",
  );
});

test("a newer dtype prints, is an item and is converted", () => {
  using checkpoint = openWeights(golden("all.pth"));
  const complex = checkpoint.tensor("complex64");
  assertStringIncludes(complex.toString(), "1.0000+2.0000i");
  assertStringIncludes(complex.toString(), "-0.5000-3.0000i");
  assertStringIncludes(checkpoint.tensor("uint64").toString(), "9007199254740991");
  assertEquals(checkpoint.tensor("uint16").select(0, 2).item(), 65535);
  assertEquals(checkpoint.tensor("float8_e4m3fn").select(0, 4).item(), 3.25);
  assertThrows(() => complex.select(0, 0).item(), DTypeError, "complex64");
  assertEquals(checkpoint.tensor("uint32").to("float64").toArray(), [0, 1, 4294967295]);
  assert(torch.isFloatingPoint("float8_e5m2") && torch.isComplex("complex32"));
  assert(!torch.isComplex("uint16") && !torch.isFloatingPoint("complex64"));
});

test("safetensors files of the newer dtypes are written as large as Python's, and read again", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const state = torch.loadSafetensors(golden("all.safetensors"));
    torch.saveSafetensors(`${folder}/all.safetensors`, state);
    const again = torch.loadSafetensors(`${folder}/all.safetensors`);
    for (const name of Object.keys(state)) assertEquals(again[name].toArray(), values[name]);
    assertEquals(
      Deno.statSync(`${folder}/all.safetensors`).size,
      Deno.statSync(golden("all.safetensors")).size,
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

test("a tensor of a dtype that there is not fails only where it is used", () => {
  const path = golden("fewer_bits.safetensors");
  assertEquals(torch.loadSafetensors(path, { names: ["w"] }).w.toArray(), [1.5, -2]);
  const message = assertThrows(() => torch.loadSafetensors(path), DTypeError).message;
  assertStringIncludes(message, '"four"');
  assertStringIncludes(message, "F4");
  assertStringIncludes(message, "names");
  using checkpoint = openWeights(path);
  assertEquals(checkpoint.names, ["w"]);
  assertEquals([...checkpoint.skipped.keys()], ["four", "six", "future"]);
  assertThrows(() => checkpoint.tensor("six"), DTypeError, "F6_E2M3");
  // A wrong size is one of a damaged file, whatever the dtype.
  const folder = Deno.makeTempDirSync();
  try {
    const text = new TextDecoder("latin1").decode(Deno.readFileSync(path));
    const changed = text.replace('"shape": [4, 2]', '"shape": [4, 4]');
    Deno.writeFileSync(`${folder}/x.safetensors`, Uint8Array.from(changed, (c) => c.charCodeAt(0)));
    assertThrows(
      () => torch.loadSafetensors(`${folder}/x.safetensors`, { names: ["w"] }),
      Error,
      "F4",
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
