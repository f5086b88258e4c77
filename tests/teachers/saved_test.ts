/** Students that were saved here as teachers. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as models from "../../src/models/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

const view = { size: [8, 8], mean: [0.5], std: [0.25] } as const;

test("a model that models.save wrote, or the folder of a run, is a teacher with its view and classes", async () => {
  const folder = await Deno.makeTempDir();
  using student = new models.SmallCnn({ numClasses: 3, widths: [4, 8] });
  const file = `${folder}/student.safetensors`;
  models.save(file, student, { view, classNames: ["a", "b", "c"] });
  student.eval();
  using pixels = torch.randint(0, 256, [5, 1, 8, 8]).to("uint8");
  for (const place of [file, folder]) {
    using teacher = await teachers.load(place, { kind: "predictive", name: "small" });
    assertEquals(teacher.view, view);
    assertEquals(teacher.classNames, ["a", "b", "c"]);
    assertEquals(teacher.facts.parameters, student.numParameters());
    torch.scope(() => {
      const { features, logits } = teacher.run(pixels);
      const images = pixels.to("float32").div(255).sub(0.5).div(0.25);
      const expected = torch.noGrad(() => student.forward(images));
      assertEquals(features.shape, [5, 8]);
      assert(logits.sub(expected).abs().max().item() < 1e-5);
    });
  }
  using describing = await teachers.load(folder, { view: { mean: [0], std: [1] } });
  assertEquals([describing.kind, describing.numClasses], ["descriptive", null]);
  assertEquals(describing.view, { ...view, mean: [0], std: [1] });
  await Deno.remove(folder, { recursive: true });
});

test("a saved model without classes cannot vote", async () => {
  const folder = await Deno.makeTempDir();
  using student = models.create("resnet20", { numClasses: 0 });
  models.save(`${folder}/student.safetensors`, student, { view });
  const error = await assertRejects(
    () => teachers.load(folder, { kind: "predictive" }),
    ArgumentError,
  );
  assert(error.message.includes("no classes"));
  await Deno.remove(folder, { recursive: true });
});
