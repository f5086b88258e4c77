import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ApprenticeError, FileError, FormatError } from "../../src/base/errors.ts";
import { openOnnx } from "../../src/teachers/onnx.ts";
import { field } from "../../src/teachers/onnx_wire.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { graph, input, model, node, output, tensor, type TensorParts } from "./onnx_parts.ts";

const golden = (name: string) => new URL(`../golden/onnx_files/${name}`, import.meta.url).pathname;
const options = { threads: 1, imageSize: 4 } as const;

/** A folder with a model in it, and what else is put there. */
async function inFolder(
  files: Record<string, Uint8Array>,
  body: (path: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  const inner = `${folder}/inner`;
  Deno.mkdirSync(inner);
  try {
    for (const [name, bytes] of Object.entries(files)) {
      Deno.writeFileSync(`${inner}/${name}`, bytes);
    }
    await body(`${inner}/model.onnx`, inner);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function assertRefused(
  files: Record<string, Uint8Array>,
  word: string,
  kind: new (message: string) => Error = FormatError,
  prepare: (folder: string) => void = () => {},
): Promise<void> {
  await inFolder(files, async (path, folder) => {
    prepare(folder);
    const before = Deno.memoryUsage().rss;
    const start = performance.now();
    const error = await assertRejects(() => openOnnx(path, options), kind);
    assertStringIncludes((error as Error).message, word);
    assert((error as Error).message.length < 700);
    assert(performance.now() - start < 5000);
    assert(Deno.memoryUsage().rss - before < 500 * 2 ** 20);
  });
}

const floats = (...values: number[]) => new Uint8Array(new Float32Array(values).buffer);
/** Images times a tensor of three values. */
const scaling = (weight: Partial<TensorParts>) =>
  model(graph(
    [node("Mul", ["x", "w"], ["y"])],
    [input("x", 1, ["batch", 3, 4, 4])],
    [output("y", 1, ["batch", 3, 4, 4])],
    [tensor({ name: "w", type: 1, dims: [3, 1, 1], raw: floats(1, 2, 3), ...weight })],
  ));
const beside = (entries: Record<string, string>, more: Partial<TensorParts> = {}) =>
  scaling({ raw: undefined, external: { location: "w.bin", ...entries }, ...more });

test("weights beside a model are read, from a place in the file, in a folder, by a link, too", async () => {
  const bytes = floats(9, 1, 2, 3);
  const run = async (path: string) => {
    using opened = await openOnnx(path, options);
    torch.scope(() => {
      const ones = torch.ones([1, 3, 4, 4], { device });
      assertClose(opened.run(ones).features, [[1, 2, 3]]);
    });
  };
  const files = { "model.onnx": beside({ offset: "4", length: "12" }), "w.bin": bytes };
  await inFolder(files, async (path, folder) => {
    await run(path);
    Deno.mkdirSync(`${folder}/w`);
    Deno.renameSync(`${folder}/w.bin`, `${folder}/w/w.bin`);
    Deno.writeFileSync(path, beside({ location: "./w/w.bin", offset: "4" }));
    await run(path);
    // As in the cache of a hub: links in one folder to files that lie together in another one, called otherwise.
    Deno.writeFileSync(path, beside({ offset: "4" }));
    Deno.mkdirSync(`${folder}/../blobs`);
    Deno.renameSync(path, `${folder}/../blobs/1`);
    Deno.copyFileSync(`${folder}/w/w.bin`, `${folder}/../blobs/2`);
    Deno.symlinkSync("../blobs/1", path);
    Deno.symlinkSync("../blobs/2", `${folder}/w.bin`);
    await run(path);
    for (const name of ["w.bin", "model.onnx"]) Deno.removeSync(`${folder}/${name}`);
    // A link to a model whose weights lie beside that one, in a link to another one there.
    Deno.writeFileSync(path, beside({ offset: "4" }));
    Deno.mkdirSync(`${folder}/../there`);
    Deno.renameSync(path, `${folder}/../there/model.onnx`);
    Deno.renameSync(`${folder}/w/w.bin`, `${folder}/../there/real`);
    Deno.symlinkSync("real", `${folder}/../there/w.bin`);
    Deno.symlinkSync("../there/model.onnx", path);
    await run(path);
  });
});

test("weights beside a model that are missing, too short or elsewhere are refused", async () => {
  const whole = floats(1, 2, 3);
  const refused = (
    entries: Record<string, string>,
    word: string,
    kind: new (message: string) => Error = FormatError,
    more: Partial<TensorParts> = {},
  ) => assertRefused({ "model.onnx": beside(entries, more), "w.bin": whole }, word, kind);
  await refused({ location: "v.bin" }, "which is not beside it", FileError);
  await refused({ location: "w.bin/v" }, "not beside it", FileError);
  await refused({ offset: "4" }, "needs bytes up to 16");
  await refused({ offset: "4", length: "8" }, "needs bytes up to 16");
  await refused({ length: "8" }, "has 8 bytes");
  await refused({ length: "16" }, "needs bytes up to 16");
  await refused({ offset: "-4" }, 'no number but "-4" as offset');
  await refused({ offset: "4e0" }, "no number");
  await refused({ offset: "9".repeat(40) }, "no number");
  await refused({ length: "9007199254740991" }, "needs bytes up to 9007199254740991");
  for (
    const location of [
      "../w.bin",
      "a/../../w.bin",
      "..\\w.bin",
      "/etc/passwd",
      "\\\\host\\w.bin",
      "C:\\w.bin",
      "",
      "w.bin\0",
      "w/".repeat(2000),
    ]
  ) await refused({ location }, "which is not one in its folder");
  await refused({ location: "." }, "folder", ApprenticeError);
  await refused({}, "needs bytes up to 16", FormatError, { dims: [4, 1, 1] });
  await refused({}, "larger than any memory", FormatError, { dims: [2 ** 40, 2 ** 20] });
});

test("a link that leads out of a model's folder is not followed", async () => {
  const files = { "model.onnx": beside({}) };
  await assertRefused(files, "link to a file outside its folder", FormatError, (folder) => {
    Deno.writeFileSync(`${folder}/../secret`, floats(1, 2, 3));
    Deno.symlinkSync("../secret", `${folder}/w.bin`);
  });
  if (Deno.build.os === "windows") return;
  await assertRefused(files, "w.bin", FileError, (folder) => {
    new Deno.Command("mkfifo", { args: [`${folder}/w.bin`] }).outputSync();
  });
});

test("a small file of weights that is named again and again is refused", async () => {
  const many = Array.from(
    { length: 3000 },
    (_, i) => tensor({ name: `w${i}`, type: 1, dims: [2 ** 18], external: { location: "w.bin" } }),
  );
  const bytes = model(graph(
    [node("Relu", ["x"], ["y"])],
    [input("x", 1, [1, 3, 4, 4])],
    [output("y", 1, [1, 3, 4, 4])],
    many,
  ));
  await assertRefused(
    { "model.onnx": bytes, "w.bin": new Uint8Array(2 ** 20) },
    "again and again",
  );
});

test("tensors that are not what their shapes say are refused", async () => {
  const refused = (weight: Partial<TensorParts>, word: string) =>
    assertRefused({ "model.onnx": scaling(weight) }, word);
  await refused({ dims: [4, 1, 1] }, "has 12 bytes in place of 16");
  await refused({ dims: [2 ** 31, 2 ** 31] }, "larger than any memory");
  await refused({ dims: [2 ** 20, 2 ** 20] }, "has 12 bytes");
  await refused({ dims: [-1, 3] }, "has a size that no tensor has");
  await refused({ dims: new Array(100).fill(1) }, "more than 64 dimensions");
  await refused({ raw: undefined }, "has no values");
  await refused({ raw: undefined, dims: [2 ** 40] }, "has no values");
  await refused({ type: 11 }, "has 12 bytes in place of 24");
});

test("graphs that lie in each other without end are refused", async () => {
  let inner = graph([], [], [], []);
  for (let i = 0; i < 100; i++) {
    inner = graph([node("If", ["c"], ["z"], [["then_branch", inner]])], [], [], []);
  }
  await assertRefused({ "model.onnx": model(inner) }, "too deeply");
});

const quantized = (scale: Uint8Array, dims: number[], zero: Uint8Array = new Uint8Array(1)) =>
  model(graph(
    [
      node("QuantizeLinear", ["x", "s", "z"], ["q"]),
      node("DequantizeLinear", ["q", "s", "z"], ["y"]),
    ],
    [input("x", 1, [1, 3, 4, 4])],
    [output("y", 1, [1, 3, 4, 4])],
    [
      tensor({ name: "s", type: 1, dims, raw: scale }),
      tensor({ name: "z", type: 2, dims: dims.length === 0 ? [] : [zero.length], raw: zero }),
    ],
  ));

test("quantized models whose scales cannot be, or are of a wrong shape, are refused", async () => {
  for (const scale of [0, -1, NaN, Infinity]) {
    await assertRefused(
      { "model.onnx": quantized(floats(scale), []) },
      `by which numbers are quantized, has ${scale} in it`,
    );
  }
  const wrong = quantized(floats(1, 1, 1, 1, 1), [5], new Uint8Array(5));
  await assertRefused({ "model.onnx": wrong }, "", ApprenticeError);
  await inFolder({ "model.onnx": quantized(floats(0.5), []) }, async (path) => {
    using opened = await openOnnx(path, options);
    torch.scope(() => {
      const { features } = opened.run(torch.full([1, 3, 4, 4], 1.3, { device }));
      assertClose(features, [[1.5, 1.5, 1.5]]);
    });
  });
});

test("images larger than memory, and operations in a circle, are refused", async () => {
  const taking = (shape: (number | string)[]) =>
    model(graph([node("Relu", ["x"], ["y"])], [input("x", 1, shape)], [output("y", 1, shape)], []));
  for (
    const shape of [
      [1, 3, 2 ** 30, 2 ** 30],
      [1, 3, 60_000, 60_000],
      [2 ** 40, 3, 4, 4],
      [1, 0, 4, 4],
    ]
  ) {
    await assertRefused({ "model.onnx": taking(shape) }, "takes", ApprenticeError);
  }
  const circle = model(graph(
    [node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"])],
    [input("x", 1, [1, 3, 4, 4])],
    [output("b", 1, [1, 3, 4, 4])],
    [],
  ));
  await assertRefused({ "model.onnx": circle }, "cannot load");
  // Nodes without names, too, which are placed by their neighbors.
  const unnamed = model(graph(
    [
      node("Relu", ["x"], ["r"], [], "/layer/Relu"),
      node("QuantizeLinear", ["d", "s"], ["q"]),
      node("DequantizeLinear", ["q", "s"], ["d"]),
    ],
    [input("x", 1, [1, 3, 4, 4])],
    [output("d", 1, [1, 3, 4, 4])],
    [tensor({ name: "s", type: 1, dims: [], raw: floats(1) })],
  ));
  await inFolder({ "model.onnx": unnamed }, async (path) => {
    for (const tap of ["layer", "d", "q"]) {
      await assertRejects(() => openOnnx(path, { ...options, tap }), ApprenticeError);
    }
  });
});

test("quantized and external models that were cut or changed are errors or models, and end no process", async () => {
  const script = new URL("children/damaged_onnx.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "-A",
      "--no-check",
      script,
      ...["older_qdq", "dynamo_half", "older_dynamic"].map((name) => golden(`${name}.onnx`)),
    ],
    env: { NO_COLOR: "1", OMP_NUM_THREADS: "1", ROUNDS: "60", STEP: "1999" },
    signal: AbortSignal.timeout(120_000),
  }).output();
  const said = new TextDecoder().decode(stderr);
  assertEquals([code, said], [0, ""], said);
  const { refused, opened, wrong } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(wrong, []);
  assert(refused > 20 && opened > 20, `${refused} refused, ${opened} opened`);
});

test("a model that is longer than its graph is read to its end", async () => {
  // What is appended is merged: a second graph adds an output here.
  const more = field(7, field(12, field(1, new TextEncoder().encode("x2"))));
  const bytes = scaling({});
  const both = new Uint8Array([...bytes, ...more]);
  await assertRefused({ "model.onnx": both }, "cannot load");
});
