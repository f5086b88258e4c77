import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, DTypeError } from "../../src/base/errors.ts";
import { load } from "../../src/teachers/load.ts";
import { openOnnx } from "../../src/teachers/onnx.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const golden = (name: string) =>
  new URL(`../golden/onnx_whole/${name}.onnx`, import.meta.url).pathname;
const truth = [[200 / 255, 100 / 255]];

/** An image of one color. */
const image = (side = 8) =>
  torch.tensor([200, 100, 50], { dtype: "uint8", device }).reshape(1, 3, 1, 1)
    .repeat(1, 1, side, side);

for (const name of ["uint8", "uint16", "int32", "int64"]) {
  test(`a teacher of an ONNX model that takes ${name} is given bytes`, async () => {
    for (const kind of ["predictive", "descriptive"] as const) {
      using teacher = await load(golden(name), {
        kind,
        logits: kind === "predictive" ? "y" : undefined,
        tap: "y",
      });
      torch.scope(() => {
        assertClose(teacher.run(image()).features, truth);
        assertClose(teacher.run(image(12)).features, truth);
        // Values from 0 to 1 are brought to bytes, and so are those that resizing makes.
        assertClose(teacher.run(image().float().div(255)).features, truth);
        const slope = torch.arange(0, 240, 10, { dtype: "float32", device }).div(255);
        const { features } = teacher.run(slope.repeat(3, 24, 1).unsqueeze(0));
        assertClose(features, [[115 / 255, 115 / 255]], { atol: 0.5 / 255 });
      });
    }
    await assertRejects(
      () => load(golden(name), { view: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } }),
      ArgumentError,
      "mean [0.5, 0.5, 0.5] cannot be meant",
    );
    using fine = await load(golden(name), {
      view: { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] },
    });
    assertEquals(fine.featureDim, 2);
  });
}

test("a float model is given normalized values as before", async () => {
  using teacher = await load(golden("float"), {
    view: { mean: [0, 0, 0], std: [1, 1, 1] },
    tap: "y",
  });
  torch.scope(() =>
    assertClose(teacher.run(image()).features, [[200 / 255 / 255, 100 / 255 / 255]])
  );
});

test("a model whose whole numbers hold no bytes is refused", async () => {
  for (const name of ["int8", "bool"]) {
    const error = await assertRejects(() => load(golden(name)), ArgumentError);
    assertStringIncludes(error.message, `takes ${name}`);
    assertStringIncludes(error.message, "openOnnx");
  }
});

test("an open model of whole numbers refuses fractions and numbers beyond its own", async () => {
  using model = await openOnnx(golden("uint8"));
  torch.scope(() => {
    assertClose(model.run(image()).features, truth);
    assertClose(model.run(image().float()).features, truth);
    assertClose(model.run(image().to("int64")).features, truth);
    const normalized = image().float().div(255).sub(0.45).div(0.22);
    const { message } = assertThrows(() => model.run(normalized), DTypeError);
    assertStringIncludes(
      message,
      "takes uint8, whole numbers from 0 to 255; the images are float32 from -1.154 to 1.520",
    );
    assertThrows(() => model.run(image().to("int64").add(100)), DTypeError, "300.000");
    assertThrows(() => model.run(image().float().mul(Infinity)), DTypeError, "Infinity");
    assertThrows(() => model.run(image().float().mul(NaN)), DTypeError, "NaN");
  });
});
