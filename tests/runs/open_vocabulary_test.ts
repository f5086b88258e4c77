import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { recipeFingerprint } from "../../src/runs/fingerprint.ts";
import * as runs from "../../src/runs/mod.ts";
import { embedTexts, saveTextEmbeddings } from "../../src/teachers/mod.ts";
import { inFolder, test } from "../helpers.ts";
import { architecture, golden, writeClip } from "../teachers/clip_files.ts";
import { digits, supervised } from "./small_recipes.ts";

const words = "zero one two three four five six seven eight nine".split(" ");

/** A student of digits that learns from a CLIP which compares them with texts. */
const recipe = (teacher: Partial<runs.TeacherRecipe<runs.Recipe>>): runs.Recipe => ({
  ...supervised({ data: { train: digits({ take: 30 }), test: digits({ take: 20 }) } }),
  name: "by-texts",
  student: { name: "SmallCnn", widths: [4] },
  teachers: [{ kind: "predictive", architecture, ...teacher } as runs.TeacherRecipe<runs.Recipe>],
  method: { name: "KD", temperature: 2 },
  epochs: 1,
});

test("a teacher in a recipe has its classes in words, or embeddings of them", () =>
  inFolder(async (folder) => {
    const source = writeClip(folder);
    const run = async (name: string, teacher: Parameters<typeof recipe>[0], resume = false) => {
      const made = recipe({ source, name: "clip", ...teacher });
      using done = await runs.run(made, { out: `${folder}/${name}`, progress: false, resume });
      const teachers = JSON.parse(Deno.readTextFileSync(`${folder}/${name}/teachers.json`));
      return { losses: done.evaluation!.overall, teachers };
    };
    // The student's names in another order: classes are found by name.
    const list = words.map((_, i) => ({ name: `${9 - i}`, texts: `the digit ${words[9 - i]}` }));
    const first = await run("list", { prompts: list });
    const other = await run("names", {
      prompts: Object.fromEntries(words.map((word) => [word, word])),
      rename: Object.fromEntries(words.map((word, i) => [word, `${i}`])),
      templates: ["the digit {}"],
      tokenizer: `${golden}merges.txt`,
    });
    assertEquals(other.losses, first.losses);
    const again = await run("list", { prompts: list }, true);
    assertEquals(again, first);
    const kept = `${folder}/digits.safetensors`;
    const made = await embedTexts(source, { architecture, classes: list, textTower: { heads: 1 } });
    saveTextEmbeddings(kept, made);
    const third = await run("embeddings", { embeddings: kept });
    assertEquals(third.teachers.length, 1);
    assertEquals(new Set([first, other, third].map((one) => JSON.stringify(one.teachers))).size, 3);
  }));

test("recipes with the same prompts in another order are others", () => {
  const print = (prompts: Record<string, string>) =>
    recipeFingerprint(runs.resolveRecipe(recipe({ source: "clip.pt", prompts })));
  assertEquals(print({ a: "x", b: "y" }), print({ a: "x", b: "y" }));
  assertEquals(print({ a: "x", b: "y" }) === print({ b: "y", a: "x" }), false);
});

test("entries that do not go together are refused by name", () =>
  inFolder(async (folder) => {
    const source = writeClip(folder);
    const refused = async (teacher: Record<string, unknown>, wanted: string) => {
      const made = recipe({ source, ...teacher });
      const error = await assertRejects(
        () => runs.run(made, { out: `${folder}/run`, progress: false }),
        ArgumentError,
      );
      assertStringIncludes(error.message, wanted);
    };
    const prompts = words;
    await refused({ prompts, kind: "descriptive" }, "teachers[0]: a teacher with prompts votes");
    await refused({ embeddings: "x", kind: "descriptive" }, "a teacher with embeddings votes");
    await refused({ prompts, numClasses: 10 }, "teachers[0]: numClasses is of no use");
    await refused({ prompts, tap: "x" }, "teachers[0]: tap is of no use");
    await refused({ tokenizer: "x" }, "teachers[0]: tokenizer is of use for prompts only");
    for (const wrong of [[], [""], { a: [] }, { a: " " }, [{ name: "a" }], 5]) {
      assertThrows(
        () => runs.resolveRecipe(recipe({ source, prompts: wrong as never })),
        ArgumentError,
        "teachers[0].prompts",
      );
    }
    await refused({ prompts: {} }, "There are no classes");
  }));
