import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ArgumentError, DTypeError } from "../../src/base/errors.ts";
import { differencesOf } from "../../src/base/spec.ts";
import { load } from "../../src/teachers/load.ts";
import { openOnnx } from "../../src/teachers/onnx.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const golden = (name: string) => new URL(`../golden/onnx_files/${name}`, import.meta.url).pathname;
const truth = () => torch.loadSafetensors(golden("returned.safetensors"), { device });

/** How far what a module returned may be from PyTorch's, as a part of the largest value. */
const tolerances: Record<string, number> = {
  older: 1e-5,
  older_11: 1e-5,
  external: 1e-5,
  dynamo: 1e-5,
  dynamo_21: 1e-5,
  older_half: 5e-3,
  older_half_io: 5e-3,
  dynamo_half: 5e-3,
  dynamo_half_io: 5e-3,
  older_qdq: 0.06,
  dynamo_qdq: 0.06,
  older_dynamic: 0.06,
  dynamo_dynamic: 0.06,
};

/** Modules whose result is in all files. */
const taps = ["layer1", "parts.odd-1 ü", "parts.odd-1 ü.qkv", "norm", "avgpool"];
/** Modules whose result is not in a file, and why. */
const refused: [file: string, tap: string, word: string][] = [
  ["older", "conv1", "merged with a batch norm, which may be in it or follow it"],
  ["older", "layer1.0.downsample", "merged with a batch norm, which may be in it or follow it"],
  ["older", "bn1", "no tensor"],
  // Another one's name ends so, and that one's is not meant.
  ["older", "act2", "The nearest modules are layer1.0.act2"],
  ["dynamo", "conv1", 'merged with the batch norm that follows it, "bn1"'],
  ["dynamo_dynamic", "layer1.0", "ConvInteger follows"],
  ["older_qdq", "conv1", "merged with a batch norm"],
  ["older_dynamic", "conv1", "merged with a batch norm"],
  ["older", "odd-2", "no tensor"],
  ["older", "layer9.0.conv1", "no tensor"],
];

for (const [name, tolerance] of Object.entries(tolerances)) {
  test(`an ONNX file gives PyTorch's logits and what its modules returned: ${name}`, async () => {
    const path = golden(`${name}.onnx`);
    const more = name.endsWith("_dynamic") ? [] : ["act1", "layer1.0"];
    const own = name.startsWith("dynamo") && !name.endsWith("_dynamic")
      ? ["bn1", "layer1.0.downsample"]
      : [];
    for (const tap of [...taps, ...more, ...own]) {
      using model = await openOnnx(path, { tap, logits: true, threads: 1 });
      torch.scope(() => {
        const want = truth();
        const seen = model.compute(want.images, [model.tap, model.logits!]);
        const near = (value: torch.Tensor, expected: torch.Tensor) => {
          const largest = expected.abs().max().item() as number;
          assertEquals(value.shape, expected.shape, tap);
          assertClose(value, expected, { atol: tolerance * largest, rtol: 0 });
        };
        near(seen[model.tap], want[`${tap}#`]);
        near(seen[model.logits!], want.logits);
      });
    }
    // Untold, the features are what goes into the head.
    using teacher = await load(path, {
      kind: "predictive",
      view: { mean: [0, 0, 0], std: [1, 1, 1], size: [16, 16] },
    });
    torch.scope(() => {
      const want = truth();
      const { features } = teacher.run(want.images);
      const expected = want["avgpool#"].squeeze(2);
      const atol = tolerance * (expected.abs().max().item() as number);
      assertClose(features, expected, { atol, rtol: 0 });
    });
  });
}

for (const [file, tap, word] of refused) {
  test(`a module whose result is not in an ONNX file is refused: ${tap} in ${file}`, async () => {
    const { message } = await assertRejects(
      () => openOnnx(golden(`${file}.onnx`), { tap, threads: 1 }),
      ArgumentError,
    );
    assertStringIncludes(message, word);
  });
}

test("the whole numbers within a quantized model are no features", async () => {
  for (const exporter of ["older", "dynamo"]) {
    const path = golden(`${exporter}_qoperator.onnx`);
    using model = await openOnnx(path, { tap: "avgpool", logits: true, threads: 1 });
    torch.scope(() => {
      const want = truth();
      assertClose(model.run(want.images).logits!, want.logits, { atol: 0.1, rtol: 0 });
      assertClose(model.run(want.images).features, want["avgpool#"].select(2, 0), {
        atol: 0.1,
        rtol: 0,
      });
    });
  }
  await assertRejects(
    () => openOnnx(golden("older_qoperator.onnx"), { tap: "act1", threads: 1 }),
    DTypeError,
    "is uint8: whole numbers, not features",
  );
});

test("another tap, or other weights beside it, make another teacher", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const names = ["external.onnx", "weights/0.bin", "weights/1.bin", "weights/2.bin"];
    Deno.mkdirSync(`${folder}/weights`);
    for (const name of names) Deno.copyFileSync(golden(name), `${folder}/${name}`);
    const specOf = async (tap: string) => {
      using teacher = await load(`${folder}/external.onnx`, { tap, name: "t" });
      return teacher.spec();
    };
    // Both are as wide.
    const [first, second] = [await specOf("layer1"), await specOf("norm")];
    assertEquals(differencesOf(first, second).map(({ path }) => path), ["places.features"]);
    assertEquals(differencesOf(first, await specOf("layer1")), []);
    const bytes = Deno.readFileSync(`${folder}/weights/1.bin`);
    bytes[8] ^= 1;
    Deno.writeFileSync(`${folder}/weights/1.bin`, bytes);
    const changed = differencesOf(first, await specOf("layer1"));
    assertEquals(changed.map(({ path }) => path), ["weightFiles.1.checksum"]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
