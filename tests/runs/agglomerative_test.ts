import { assert, assertEquals } from "@std/assert";
import { InterruptedError } from "../../src/base/interrupt.ts";
import { loadHeads } from "../../src/distill/mod.ts";
import * as runs from "../../src/runs/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { inFolder, test } from "../helpers.ts";
import { distilled, quiet, supervised, valuesIn } from "./small_recipes.ts";

/** Two teachers, so that there is somebody to drop. */
const recipe = (method: runs.Recipe["method"]) =>
  distilled({
    teachers: [
      { name: "cnn", kind: "predictive", recipe: supervised({ name: "cnn" }) },
      { name: "again", kind: "descriptive", recipe: supervised({ name: "cnn" }) },
    ],
    method,
    store: { dtype: "float32" },
  });

test("a run keeps the heads beside the student, and goes on to the same ones", () =>
  inFolder(async (folder) => {
    const own = recipe({ name: "Agglomerative", keepHeads: true });
    using run = await runs.run(own, quiet(folder, "whole"));
    using heads = loadHeads(`${run.folder}/heads.safetensors`);
    assertEquals(heads.names, ["cnn", "again"]);
    torch.scope(() => {
      const features = run.student.features(torch.rand([2, 1, 28, 28]));
      assertEquals(heads.of("again").forward(features).shape, [2, 8]);
    });
    // Stopped, later each time, until it is done.
    const options = { ...quiet(folder, "broken"), resume: true };
    let again: runs.Run | undefined;
    let stops = 0;
    while (again === undefined) {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), 100 + 40 * stops);
      try {
        again = await runs.run(own, { ...options, signal: controller.signal });
      } catch (error) {
        if (!(error instanceof InterruptedError)) throw error;
        assert(++stops < 500);
      } finally {
        clearTimeout(timer);
      }
    }
    using other = again;
    assert(stops > 0);
    for (const name of ["student", "heads"]) {
      const [whole, broken] = [run, other].map((one) => `${one.folder}/${name}.safetensors`);
      assertEquals(valuesIn(broken), valuesIn(whole));
    }
  }));

test("a student of features alone learns its teachers' features, and keeps heads to them", () =>
  inFolder(async (folder) => {
    const features = distilled({
      name: "features",
      student: { name: "resnet20", inChannels: 1, numClasses: 0 },
      teachers: [{ name: "cnn", kind: "descriptive", recipe: supervised({ name: "cnn" }) }],
      method: { name: "Agglomerative", keepHeads: true, standardize: "phis" },
      autocast: "bfloat16",
      epochs: 1,
    });
    using run = await runs.run(features, quiet(folder, "run"));
    assertEquals(run.student.numClasses, 0);
    using heads = loadHeads(`${run.folder}/heads.safetensors`);
    assertEquals(heads.of("cnn").output.outFeatures, 8);
  }));
