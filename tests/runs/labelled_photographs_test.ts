/** The one command's recipe: few labels or another domain's, photographs without labels, public teachers. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ArgumentError, FileError, FormatError } from "../../src/base/errors.ts";
import { InterruptedError } from "../../src/base/interrupt.ts";
import * as data from "../../src/data/mod.ts";
import { evaluate } from "../../src/evaluation/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as runs from "../../src/runs/mod.ts";
import { fillStore, openRun, useStore } from "../../src/runs/open_run.ts";
import { placesOf } from "../../src/runs/run.ts";
import * as torch from "../../src/torch/mod.ts";
import { tar } from "../data/images/pictures.ts";
import { assertClose, inFolder, test } from "../helpers.ts";
import { photographs, teacherFile } from "./photograph_folders.ts";
import { quiet, stopsWhenBegun } from "./small_recipes.ts";

/** Short enough for a test: images of 32 pixels, one pass of everything, labels as often as they are there. */
const SHORT = [
  "student.weights.recipe.epochs=1",
  "student.weights.recipe.data.train.select=[]",
  "evaluation.embedding=null",
];

function short(folder: string, options: Partial<runs.LabelledPhotographsOptions>): runs.Recipe {
  const recipe = runs.labelledPhotographsRecipe({
    photos: [`${folder}/photos`],
    labelled: `${folder}/few`,
    teachers: [`${folder}/resnet20-00000000.safetensors`],
    student: "resnet20",
    size: 32,
    epochs: 1,
    batchSize: 6,
    ...options,
  });
  return runs.applySettings(recipe, [...SHORT, `store.root=${folder}/store`]) as never;
}

/** Asserts that two runs have students of the same values, bit for bit, by the names of those that differ. */
function assertSameStudent(one: runs.Run, other: runs.Run): void {
  torch.scope(() => {
    const [a, b] = [one.student.stateDict(), other.student.stateDict()];
    assertEquals(Object.keys(a), Object.keys(b));
    assertEquals(Object.keys(a).filter((name) => !a[name].equal(b[name])), []);
  });
}

test("the one command's recipe is the one that can be written by hand, and its student names classes", () =>
  inFolder(async (folder) => {
    const [photos, few, test] = [
      await photographs(`${folder}/photos`, 4, { light: 0.7 }),
      await photographs(`${folder}/few`, 2),
      await photographs(`${folder}/test`, 3, { light: 0.7 }),
    ];
    const source = teacherFile(folder);
    using done = await runs.run(short(folder, { test }), quiet(folder, "one"));

    const part = { kind: "random", size: 32, scale: [0.3, 1] } as const;
    const optimizer = { name: "AdamW", lr: 1e-3, weightDecay: 0.05 };
    const learning = { optimizer, schedule: "OneCycle", batchSize: 6 };
    const labelled = { folder: few, part };
    const before = runs.recipe({
      name: "before",
      data: { train: labelled },
      student: "resnet20",
      ...learning,
      epochs: 1,
    });
    const byHand = runs.recipe({
      data: { train: { images: photos, part }, labelled },
      student: { name: "resnet20", weights: { recipe: before } },
      teachers: [{ source, view: { size: [32, 32] } }],
      method: { name: "CustomKD", weights: { logit: 1 } },
      ...learning,
      stages: { customize: { optimizer: { name: "AdamW", lr: 1e-2, weightDecay: 10 } } },
      epochs: 2,
      store: { plain: true, root: `${folder}/other` },
    });
    using other = await runs.run(byHand, { ...quiet(folder, "other"), cache: `${folder}/again` });
    assertSameStudent(done, other);

    using student = models.load(done.folder);
    assertEquals(student.classNames, ["apple", "leaf", "sky"]);
    // What it knew before is what the labels alone taught.
    const [labels] = [...Deno.readDirSync(`${folder}/teachers`)].map(({ name }) => name);
    using taught = models.load(`${folder}/teachers/${labels}`);
    using images = new data.ImageFolder(test, { part: { kind: "center", size: 32 }, workers: 0 });
    const { before: known, test: after } = done.result;
    assertEquals(known!.confusion, (await evaluate(taught, images)).confusion);
    assertEquals([known!.count, after!.count, done.evaluation!.count], [9, 9, 9]);
    assertEquals([other.result.before, other.evaluation], [null, null]);
    const page = await Deno.readTextFile(`${done.folder}/report.html`);
    assert(page.includes("student before"));
  }));

test("several teachers and another domain; what is broken off goes on to the same student", () =>
  inFolder(async (folder) => {
    await photographs(`${folder}/source`, 2);
    // Labels of the target are nobody's, and one of its classes is not in the test.
    await photographs(`${folder}/photos`, 3, { light: 0.5 });
    const test = await photographs(`${folder}/test`, 2, { names: ["leaf", "sky"], light: 0.5 });
    const teachers = [teacherFile(folder), teacherFile(folder, 1)];
    const recipe = short(folder, { labelled: `${folder}/source`, teachers, test });
    using whole = await runs.run(recipe, quiet(folder, "whole"));
    const byClass = whole.evaluation!.countByClass;
    assertEquals([...byClass], [0, 2, 2]);
    assertEquals(whole.student.classNames, ["apple", "leaf", "sky"]);

    const broken = { ...quiet(folder, "broken"), cache: `${folder}/again`, resume: true };
    for (const place of [/again\/labels/, /broken/]) {
      const signal = stopsWhenBegun(folder, place);
      await assertRejects(() => runs.run(recipe, { ...broken, signal }), InterruptedError);
    }
    using again = await runs.run(recipe, broken);
    assertSameStudent(again, whole);
    assertEquals(again.result.before, whole.result.before);
  }));

test("teachers say what they see of the middle of photographs, whichever part the student sees", () =>
  inFolder(async (folder) => {
    const [photos] = [
      await photographs(`${folder}/photos`, 2),
      await photographs(`${folder}/few`, 1),
    ];
    teacherFile(folder);
    const recipe = runs.resolveRecipe(short(folder, {}));
    using opened = await openRun(recipe, placesOf(quiet(folder)));
    await fillStore(recipe, opened, { progress: false });
    using _ = await useStore(recipe, opened);
    const { shelf, learned } = opened;
    const [, { seen }] = learned.sources;
    using batch = await seen.batch(5, 0);
    using whole = data.images(photos, { part: { kind: "center", size: 32 }, workers: 0 });
    using middle = await whole.batch(Int32Array.from(batch.places()));
    torch.scope(() => {
      const [teacher] = shelf.teachers;
      const said = shelf.ask(batch).of(teacher.name).features;
      assertClose(said, teacher.run(middle.pixels).features, { rtol: 2e-3, atol: 2e-3 });
      assert(!batch.pixels.equal(middle.pixels), "the student sees another part");
    });
  }));

test("labels come from folders, lists and tar files", () =>
  inFolder(async (folder) => {
    const few = await photographs(`${folder}/few`, 1);
    const image = await Deno.readFile(`${few}/leaf/leaf_0.png`);
    await Deno.writeTextFile(`${folder}/few.txt`, "few/sky/sky_0.png 0\nfew/leaf/leaf_0.png 1\n");
    await Deno.writeFile(`${folder}/few.tar`, tar([["1.png", image], ["1.cls", "0"]]));
    const labelled = (path: string) => short(folder, { labelled: path }).data.labelled!;
    assert("folder" in labelled(few));
    assert("list" in labelled(`${folder}/few.txt`));
    assert("shards" in labelled(`${folder}/few.tar`));
    // A list's numbers and a folder's names mean the same classes where folders tell.
    const test = await photographs(`${folder}/test`, 1, { names: ["leaf"] });
    assert(short(folder, { labelled: `${folder}/few.txt`, test }).data.test);
  }));

test("few labels are shown repeatedly; many are not", () =>
  inFolder(async (folder) => {
    const labelled = await photographs(`${folder}/few`, 2);
    const made = runs.labelledPhotographsRecipe({ photos: ["p"], labelled, teachers: ["t"] });
    const { weights } = made.student as runs.StudentRecipe<runs.Recipe>;
    const { recipe } = weights as { recipe: runs.Recipe };
    assertEquals(recipe.data.train.select, [{ repeat: 334 }]);
    assertEquals([recipe.epochs, made.epochs], [10, 20]);
  }));

test("a classifier of the classes is taught as it is, anything else learns the labels first", () =>
  inFolder(async (folder) => {
    await photographs(`${folder}/few`, 1);
    const path = `${folder}/student.safetensors`;
    const weightsAfter = (numClasses: number, classNames?: string[]) => {
      using model = models.create("resnet20", { numClasses });
      models.save(path, model, { ...(classNames && { classNames }) });
      const { student } = runs.labelledPhotographsRecipe({
        photos: ["photos"],
        labelled: `${folder}/few`,
        teachers: ["teacher"],
        student: "resnet20",
        weights: path,
      });
      return (student as runs.StudentRecipe<runs.Recipe>).weights;
    };
    assertEquals(weightsAfter(3, ["apple", "leaf", "sky"]), path);
    assertEquals(weightsAfter(3), path);
    for (const other of [[3, ["apple", "leaf", "sea"]], [2, ["apple", "leaf"]], [0]] as const) {
      const { recipe } = weightsAfter(other[0], other[1] && [...other[1]]) as {
        recipe: runs.Recipe;
      };
      assertEquals((recipe.student as { weights: unknown }).weights, path);
    }
  }));

test("what cannot be learned from or measured on is said before anything is trained", () =>
  inFolder(async (folder) => {
    const few = await photographs(`${folder}/few`, 1);
    const test = await photographs(`${folder}/test`, 1, { names: ["leaf", "zebra"] });
    await Deno.writeTextFile(`${folder}/paths.txt`, "few/sky/sky_0.png\n");
    const made = (options: Partial<runs.LabelledPhotographsOptions>) => () =>
      short(folder, options);
    const cases: [Partial<runs.LabelledPhotographsOptions>, typeof FormatError, string][] = [
      [{ labelled: `${few}/sky` }, FormatError, "there has to be one for each class"],
      [{ labelled: `${folder}/nowhere` }, FileError, "Check that the file is there"],
      [{ labelled: `${folder}/paths.txt` }, FormatError, "lists no labels. Write one behind each"],
      [{ labelled: `${few}/sky/sky_0.png` }, ArgumentError, "is one photograph"],
      [{ test }, ArgumentError, 'has photographs of "zebra"'],
    ];
    for (const [options, kind, message] of cases) assertThrows(made(options), kind, message);

    // A run of another architecture, in the one command and in any recipe.
    await photographs(`${folder}/photos`, 1);
    using other = models.create("resnet56", { numClasses: 3 });
    const weights = `${folder}/other.safetensors`;
    models.save(weights, other, { classNames: ["apple", "leaf", "sky"] });
    assertThrows(made({ weights }), ArgumentError, "--student resnet56");
    const recipe: runs.Recipe = {
      data: { train: { folder: few, part: { kind: "center", size: 32 } } },
      student: { name: "resnet20", weights },
      epochs: 1,
    };
    await assertRejects(() => runs.run(recipe, quiet(folder)), ArgumentError, "--student resnet56");
  }));
