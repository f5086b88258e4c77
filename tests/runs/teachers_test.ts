import { assert, assertEquals } from "@std/assert";
import * as models from "../../src/models/mod.ts";
import * as runs from "../../src/runs/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { grayPng } from "../data/images/pictures.ts";
import { inFolder, test } from "../helpers.ts";
import { digits, distilled, supervised } from "./small_recipes.ts";

test("a teacher that is a recipe is trained anew where its images are others", () =>
  inFolder(async (folder) => {
    const paint = async (first: number, second: number) => {
      for (const [i, gray] of [first, second].entries()) {
        await Deno.mkdir(`${folder}/images/${i}`, { recursive: true });
        for (const name of ["a", "b"]) {
          await Deno.writeFile(`${folder}/images/${i}/${name}.png`, grayPng(gray));
        }
      }
    };
    const images = { folder: `${folder}/images`, part: { kind: "center", size: 8 } } as const;
    const recipe = supervised({
      data: { train: digits({ take: 4 }), labelled: digits({ take: 4 }) },
      epochs: 1,
      teachers: [{
        name: "cnn",
        recipe: supervised({
          name: "cnn",
          data: { train: images },
          student: { name: "SmallCnn", channels: 3, widths: [2] },
        }),
      }],
      method: { name: "FitNet" },
    });
    const cache = `${folder}/teachers`;
    const kept = async (out: string) => {
      using _ = await runs.run(recipe, { out: `${folder}/${out}`, cache, progress: false });
      return [...Deno.readDirSync(cache)].length;
    };
    await paint(20, 200);
    assertEquals(await kept("first"), 1);
    assertEquals(await kept("same"), 1);
    await paint(20, 90);
    assertEquals(await kept("changed"), 2);
  }));

test("a teacher that gives NaN is left out where the recipe says so, and the report tells", () =>
  inFolder(async (folder) => {
    using broken = new models.SmallCnn({ numClasses: 10, widths: [2] });
    torch.noGrad(() => broken.parameters().forEach((p) => p.fill_(NaN)));
    broken.view = { size: [28, 28], mean: [0], std: [1] };
    models.save(`${folder}/broken.safetensors`, broken);
    const recipe = distilled({
      teachers: [
        ...distilled().teachers!,
        { name: "broken", kind: "predictive", run: `${folder}/broken.safetensors` },
      ],
      onTeacherFailure: "leaveOut",
    });
    using run = await runs.run(recipe, {
      out: `${folder}/run`,
      cache: `${folder}/teachers`,
      progress: false,
    });
    assertEquals(Object.keys(run.result.leftOut), ["broken"]);
    using without = await runs.run(distilled(), {
      out: `${folder}/without`,
      cache: `${folder}/teachers`,
      progress: false,
    });
    assertEquals(run.evaluation, without.evaluation);
    const report = await Deno.readTextFile(`${run.folder}/report.html`);
    assert(report.includes("Teachers that were left out"));
  }));
