import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { ArgumentError, FileError, FormatError } from "../../src/base/errors.ts";
import { openWeights, type WeightsFile } from "../../src/checkpoints/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { golden, inFolder } from "./folders.ts";

/** A tensor with the bytes of one that this package has no element type for, as the golden file stores it. */
function comparable(checkpoint: WeightsFile, name: string): Tensor {
  const tensor = checkpoint.tensor(name);
  const dtype = checkpoint.dtype(name);
  if (dtype.startsWith("complex")) return torch.call("aten::view_as_real", tensor) as Tensor;
  if (/^(uint(16|32|64)|float8)/.test(dtype)) {
    return torch.call("aten::view.dtype", tensor.contiguous(), "uint8") as Tensor;
  }
  return tensor;
}

const files = new Map<string, string[]>();
const expected = torch.scope(() => {
  const record = torch.loadSafetensors(golden("expected.safetensors"));
  return Object.entries(record).map(([name, tensor]) => {
    const [file, key] = [name.slice(0, name.indexOf("/")), name.slice(name.indexOf("/") + 1)];
    files.set(file, [...(files.get(file) ?? []), key]);
    return [name, { shape: tensor.shape, dtype: tensor.dtype, values: tensor.data() }] as const;
  });
});
const wanted = new Map(expected);

for (const [file, keys] of files) {
  if (!/\.\w+$/.test(file)) continue;
  test(`openWeights: ${file} holds what PyTorch says it does`, () => {
    using checkpoint = openWeights(golden(file));
    assertEquals([...checkpoint.names].sort(), [...keys].sort());
    const format = /legacy|script/.exec(file)?.[0] ?? "zip";
    assertEquals(checkpoint.format, format === "script" ? "torchscript" : `torch-${format}`);
    for (const key of keys) {
      const tensor = comparable(checkpoint, key);
      const { shape, dtype, values } = wanted.get(`${file}/${key}`)!;
      assertEquals([tensor.shape, tensor.dtype, tensor.data()], [shape, dtype, values], key);
    }
  });
}

test("openWeights: plain values beside the tensors are its metadata", () => {
  for (const file of ["training.pth", "training_legacy.pth", "training_protocol5.pth"]) {
    using checkpoint = openWeights(golden(file));
    assertEquals(checkpoint.metadata, {
      epoch: 3,
      arch: "net",
      best: 0.75,
      done: false,
      device: "cpu",
    });
    assert(checkpoint.names.includes("optimizer.state.0.momentum_buffer"));
  }
});

test("openWeights: of a TorchScript file the settings at the top are metadata", () => {
  using checkpoint = openWeights(golden("script_parts.pt"));
  assertEquals(checkpoint.metadata.training, true);
  assertEquals(
    checkpoint.tensor("column").toArray(),
    checkpoint.tensor("whole").t().index(2).toArray(),
  );
});

test("openWeights: element types and shapes can be asked for without reading", () => {
  using checkpoint = openWeights(golden("dtypes_v3.pth"));
  assertEquals(checkpoint.dtype("float8_e4m3fn"), "float8_e4m3fn");
  assertEquals(checkpoint.shape("uint64"), [4]);
  const error = assertThrows(() => checkpoint.tensor("w"), ArgumentError);
  assertStringIncludes(error.message, '"w"');
  assertStringIncludes(error.message, "uint16");
});

test("openWeights: reads safetensors in every dtype, with its metadata", () => {
  const path = new URL("../golden/torch_all_dtypes.safetensors", import.meta.url).pathname;
  using checkpoint = openWeights(path);
  assertEquals(checkpoint.format, "safetensors");
  assertEquals(checkpoint.metadata.epoch, "4");
  const record = torch.loadSafetensors(path);
  assertEquals([...checkpoint.names].sort(), Object.keys(record).sort());
  for (const [name, tensor] of Object.entries(record)) {
    const mapped = checkpoint.tensor(name);
    assertEquals([mapped.shape, mapped.dtype, mapped.data()], [
      tensor.shape,
      tensor.dtype,
      tensor.data(),
    ]);
  }
});

test("openWeights: a tensor is the file's pages; writing to it leaves the file as it is", () => {
  inFolder((folder) => {
    const path = join(folder, "x.safetensors");
    torch.saveSafetensors(path, { x: torch.arange(100_000, { dtype: "float32" }) });
    const before = Deno.readFileSync(path);
    const checkpoint = openWeights(path);
    const bytes = torch.memory().bytes;
    const x = checkpoint.tensor("x");
    assertEquals(torch.memory().bytes, bytes);
    x.mul_(2);
    checkpoint.dispose();
    assertEquals(x.index(99_999).item(), 199_998);
    assertEquals(Deno.readFileSync(path), before);
    assertEquals(checkpoint.tensor("x").index(99_999).item(), 99_999);
    checkpoint.dispose();
  });
});

test("openWeights: a safetensors file whose header's length looks like another format's mark", () => {
  inFolder((folder) => {
    const path = join(folder, "x.safetensors");
    // A pickle of protocol 2, gzip, ONNX.
    for (const length of [0x0280, 0x8b1f, 0x1208]) {
      const header = '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}'.padEnd(length);
      const bytes = new Uint8Array(8 + length + 2);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
      bytes.set(new TextEncoder().encode(header), 8);
      Deno.writeFileSync(path, bytes);
      using checkpoint = openWeights(path);
      assertEquals([checkpoint.format, checkpoint.names], ["safetensors", ["a"]]);
    }
  });
});

test("openWeights: misaligned tensors are read all the same", () => {
  inFolder((folder) => {
    const path = join(folder, "odd.safetensors");
    // A header of odd length: no tensor lies at a multiple of its element's size.
    const header =
      '{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"b":{"dtype":"I64","shape":[],"data_offsets":[12,20]}}';
    const bytes = new Uint8Array(8 + header.length + 20);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(new TextEncoder().encode(header), 8);
    bytes.set(new Uint8Array(new Float32Array([1.5, -2, 3]).buffer), 8 + header.length);
    bytes.set(new Uint8Array(new BigInt64Array([-(2n ** 40n)]).buffer), 8 + header.length + 12);
    assert((8 + header.length) % 4 !== 0);
    Deno.writeFileSync(path, bytes);
    using checkpoint = openWeights(path);
    assertEquals(checkpoint.tensor("a").toArray(), [1.5, -2, 3]);
    assertEquals(checkpoint.tensor("b").item(), -(2 ** 40));
  });
});

test("openWeights: a file that became shorter since is an error and no crash", () => {
  inFolder((folder) => {
    const path = join(folder, "x.safetensors");
    torch.saveSafetensors(path, { x: torch.ones([10_000]) });
    using checkpoint = openWeights(path);
    Deno.truncateSync(path, 1000);
    assertThrows(() => checkpoint.tensor("x"), FormatError, "shorter");
  });
});

test("openWeights: sharded checkpoints, by their index or their folder", () => {
  inFolder((folder) => {
    torch.saveSafetensors(join(folder, "m-1.safetensors"), { a: torch.ones([2]) });
    torch.saveSafetensors(join(folder, "m-2.safetensors"), {
      "b.c": torch.zeros([3]),
      extra: torch.ones([1]),
    });
    const index = join(folder, "model.safetensors.index.json");
    Deno.writeTextFileSync(
      index,
      JSON.stringify({
        metadata: { total_size: 20, x: [1] },
        weight_map: { "b.c": "m-2.safetensors", a: "m-1.safetensors" },
      }),
    );
    for (const path of [index, folder]) {
      using checkpoint = openWeights(path);
      assertEquals(checkpoint.format, "safetensors-sharded");
      assertEquals(checkpoint.names, ["b.c", "a"]);
      assertEquals(checkpoint.tensor("a").toArray(), [1, 1]);
      assertEquals(checkpoint.metadata, { total_size: 20 });
    }
  });
  inFolder((folder) => {
    for (const name of ["views.pth", "dtypes_legacy.pth"]) {
      Deno.copyFileSync(golden(name), join(folder, name));
    }
    Deno.writeTextFileSync(
      join(folder, "pytorch_model.bin.index.json"),
      JSON.stringify({ weight_map: { shared: "views.pth", int8: "dtypes_legacy.pth" } }),
    );
    using checkpoint = openWeights(folder);
    assertEquals(checkpoint.format, "torch-sharded");
    assertEquals([checkpoint.shape("shared"), checkpoint.shape("int8")], [[4, 6], [2, 3]]);
  });
});

const badIndexes: [name: string, content: string, word: string][] = [
  ["not JSON", "{", "not JSON"],
  ["null", "null", "weight_map"],
  ["a list of weights", '{"weight_map": []}', "weight_map"],
  ["a shard above the folder", '{"weight_map": {"a": "../x.safetensors"}}', "../x"],
  ["a shard by an absolute path", '{"weight_map": {"a": "/etc/passwd"}}', "/etc/passwd"],
  ["a shard with a backslash", '{"weight_map": {"a": "..\\\\x"}}', "not a file beside"],
  ["the folder above", '{"weight_map": {"a": ".."}}', "not a file beside"],
  ["itself", '{"weight_map": {"a": "i.index.json"}}', "as a file of tensors"],
  ["a number for a shard", '{"weight_map": {"a": 1}}', "not a file beside"],
  ["a shard that is missing", '{"weight_map": {"a": "x.safetensors"}}', "There is no file"],
  ["a tensor that the shard lacks", '{"weight_map": {"b": "m.safetensors"}}', '"b" is not in'],
];
for (const [name, content, word] of badIndexes) {
  test(`openWeights: an index with ${name} is a FormatError`, () => {
    inFolder((folder) => {
      torch.saveSafetensors(join(folder, "m.safetensors"), { a: torch.ones([2]) });
      const path = join(folder, "i.index.json");
      Deno.writeTextFileSync(path, content);
      assertThrows(() => openWeights(path), FormatError, word);
    });
  });
}

test("openWeights: finds the weights in a folder, or says what there is", () => {
  inFolder((folder) => {
    assertThrows(() => openWeights(folder), FormatError, "no checkpoint");
    Deno.copyFileSync(golden("views.pth"), join(folder, "weights.pth"));
    assertEquals(openWeights(folder).format, "torch-zip");
    Deno.copyFileSync(golden("views.pth"), join(folder, "other.pt"));
    assertThrows(() => openWeights(folder), FormatError, "other.pt, weights.pth");
    Deno.copyFileSync(golden("views_legacy.pth"), join(folder, "pytorch_model.bin"));
    assertEquals(openWeights(folder).format, "torch-legacy");
    torch.saveSafetensors(join(folder, "model.safetensors"), { x: torch.ones([1]) });
    assertEquals(openWeights(folder).format, "safetensors");
  });
});

const refused: [file: string, ...words: string[]][] = [
  ["namespace.pth", "argparse.Namespace", "ignore", "torch.save(model.state_dict()"],
  ["module.pth", "torch.nn.modules.linear.Linear"],
  ["plain.pkl", "not one of torch.save"],
  ["harm.pth", "eval", "may mean harm"],
  ["harm_legacy.pth", "eval", "may mean harm"],
];
for (const [file, ...words] of refused) {
  test(`openWeights: ${file} is refused, and the message says why`, () => {
    const { message } = assertThrows(() => openWeights(golden(file)), FormatError);
    for (const word of [golden(file), ...words]) assertStringIncludes(message, word);
  });
}

test("openWeights: classes can be left out by name", () => {
  using checkpoint = openWeights(golden("namespace.pth"), { ignore: ["argparse.Namespace"] });
  assertEquals(checkpoint.names, ["model.w"]);
  assertEquals(checkpoint.tensor("model.w").toArray(), [1, 1]);
  // What is left out is never called, whatever it is.
  using harmless = openWeights(golden("harm.pth"), { ignore: ["__builtin__.eval"] });
  assertEquals(harmless.names, ["w"]);
  for (const bad of ["argparse", "", "a b.c"]) {
    assertThrows(() => openWeights(golden("views.pth"), { ignore: [bad] }), ArgumentError);
  }
});

const others: [name: string, start: string, word: string][] = [
  ["Git LFS's pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS"],
  ["a web page", "<!DOCTYPE html><html>", "web page"],
  ["an HDF5 file", "\x89HDF\r\n", "HDF5"],
  ["a tar archive", "x".repeat(257) + "ustar", "0.1.10"],
  ["an empty file", "", "0 bytes"],
];
for (const [name, start, word] of others) {
  test(`openWeights: ${name} is a FormatError that says what it is`, () => {
    inFolder((folder) => {
      const path = join(folder, "weights.pth");
      Deno.writeFileSync(path, Uint8Array.from(start, (c) => c.charCodeAt(0)));
      assertThrows(() => openWeights(path), FormatError, word);
    });
  });
}

test("openWeights: files that are missing or cannot be read", () => {
  assertThrows(() => openWeights("/nowhere/x.pth"), FormatError, "/nowhere/x.pth");
  inFolder((folder) => {
    assertThrows(() => openWeights(join(folder, "a\0b")), FileError, "Cannot read");
  });
});

test("openWeights: every cut of a good file is a FormatError", () => {
  inFolder((folder) => {
    const path = join(folder, "cut.pth");
    for (const file of ["training.pth", "training_legacy.pth"]) {
      const whole = Deno.readFileSync(golden(file));
      for (let size = 0; size < whole.length; size += 31) {
        Deno.writeFileSync(path, whole.subarray(0, size));
        assertThrows(() => openWeights(path), FormatError, path);
      }
    }
  });
});
