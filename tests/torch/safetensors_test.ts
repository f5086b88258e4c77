import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { ArgumentError, DisposedError, FileError, FormatError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const golden = new URL("../golden/torch_all_dtypes.safetensors", import.meta.url).pathname;
const goldenMetadata = { epoch: "4", note: "grün\n" };

function inFolder(body: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

test("loadSafetensors: reads what Python's safetensors wrote, in every dtype", () => {
  const record = torch.loadSafetensors(golden, { device });
  const read = (name: string) => record[name];
  assertEquals(Object.keys(record).length, 14);
  assertEquals(read("float32").toArray(), [[1.5, -2.25, 3], [Math.fround(0.1), Infinity, -0]]);
  assertEquals(read("float64").toArray(), [1 / 3, -1e300, NaN]);
  assertEquals(read("float16").toArray(), [0.5, -65504, 2 ** -24]);
  assertEquals(read("bfloat16").toArray(), [1, -3.140625, 1.171875 * 2 ** 126]);
  assertEquals(
    read("int64").data(),
    new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n]),
  );
  assertEquals(read("int32").toArray(), [[-(2 ** 31)], [2 ** 31 - 1]]);
  assertEquals(read("int16").toArray(), [-32768, 32767]);
  assertEquals(read("int8").toArray(), [-128, 127, 0]);
  assertEquals(read("uint8").toArray(), [0, 255, 7]);
  assertEquals(read("bool").toArray(), [true, false, true]);
  assertEquals([read("scalar").shape, read("scalar").item()], [[], -7.5]);
  assertEquals([read("empty").shape, read("empty").dtype], [[0, 3], "float32"]);
  assertEquals(read("transposed").toArray(), [[0, 3], [1, 4], [2, 5]]);
  assertEquals(read('name "quoted" \\ grün\n').toArray(), [1]);
  for (const name of ["float64", "bfloat16", "int8", "bool"]) assertEquals(read(name).dtype, name);
  for (const tensor of Object.values(record)) assertEquals(tensor.device.split(":")[0], device);
  assertEquals(torch.loadSafetensorsMetadata(golden), goldenMetadata);
});

test("saveSafetensors: writes byte for byte what Python's safetensors wrote", () => {
  inFolder((folder) => {
    const path = join(folder, "deeper", "copy.safetensors");
    const record = torch.loadSafetensors(golden, { device });
    // The same values, but not in the order of memory.
    record.transposed = record.transposed.t().contiguous().t();
    assert(!record.transposed.isContiguous);
    torch.saveSafetensors(path, record, goldenMetadata);
    assertEquals(Deno.readFileSync(path), Deno.readFileSync(golden));
    assertEquals([...Deno.readDirSync(join(folder, "deeper"))].map((e) => e.name), [
      "copy.safetensors",
    ]);
  });
});

test("saveSafetensors: replaces a file, stores views, shared tensors, nothing and odd names", () => {
  inFolder((folder) => {
    const path = join(folder, "x.safetensors");
    torch.saveSafetensors(path, {});
    assertEquals(torch.loadSafetensors(path), {});
    assertEquals(torch.loadSafetensorsMetadata(path), {});
    const x = torch.arange(12, { device }).reshape(3, 4);
    const odd = Object.fromEntries([["__proto__", x], ["2", x], ["1", x], ["", x]]);
    torch.saveSafetensors(path, {
      ...odd,
      column: x.index(torch.slice(), 1),
      expanded: torch.ones([1, 1], { device }).expand([2, 2]),
      tracked: torch.ones([2], { device, requiresGrad: true }),
    });
    const back = torch.loadSafetensors(path);
    assertEquals(Object.keys(back).sort(), [
      "",
      "1",
      "2",
      "__proto__",
      "column",
      "expanded",
      "tracked",
    ]);
    assertEquals(Object.entries(back).find(([name]) => name === "__proto__")![1].shape, [3, 4]);
    assertEquals(back.column.toArray(), [1, 5, 9]);
    assertEquals(back.expanded.toArray(), [[1, 1], [1, 1]]);
    assertEquals(back.tracked.requiresGrad, false);
    const header = Deno.readFileSync(path);
    assertEquals(new DataView(header.buffer).getBigUint64(0, true) % 8n, 0n);
  });
});

test("loadSafetensors: reads only the names asked for; another name is an ArgumentError", () => {
  assertEquals(Object.keys(torch.loadSafetensors(golden, { names: ["bool", "int8"] })).sort(), [
    "bool",
    "int8",
  ]);
  const error = assertThrows(
    () => torch.loadSafetensors(golden, { names: ["bool", "boot"] }),
    ArgumentError,
  );
  assertStringIncludes(error.message, '"boot"');
  assertStringIncludes(error.message, "bfloat16");
});

test("saveSafetensors: what cannot be stored is an ArgumentError and leaves the old file", () => {
  inFolder((folder) => {
    const path = join(folder, "x.safetensors");
    const x = torch.ones([1], { device });
    torch.saveSafetensors(path, { x });
    const before = Deno.readFileSync(path);
    const gone = torch.ones([1], { device });
    gone.dispose();
    // deno-lint-ignore no-explicit-any -- values that the types forbid
    const save = (record: any, metadata?: any) => () =>
      torch.saveSafetensors(path, record, metadata);
    const says = (body: () => void, type: new () => Error, ...words: string[]) => {
      const { message } = assertThrows(body, type);
      for (const word of words) assertStringIncludes(message, word);
    };
    says(save({ a: 1 }), ArgumentError, '"a"', "number");
    says(save({ a: null }), ArgumentError, '"a"', "null");
    says(save({ __metadata__: x }), ArgumentError, "__metadata__");
    says(save({ "\ud800": x }), ArgumentError, "Unicode");
    says(save({ x }, { epoch: 4 }), ArgumentError, '"epoch"', "number");
    says(save({ x }, { epoch: "\udfff" }), ArgumentError, '"epoch"');
    says(save({ x, gone }), DisposedError);
    says(save({ x: torch.complex(x, x).to("complex128") }), ArgumentError, "complex128");
    assertEquals(Deno.readFileSync(path), before);
    assertEquals([...Deno.readDirSync(folder)].length, 1);
    says(() => torch.saveSafetensors(join(path, "below"), { x }), FileError, path);
    says(() => torch.saveSafetensors(folder, { x }), FileError, folder);
  });
});

/** A file of a header (a text, or a value for JSON), the length it claims and bytes of tensors. */
function file(header: unknown, dataBytes = 0, claimed?: bigint): Uint8Array {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const bytes = new TextEncoder().encode(text);
  const out = new Uint8Array(8 + bytes.length + dataBytes);
  new DataView(out.buffer).setBigUint64(0, claimed ?? BigInt(bytes.length), true);
  out.set(bytes, 8);
  return out;
}

const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) => ({
  dtype: "F32",
  shape,
  data_offsets: [begin, end],
});

/** Every kind of malformed file, and words that its message must have. */
const malformed: [name: string, content: Uint8Array, ...words: string[]][] = [
  ["an empty file", new Uint8Array(0), "0 bytes"],
  ["a file of 7 bytes", new Uint8Array(7), "7 bytes"],
  ["a header length of 0", new Uint8Array(8), '"{"'],
  ["a header length beyond the file", file({}, 0, 1000n), "1000", "2 bytes"],
  ["a huge header length", file({}, 0, 100_000_001n), "100000001"],
  ["the largest header length", file({}, 0, 2n ** 64n - 1n), "18446744073709551615"],
  ["a header that is not UTF-8", file("{}").with(9, 0xff), "UTF-8"],
  ["a header that is not JSON", file("{nonsense}"), "not JSON"],
  ["a header cut off", file('{"x": {"dty'), "not JSON"],
  ["a header that is an array", file([]), '"{"'],
  ["a header that is a number", file(7), '"{"'],
  ["a header that starts with a space", file(" {}"), '"{"'],
  ["a header with text after it", file("{} x"), "not JSON"],
  ["a deeply nested header", file(`{"x":${"[".repeat(200_000)}`), "nests its parts"],
  ["a tensor that is not an object", file({ x: [] }), '"x"'],
  ["a tensor that is null", file({ x: null }), '"x"'],
  ["no dtype", file({ x: { shape: [], data_offsets: [0, 4] } }, 4), '"x"', "nothing"],
  ["another dtype's size", file({ x: { ...f32(0, 4), dtype: "F8_E4M3" } }, 4), '"x"', "F8_E4M3"],
  ["a dtype that is a number", file({ x: { ...f32(0, 4), dtype: 6 } }, 4), '"x"', "dtype 6"],
  ["a dtype in lower case", file({ x: { ...f32(0, 4), dtype: "f32" } }, 4), '"f32"'],
  ["no shape", file({ x: { dtype: "F32", data_offsets: [0, 4] } }, 4), '"x"', "shape"],
  ["a negative size", file({ x: f32(0, 4, [-1]) }, 4), '"x"', "[-1]"],
  ["a size with a fraction", file({ x: f32(0, 4, [1.5]) }, 4), '"x"', "[1.5]"],
  [
    "a size that is a string",
    file('{"x":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}', 4),
    '"x"',
  ],
  [
    "a size beyond 2^53",
    file('{"x":{"dtype":"F32","shape":[1e300],"data_offsets":[0,4]}}', 4),
    '"x"',
  ],
  ["a shape that overflows", file({ x: f32(0, 4, [2 ** 32, 2 ** 32]) }, 4), '"x"', "too large"],
  [
    "a shape that overflows to 0",
    file({ x: f32(0, 0, [0, 2 ** 40, 2 ** 40]) }),
    '"x"',
    "too large",
  ],
  ["a shape of 65 dimensions", file({ x: f32(0, 4, new Array(65).fill(1)) }, 4), '"x"', "65"],
  ["no offsets", file({ x: { dtype: "F32", shape: [1] } }, 4), '"x"', "data_offsets"],
  ["one offset", file({ x: { ...f32(0, 4), data_offsets: [4] } }, 4), '"x"', "[4]"],
  ["three offsets", file({ x: { ...f32(0, 4), data_offsets: [0, 4, 8] } }, 4), '"x"'],
  ["a negative offset", file({ x: { ...f32(0, 4), data_offsets: [-4, 0] } }, 4), '"x"', "[-4,0]"],
  ["reversed offsets", file({ x: { ...f32(0, 4), data_offsets: [4, 0] } }, 4), '"x"', "before"],
  ["offsets out of range", file({ x: f32(0, 8) }, 4), '"x"', "truncated"],
  ["offsets far out of range", file({ x: f32(0, 2 ** 50) }, 4), '"x"', "truncated"],
  ["more bytes than the shape needs", file({ x: f32(0, 8, [1]) }, 8), '"x"', "8", "need 4"],
  ["fewer bytes than the shape needs", file({ x: f32(0, 4, [2]) }, 4), '"x"', "need 8"],
  ["overlapping tensors", file({ x: f32(0, 8), y: f32(4, 12) }, 12), '"x"', '"y"', "overlap"],
  ["two tensors of the same bytes", file({ x: f32(0, 4), y: f32(0, 4) }, 4), "overlap"],
  ["a hole before the first tensor", file({ x: f32(4, 8) }, 8), '"x"', "no tensor"],
  ["a hole between tensors", file({ x: f32(0, 4), y: f32(8, 12) }, 12), '"y"', "no tensor"],
  ["bytes after the last tensor", file({ x: f32(0, 4) }, 8), "last 4 bytes"],
  ["bytes without any tensor", file({}, 3), "last 3 bytes"],
  ["a tensor's bytes cut off", file({ x: f32(0, 4), y: f32(4, 12) }, 11), '"y"', "truncated"],
  [
    "a name twice",
    file(`{"x":${JSON.stringify(f32(0, 4))},"x":${JSON.stringify(f32(0, 4))}}`, 4),
    '"x"',
    "twice",
  ],
  [
    "a name twice, once escaped",
    file(`{"x":${JSON.stringify(f32(0, 4))},"\\u0078":1}`, 4),
    '"x"',
    "twice",
  ],
  [
    "a field twice",
    file('{"x":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
    '"dtype"',
    "twice",
  ],
  ["metadata that is a list", file({ __metadata__: ["a"] }), "metadata"],
  ["metadata that is null", file({ __metadata__: null }), "metadata"],
  ["metadata with a number", file({ __metadata__: { epoch: 4 } }), '"epoch"'],
  ["metadata twice", file('{"__metadata__":{},"__metadata__":{}}'), "twice"],
];

for (const [name, content, ...words] of malformed) {
  test(`loadSafetensors: ${name} is a FormatError`, () => {
    inFolder((folder) => {
      const path = join(folder, "bad.safetensors");
      Deno.writeFileSync(path, content);
      for (const read of [torch.loadSafetensors, torch.loadSafetensorsMetadata]) {
        const { message } = assertThrows(() => read(path), FormatError);
        for (const word of [path, "anew", ...words]) assertStringIncludes(message, word);
        assert(message.length < 1000, message);
      }
    });
  });
}

test("loadSafetensors: a missing file is a FormatError that names it", () => {
  for (const read of [torch.loadSafetensors, torch.loadSafetensorsMetadata]) {
    const { message } = assertThrows(() => read("/nowhere/x.safetensors"), FormatError);
    assertStringIncludes(message, "/nowhere/x.safetensors");
  }
});

test("loadSafetensors: a folder is a FileError that names it", () => {
  inFolder((folder) => {
    const { message } = assertThrows(() => torch.loadSafetensors(folder), FileError);
    assertStringIncludes(message, folder);
  });
});

test("loadSafetensors: every cut of a good file is a FormatError and leaves no tensor", () => {
  const whole = Deno.readFileSync(golden);
  inFolder((folder) => {
    const path = join(folder, "cut.safetensors");
    const step = Math.max(1, Math.floor(whole.length / 100));
    for (let size = 0; size < whole.length; size += step) {
      Deno.writeFileSync(path, whole.subarray(0, size));
      assertThrows(() => torch.loadSafetensors(path), FormatError, path);
    }
  });
});

test("loadSafetensors: random damage to a header never does worse than a FormatError", () => {
  const whole = Deno.readFileSync(golden);
  const header = Number(new DataView(whole.buffer).getBigUint64(0, true)) + 8;
  let state = 1;
  const random = (n: number) => (state = (state * 48271) % 2147483647) % n;
  inFolder((folder) => {
    const path = join(folder, "damaged.safetensors");
    let refused = 0;
    for (let i = 0; i < 300; i++) {
      const bytes = whole.slice();
      for (let k = 0; k <= random(3); k++) bytes[random(header)] = random(256);
      Deno.writeFileSync(path, bytes);
      try {
        const record = torch.loadSafetensors(path);
        for (const tensor of Object.values(record)) tensor.dispose();
      } catch (error) {
        assert(error instanceof FormatError, String(error));
        refused++;
      }
    }
    // Damage inside a name goes unnoticed, as it must.
    assert(refused > 200, `${refused}`);
  });
});

test("loadSafetensors: reads a tensor's bytes once and keeps no copy of them", () => {
  inFolder((folder) => {
    const path = join(folder, "large.safetensors");
    const x = torch.arange(1_000_000, { dtype: "float32" });
    torch.saveSafetensors(path, { x, y: x });
    torch.resetPeakMemory();
    const before = torch.memory();
    const record = torch.loadSafetensors(path);
    const after = torch.memory();
    assertEquals(after.bytes - before.bytes, 8_000_000);
    assertEquals(after.peakBytes - before.bytes, 8_000_000);
    assertClose(record.y.sum(), x.sum());
  });
});
