import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ArgumentError, FileError } from "../../src/base/errors.ts";
import * as runs from "../../src/runs/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { inFolder, test } from "../helpers.ts";
import { distilled, quiet, supervised } from "./small_recipes.ts";

const golden = (name: string) => new URL(`../golden/${name}`, import.meta.url).pathname;

/** A convolution of 1 to 4 channels, one of 4 to 8 on half the side, a linear layer: 3x3 kernels, no biases, batch norms. */
const MULTIPLY_ADDS = 28 * 28 * 4 * 9 + 14 * 14 * 8 * 4 * 9 + 8 * 10;
const PARAMETERS = 4 * 9 + 2 * 4 + 8 * 4 * 9 + 2 * 8 + 8 * 10 + 10;

const quick = (folder: string, more: object = {}) => ({
  ...{ cache: `${folder}/teachers`, progress: false, budget: 0.5, batches: [1, 4] },
  ...more,
});
const read = (folder: string, name: string) => Deno.readTextFile(`${folder}/${name}`);
const bytes = (path: string) => Deno.statSync(path).size;
const nameOf = ({ engine, batch, threads }: runs.Latency) => `${engine} ${batch} ${threads}`;

/** Nobody looks at the features here. */
const evaluation = { embedding: null };

/** What the pointer shows in the pictures of the section: a model's name, accuracy and milliseconds. */
function pointsIn(page: string): [string, string, string][] {
  const section = /<section id="size-and-speed">.*?<\/section>/s.exec(page)![0];
  const tips = [...section.matchAll(/<script type="application\/json">(.*?)<\/script>/g)];
  return tips.flatMap(([, json]) => {
    const { heads, rows } = JSON.parse(json);
    return heads.map((head: string, i: number) => [head, ...rows[i]]);
  });
}

test("a run's costs are those of its networks, in its folder and in its report", () =>
  inFolder(async (folder) => {
    const gone = `${folder}/gone`;
    {
      using other = await runs.run(
        supervised({ name: "other", epochs: 1, evaluation }),
        quiet(folder, "gone"),
      );
      assert(other.result.parameters > 0);
    }
    const recipe = distilled({
      epochs: 1,
      // Teachers are measured three at a time, each time beside the student.
      resident: 3,
      evaluation: { ...evaluation, similarity: false },
      teachers: [
        {
          name: "cnn",
          kind: "predictive",
          recipe: supervised({ name: "cnn", epochs: 1, evaluation }),
        },
        { name: "gone", kind: "predictive", run: gone },
        { name: "onnx", source: golden("onnx_conv.onnx") },
        { name: "fixed", source: golden("onnx_fixed.onnx") },
        {
          name: "script",
          source: golden("script_modules/traced.pt"),
          tap: "stem",
          view: { size: [6, 8], mean: [0, 0, 0], std: [1, 1, 1] },
        },
      ],
    });
    using run = await runs.run(recipe, quiet(folder, "run"));
    await Deno.remove(gone, { recursive: true });
    const before = await read(run.folder, "report.html");
    const threads = torch.getNumThreads();

    const costs = await runs.measureCosts(run.folder, quick(folder));
    assertEquals(torch.getNumThreads(), threads);
    assertEquals(JSON.parse(await read(run.folder, "costs.json")), costs);
    assertEquals([costs.batches, costs.threads, costs.budget], [[1, 4], [1, 2], 0.5]);
    assertEquals(costs.machine.libtorch, torch.buildInfo().libtorch);
    assertEquals(costs.machine.onnxruntime, "1.30.0");
    assert(costs.machine.processors >= 1 && Math.abs(Date.parse(costs.date) - Date.now()) < 6e5);

    const [student, cnn, lost, onnx, fixed, script] = costs.models;
    assertEquals(costs.models.map(({ name }) => name), [
      ...["student", "cnn", "gone", "onnx", "fixed", "script"],
    ]);
    for (const { parameters, multiplyAdds, imageShape, architecture } of [student, cnn]) {
      assertEquals(parameters, PARAMETERS);
      assertEquals(multiplyAdds, MULTIPLY_ADDS);
      assertEquals([...imageShape!], [1, 28, 28]);
      assertEquals(architecture, "SmallCnn");
    }
    assertEquals(student.bytes, bytes(`${run.folder}/student.safetensors`));
    const [kept] = [...Deno.readDirSync(`${folder}/teachers`)];
    assertEquals(cnn.bytes, bytes(`${folder}/teachers/${kept.name}/student.safetensors`));
    assertEquals(onnx.bytes, bytes(golden("onnx_conv.onnx")));
    assertEquals(script.bytes, bytes(golden("script_modules/traced.pt")));
    assertEquals([[...onnx.imageShape!], [...script.imageShape!]], [[3, 8, 8], [3, 6, 8]]);

    const accuracies = costs.models.map(({ accuracy }) => accuracy);
    const overall = (name: string) =>
      run.result.models.find((one) => one.name === name)!.accuracy!.overall;
    assertEquals(accuracies.slice(0, 3), [overall("student"), overall("cnn"), overall("gone")]);
    assertEquals(accuracies.slice(3), [null, null, null]);

    const all = [...runs.costsTables(costs)];
    assertEquals(all.length, 3);
    for (const model of costs.models) {
      for (const { median, lower, upper, calls } of model.latencies) {
        assert(lower > 0 && lower <= median && median <= upper && upper < 1000);
        assert(calls >= 3);
      }
    }
    const cells = (engine: string) =>
      ["1 1", "4 1", "1 2", "4 2"].map((cell) => `${engine} ${cell}`);
    for (const { latencies, missing } of [student, cnn]) {
      assertEquals(latencies.map(nameOf), [...cells("libtorch"), ...cells("onnxruntime")]);
      assertEquals(missing, []);
    }
    assertEquals(script.latencies.map(nameOf), cells("libtorch"));
    assertEquals(onnx.latencies.map(nameOf), cells("onnxruntime"));
    assertEquals(fixed.latencies.map(nameOf), ["onnxruntime 1 1", "onnxruntime 1 2"]);
    assertEquals(lost.latencies, []);
    assertEquals([lost.parameters, lost.bytes], [PARAMETERS, null]);
    assertStringIncludes(lost.missing[0].why, `there is no student of a run at ${gone}`);
    assertStringIncludes(lost.missing[0].why, "teachers[1]");
    assertStringIncludes(
      JSON.stringify(fixed.missing),
      "the model takes 1 at once, no more and no less",
    );
    assertStringIncludes(JSON.stringify(script.missing), "cannot be written as ONNX");

    const page = await read(run.folder, "report.html");
    const section = /<section id="size-and-speed">.*?<\/section>/s.exec(page)![0];
    assertEquals(page.replace(section, ""), before);
    assertStringIncludes(section, "Accuracy over latency: libtorch, one image at once, one thread");
    const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
    const inPictures = (["libtorch", "onnxruntime"] as const).flatMap((engine) =>
      [student, cnn].map(({ name, accuracy, latencies }) => {
        const { median } = latencies.find((one) => nameOf(one) === `${engine} 1 1`)!;
        return [name, percent(accuracy!), String(Number(median.toPrecision(4)))];
      }).sort((a, b) => Number(a[2]) - Number(b[2]))
    );
    assertEquals(pointsIn(page), inPictures);

    const options = quick(folder, { batches: [2], threads: [1], budget: 0.1 });
    const again = await runs.measureCosts(run.folder, options);
    assertEquals(
      new Set(again.models.flatMap(({ latencies }) => latencies.map(nameOf))),
      new Set(["libtorch 2 1", "onnxruntime 2 1"]),
    );
    const later = await read(run.folder, "report.html");
    assertEquals(later.match(/<section id="size-and-speed">/g)?.length, 1);
    assertStringIncludes(later, "libtorch, 2 images at once, one thread");

    await Deno.remove(`${run.folder}/report.html`);
    const stopped = AbortSignal.abort(new Error("stopped here"));
    const told = await read(run.folder, "costs.json");
    await assertRejects(
      () => runs.measureCosts(run.folder, { ...options, signal: stopped }),
      Error,
      "stopped here",
    );
    assertEquals(await read(run.folder, "costs.json"), told);
    await runs.measureCosts(run.folder, options);
    const anew = await read(run.folder, "report.html");
    assertEquals(pointsIn(anew).length, 4);
    assertStringIncludes(anew, "Learning curves");
  }));

test("a student without test images has costs and no picture", () =>
  inFolder(async (folder) => {
    const { train } = supervised().data;
    using run = await runs.run(
      supervised({ epochs: 1, evaluation, data: { train } }),
      quiet(folder),
    );
    const options = quick(folder, { batches: [1], threads: [1], budget: 0.05 });
    const { models } = await runs.measureCosts(run.folder, options);
    assertEquals(models.map(({ parameters, accuracy }) => [parameters, accuracy]), [
      [PARAMETERS, null],
    ]);
    const page = await read(run.folder, "report.html");
    assertStringIncludes(page, "no accuracy was measured");
    assertStringIncludes(page, "84.8 k");
  }));

test("what is no run, or not done, or another's just now, is refused in words", () =>
  inFolder(async (folder) => {
    await assertRejects(
      () => runs.measureCosts(`${folder}/none`),
      ArgumentError,
      `There is no run in ${folder}/none: it has no recipe.json`,
    );
    using run = await runs.run(supervised({ epochs: 1, evaluation }), quiet(folder, "run"));
    for (
      const [wrong, message] of [
        [{ batches: [0] }, "whole numbers from 1 to 4096, got 0"],
        [{ batches: [] }, "got none"],
        [{ threads: [1.5] }, "The number of threads"],
        [{ budget: 0 }, "seconds above 0, got 0"],
        [{ budget: NaN }, "seconds above 0, got NaN"],
      ] as const
    ) {
      await assertRejects(() => runs.measureCosts(run.folder, wrong), ArgumentError, message);
    }
    {
      using _ = (await runs.RunFolder.open(run.folder)).hold();
      await assertRejects(
        () => runs.measureCosts(run.folder),
        FileError,
        "works in the run folder",
      );
    }
    await Deno.rename(`${run.folder}/result.json`, `${folder}/result.json`);
    await assertRejects(
      () => runs.measureCosts(run.folder),
      ArgumentError,
      `The run in ${run.folder} is not done: it has no result.json`,
    );
    await Deno.writeTextFile(`${run.folder}/result.json`, "{");
    await assertRejects(
      () => runs.measureCosts(run.folder),
      ArgumentError,
      "result.json is not JSON",
    );
    assert(
      !(await Array.fromAsync(Deno.readDir(run.folder))).some(({ name }) =>
        name.startsWith("costs")
      ),
    );
  }));
