import { assert, assertStringIncludes, assertThrows } from "@std/assert";
import { DTypeError } from "../../src/base/errors.ts";
import { applyView } from "../../src/data/mod.ts";
import { create } from "../../src/models/mod.ts";
import { descriptive, featuresOfScript, openOnnx } from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

const golden = (name: string) => new URL(`../golden/${name}`, import.meta.url).pathname;
const float8: torch.DType[] = [
  "float8_e5m2",
  "float8_e4m3fn",
  "float8_e5m2fnuz",
  "float8_e4m3fnuz",
  "float8_e8m0fnu",
];
const images = (dtype: torch.DType, side = 8) =>
  torch.ones([1, 3, side, side], { device }).to(dtype);

/** Asserts that an error says in our own words which dtypes images may have. */
function assertSaid(run: () => unknown, dtype: string): void {
  const { message } = assertThrows(run, DTypeError);
  for (const word of ["float32", "bytes (uint8)", `got ${dtype}`, "Convert them with"]) {
    assertStringIncludes(message, word);
  }
  assert(!message.includes("aten::"), message);
}

test("teachers of every kind refuse images of 8-bit floats and complex numbers", async () => {
  const dtypes: torch.DType[] = [...float8, "complex64", "complex128"];
  const view = { size: [8, 8], mean: [0, 0, 0], std: [1, 1, 1] } as const;
  using onnx = await openOnnx(golden("onnx_conv.onnx"), { threads: 1 });
  using script = torch.loadScript(golden("script_traced.pt"), { device });
  torch.scope(() => {
    const scripted = featuresOfScript(script, { imageShape: [3, 8, 8] });
    const own = {
      name: "own",
      features: (seen: torch.Tensor) => seen.flatten(1).to("float32"),
      featureDim: 192,
    };
    const teacher = descriptive(own);
    using seeing = descriptive({ ...own, view });
    for (const dtype of dtypes) {
      const given = images(dtype);
      assertSaid(() => onnx.run(given), dtype);
      assertSaid(() => scripted.features(given), dtype);
      assertSaid(() => teacher.run(given), dtype);
      assertSaid(() => seeing.run(given), dtype);
      assertSaid(() => applyView(given, view), dtype);
    }
    teacher.run(images("float32"));
    seeing.run(images("float16"));
    seeing.run(images("uint8"));
  });
});

test("a model says which tensor is of a dtype that libtorch does not compute in, and what to do", () => {
  for (const name of ["resnet20", "vit_tiny_patch16_224"]) {
    using model = create(name);
    const side = name === "resnet20" ? 32 : 224;
    for (const dtype of [...float8, "uint16", "uint32", "uint64"] as const) {
      const { message } = assertThrows(() => model.forward(images(dtype, side)), DTypeError);
      assertStringIncludes(message, `the input is ${dtype} and the weight`);
      assertStringIncludes(message, 'Convert it with to("float32").');
    }
  }
  const { message } = assertThrows(() => images("float8_e4m3fn").min(), DTypeError);
  assertStringIncludes(message, "min does not take float8_e4m3fn");
});
