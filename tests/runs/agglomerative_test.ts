import { assert, assertEquals, assertRejects } from "@std/assert";
import { InterruptedError } from "../../src/base/interrupt.ts";
import { loadHeads } from "../../src/distill/mod.ts";
import * as runs from "../../src/runs/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { inFolder, test } from "../helpers.ts";
import { distilled, supervised } from "./small_recipes.ts";

const quiet = (folder: string, name: string) => ({
  out: `${folder}/${name}`,
  cache: `${folder}/teachers`,
  progress: false,
});

const weights = (path: string) =>
  torch.scope(() =>
    Object.entries(torch.loadSafetensors(path)).map(([name, tensor]) => [name, tensor.toArray()])
  );

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
    const controller = new AbortController();
    const options = quiet(folder, "broken");
    const watch = setInterval(() => {
      try {
        Deno.statSync(`${options.out}/checkpoint.safetensors`);
        controller.abort();
      } catch {
        // Not yet.
      }
    }, 1);
    try {
      await assertRejects(
        () => runs.run(own, { ...options, signal: controller.signal }),
        InterruptedError,
      );
    } finally {
      clearInterval(watch);
    }
    using again = await runs.run(own, { ...options, resume: true });
    for (const name of ["student", "heads"]) {
      const [whole, broken] = [run, again].map((one) => `${one.folder}/${name}.safetensors`);
      assertEquals(weights(broken), weights(whole));
    }
  }));

test("CFL and the agglomerative method run from recipes, without heads unless they are asked for", () =>
  inFolder(async (folder) => {
    for (const name of ["CFL", "Agglomerative"]) {
      using run = await runs.run(recipe({ name }), quiet(folder, name));
      assert(run.evaluation!.overall > 0);
      const files = [...Deno.readDirSync(run.folder)].map((entry) => entry.name);
      assertEquals(files.includes("heads.safetensors"), false);
    }
  }));
