import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as models from "../../src/models/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { photographs, teacherFile } from "../runs/photograph_folders.ts";
import { digits, supervised } from "../runs/small_recipes.ts";
import { inFolder } from "../helpers.ts";

const main = new URL("../../src/cli/main.ts", import.meta.url).pathname;

/** Runs the command line; what it writes to either place. */
async function apprentice(
  ...args: string[]
): Promise<{ code: number; out: string; errors: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), errors: text(stderr) };
}

Deno.test("a recipe is trained, measured, used and compared from the command line", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/r.json`, JSON.stringify(supervised()));
    const out = `${folder}/run`;
    const trained = await apprentice(
      "train",
      `${folder}/r.json`,
      "--set",
      "epochs=1",
      "--out",
      out,
    );
    assertEquals(trained.code, 0, trained.errors);
    assertStringIncludes(trained.out, "of 200 test images");
    assertStringIncludes(trained.out, `Run folder: ${out}`);
    assertEquals(JSON.parse(await Deno.readTextFile(`${out}/recipe.json`)).epochs, 1);

    const again = await apprentice("train", out, "--resume");
    assertEquals([again.code, again.out], [0, trained.out], again.errors);
    assertStringIncludes(again.errors, "done already");

    const measured = await apprentice("evaluate", out, "--json");
    const { overall, count } = JSON.parse(measured.out);
    assertEquals(count, 200);
    assertStringIncludes(trained.out, `${(100 * overall).toFixed(2)} %`);

    const cost = ["report", out, "--batch", "2", "--threads", "1", "--budget", "0.1"];
    const costs = await apprentice(...cost, "--json", "--quiet");
    assertEquals(costs.code, 0, costs.errors);
    const { models: [student], batches } = JSON.parse(costs.out);
    assertEquals([student.parameters, batches], [438, [2]]);
    const wrong = await apprentice("report", `${out}/none`);
    assertEquals([wrong.code, wrong.out], [1, ""]);
    assertStringIncludes(wrong.errors, `There is no run in ${out}/none`);

    const args = [`${folder}/r.json`, "--seeds", "2", "--out", `${folder}/all`, "--quiet"];
    const compared = await apprentice("compare", ...args, "--set", "epochs=1");
    assertStringIncludes(compared.out, "supervised");
    assertStringIncludes(compared.out, "±");
    assertEquals(
      compared.out.trim(),
      (await Deno.readTextFile(`${folder}/all/comparison.txt`)).trim(),
    );
  }));

Deno.test("a recipe's teachers are looked at without teaching a student", () =>
  inFolder(async (folder) => {
    const run = `${folder}/teacher`;
    const path = `${folder}/teacher.json`;
    await Deno.writeTextFile(path, JSON.stringify(supervised({ epochs: 1 })));
    await apprentice("train", path, "--out", run);
    const teachers = ["one", "two"].map((name) => ({ name, kind: "predictive", run }));
    const { data: { train, test } } = supervised();
    await Deno.writeTextFile(
      `${folder}/shelf.json`,
      JSON.stringify({ ...supervised(), data: { train, validation: test }, teachers }),
    );
    const out = `${folder}/votes`;
    const args = [`${folder}/shelf.json`, "--images", "100", "--quiet", "--out", out];
    const looked = await apprentice("votes", ...args);
    assertEquals(looked.code, 0, looked.errors);
    assertStringIncludes(looked.out, "Votes on 100 images");
    assertStringIncludes(
      looked.out,
      "features say nearly the same (CKA from 0.90 on): one and two.",
    );
    assertStringIncludes(looked.out, `Report: ${out}/report.html`);
    const refused = await apprentice("votes", path);
    assertEquals([refused.code, refused.out], [1, ""]);
    assertStringIncludes(refused.errors, "has no teachers");
  }));

Deno.test("a folder of images is measured on, and photographs are named", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/r.json`, JSON.stringify(supervised({ epochs: 1 })));
    await apprentice("train", `${folder}/r.json`, "--out", `${folder}/run`);
    const { default: sharp } = await import("npm:sharp@^0.34.5");
    for (let digit = 0; digit < 10; digit++) {
      await Deno.mkdir(`${folder}/images/${digit}`, { recursive: true });
      const background = digit < 5 ? "black" : "white";
      await sharp({ create: { width: 40, height: 30, channels: 3, background } }).png()
        .toFile(`${folder}/images/${digit}/1.png`);
    }
    const measured = await apprentice("evaluate", `${folder}/run`, "--images", `${folder}/images`);
    assertStringIncludes(measured.out, "of 10 images", measured.errors);
    const known = ["--images", `${folder}/images`, "--known", `${folder}/images`];
    const features = await apprentice("evaluate", `${folder}/run`, ...known);
    assert(
      /^neighbors \d+\.\d\d %, linear probe \d+\.\d\d %$/.test(features.out.trim()),
      features.errors,
    );
    const photographs = [`${folder}/images/0/1.png`, `${folder}/images/9/1.png`];
    const named = await apprentice("predict", `${folder}/run`, ...photographs, "--top", "2");
    const lines = named.out.trim().split("\n");
    assertEquals(lines.length, 2, named.errors);
    for (const [i, line] of lines.entries()) {
      assert(/: \d \d+\.\d\d %, \d \d+\.\d\d %$/.test(line), line);
      assertStringIncludes(line, photographs[i]);
    }
  }));

Deno.test("photographs and published weights are all that distill takes", () =>
  inFolder(async (folder) => {
    using published = models.create("resnet20");
    torch.saveSafetensors(`${folder}/resnet20-c1fa5.safetensors`, published.stateDict());
    const { default: sharp } = await import("npm:sharp@^0.34.5");
    await Deno.mkdir(`${folder}/photos`);
    for (let i = 0; i < 6; i++) {
      const background = { r: 40 * i, g: 128, b: 255 - 40 * i };
      await sharp({ create: { width: 60, height: 50, channels: 3, background } }).jpeg()
        .toFile(`${folder}/photos/${i}.jpg`);
    }
    const sizes = ["--size", "32", "--batch-size", "3", "--epochs", "1"];
    const teacher = ["--teacher", `${folder}/resnet20-c1fa5.safetensors`, "--student", "resnet20"];
    const out = `${folder}/first`;
    const { code, errors } = await apprentice(
      "distill",
      `${folder}/photos`,
      ...teacher,
      ...sizes,
      "--out",
      out,
    );
    assertEquals(code, 0, errors);
    using student = models.load(`${out}/student.safetensors`);
    assertEquals([student.numClasses, student.view?.size], [0, [32, 32]]);
  }));

Deno.test("few labels beside photographs make a classifier in one command, which says before and after", () =>
  inFolder(async (folder) => {
    const photos = await photographs(`${folder}/photos`, 2, { light: 0.7 });
    const labelled = ["--labelled", await photographs(`${folder}/few`, 1)];
    const test = ["--test", await photographs(`${folder}/test`, 2, { light: 0.7 })];
    const teacher = ["--teacher", teacherFile(folder), "--student", "resnet20"];
    const sizes = ["--size", "32", "--batch-size", "3", "--epochs", "1"];
    const labels = ["--set", "student.weights.recipe.data.train.select=[]"];
    const stored = ["--set", `store.root=${folder}/store`, "--set", "evaluation.embedding=null"];
    const out = `${folder}/run`;
    const distill = (...args: string[]) =>
      apprentice("distill", photos, ...teacher, ...sizes, "--out", out, ...args);
    const made = await distill(...labelled, ...test, ...labels, ...stored);
    assertEquals(made.code, 0, made.errors);
    assert(
      /^right on \d+\.\d\d % of 6 test images, before \d+\.\d\d %\nRun folder: /.test(made.out),
      made.out,
    );
    using student = models.load(out);
    assertEquals(student.classNames, ["apple", "leaf", "sky"]);
    const again = await distill(...labelled, ...test, ...labels, ...stored, "--resume");
    assertEquals([again.code, again.out], [0, made.out], again.errors);
    for (
      const [args, says] of [
        [test, "give --labelled too"],
        [["--labelled", photos + "/sky"], "there has to be one for each class"],
      ] as [string[], string][]
    ) {
      const { code, errors } = await distill(...args);
      assertEquals(code, 1, errors);
      assertStringIncludes(errors, says);
      assert(!errors.includes("    at "), errors);
    }
  }));

Deno.test("a recipe's store is filled ahead of its run, listed, verified and pruned", () =>
  inFolder(async (folder) => {
    const root = `${folder}/store`;
    await apprentice(
      "train",
      await written(folder, "teacher", supervised({ epochs: 1 })),
      "--out",
      `${folder}/cnn`,
    );
    const recipe = await written(folder, "student", {
      ...supervised({ epochs: 2 }),
      teachers: [{ name: "cnn", kind: "predictive", run: `${folder}/cnn` }],
      method: "KD",
      store: { root },
    });
    // All of it is one shard, whose middle is in the second of two parts.
    await apprentice("store", "fill", recipe, "--part", "1/2");
    const begun = await apprentice("store", "list", "--root", root);
    assertStringIncludes(begun.out, "   0%  cnn: 300 images x 1, float16");
    const lacking = await apprentice("store", "status", recipe, "--parts", "2");
    assertEquals(lacking.code, 1, lacking.errors);
    assertStringIncludes(lacking.out, "0: 0-299");
    assertStringIncludes(lacking.out, "Parts that are missing: 2/2.");
    const elsewhere = ["--set", `store.root=${folder}/other`];
    const filled = await apprentice("store", "fill", recipe, "--part", "2/2", ...elsewhere);
    assertEquals(filled.code, 0, filled.errors);
    const merged = await apprentice("store", "merge", `${folder}/other`, "--into", root);
    assertStringIncludes(
      merged.out,
      "1 shard copied (11.1 kB), 0 there several times; 1 of 1 teachers whole",
    );
    assertEquals((await apprentice("store", "status", recipe)).code, 0);
    const refused = await apprentice("store", "merge", `${folder}/nothing`, "--into", root);
    assertEquals(refused.code, 1);
    assertStringIncludes(refused.errors, "StoreError: There is no store in");
    const listed = await apprentice("store", "list", "--root", root);
    assertStringIncludes(listed.out, "cnn: 300 images x 1, float16");
    assertStringIncludes(listed.out, "whole");
    const trained = await apprentice("train", recipe, "--out", `${folder}/run`);
    assertEquals(trained.code, 0, trained.errors);
    const verified = await apprentice("store", "verify", "--root", root);
    assertStringIncludes(verified.out, "0 damaged");
    const pruned = await apprentice("store", "prune", "--below", "0", "--root", root);
    assertStringIncludes(pruned.out, "0 bytes now");
    assertStringIncludes((await apprentice("store", "list", "--root", root)).out, "empty");
    const wrong = await apprentice("store", "prune", "--below", "much", "--root", root);
    assertStringIncludes(wrong.errors, "it is a size such as 20GB");
  }));

Deno.test("a study is compared, and a recipe's settings are chosen, from the command line", () =>
  inFolder(async (folder) => {
    const own = supervised({ epochs: 1 });
    const validation = digits({ split: [300, 200, 100], part: 2 });
    const data = {
      train: digits({ split: [300, 200, 100], part: 0 }),
      validation,
      test: digits({ split: [300, 200, 100], part: 1 }),
    };
    const study = {
      name: "rates",
      recipe: { ...own, data },
      variants: [
        { title: "slow", search: { "optimizer.lr": [0.001, 0.002] } },
        { title: "fast +", optimizer: { name: "AdamW", lr: 0.02 }, search: { batchSize: [30] } },
      ],
      trials: 2,
      seeds: 2,
    };
    const path = await written(folder, "study", study);
    const out = ["--out", `${folder}/study`, "--quiet"];
    const compared = await apprentice("compare", path, ...out, "--seeds", "3");
    assertEquals(compared.code, 0, compared.errors);
    for (const text of ["over 3 seeds", "fast +", "difference from slow", "All trials"]) {
      assertStringIncludes(compared.out, text);
    }
    const text = (await Deno.readTextFile(`${folder}/study/comparison.txt`)).trim();
    assertEquals(compared.out.trim().replaceAll(/\n+/g, "\n"), text.replaceAll(/\n+/g, "\n"));
    const only = await apprentice("compare", path, ...out, "--only", "fast +", "--trials", "1");
    assertEquals([only.code, only.out.includes("slow")], [0, false], only.errors);

    const recipe = await written(folder, "r", { ...own, data: { ...data, test: null } });
    const space = ["--space", "optimizer.lr=0.001,0.02", "--space", "student.widths=[4],[4,8]"];
    const searched = await apprentice(
      "search",
      recipe,
      ...space,
      "--trials",
      "3",
      "--quiet",
      "--out",
      `${folder}/s`,
    );
    assertEquals(searched.code, 0, searched.errors);
    assertStringIncludes(searched.out, "as it is");
    assertStringIncludes(searched.out, "The best:");

    // Who teaches in a study is looked at as of its last variant.
    const [one, two] = ["first", "second"].map((name, seed) => (
      { name, kind: "predictive", recipe: { ...own, data: { train: data.train }, seed } }
    ));
    const taught = {
      name: "taught",
      recipe: {
        ...own,
        data: {
          ...data,
          train: { ...data.train, select: [...data.train.select!, { unlabelled: true }] },
        },
      },
      variants: [
        { title: "none", method: "KD", teachers: [one] },
        { title: "all", method: "KD", teachers: [one, two] },
      ],
    };
    const shelf = await written(folder, "taught", taught);
    const seen = await apprentice("votes", shelf, "--quiet", "--out", `${folder}/votes`);
    assertEquals(seen.code, 0, seen.errors);
    assertStringIncludes(seen.out, "second");

    for (
      const [args, says] of [
        [["compare", path, recipe], "is a study: compare it by itself"],
        [["compare", recipe, "--only", "a"], "these are plain recipes"],
        [["compare", path, "--trials", "0"], "a whole number from 1"],
        [["train", path], "is a study of several variants, not one recipe"],
        [["search", recipe, "--space", "optimizer.lr"], "such as method.beta1=0.3,1,3"],
        [["search", recipe, "--space", "optimizer.lrr=1,2"], 'did you mean "lr"?'],
      ] as [string[], string][]
    ) {
      const { code, errors } = await apprentice(...args, "--out", `${folder}/none`);
      assertEquals(code, 1, errors);
      assertStringIncludes(errors, says);
    }
  }));

async function written(folder: string, name: string, recipe: unknown): Promise<string> {
  await Deno.writeTextFile(`${folder}/${name}.json`, JSON.stringify(recipe));
  return `${folder}/${name}.json`;
}

Deno.test("what cannot be is refused with one line that says what to do, and code 1", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/r.json`, JSON.stringify(supervised({ epochs: 1 })));
    await Deno.writeTextFile(`${folder}/typo.json`, JSON.stringify({ ...supervised(), epoch: 1 }));
    const refused: [string[], string][] = [
      [["train", `${folder}/nowhere.ts`], "FileError: There is no recipe at"],
      [["train", `${folder}/typo.json`], 'ArgumentError: There is no option "epoch"; did you mean'],
      [["train", `${folder}/r.json`, "--set", "optimiser.lr=1"], 'did you mean "optimizer"?'],
      [
        ["train", `${folder}/r.json`, "--set", "optimizer.lr=x"],
        'optimizer.lr must be a number of at least 0, got "x".',
      ],
      [["train", `${folder}/r.json`, "--resume"], "give the option out"],
      [["evaluate", folder], "There is no student at"],
      [["predict", `${folder}/r.json`, "photo.jpg"], "There is no student at"],
      [
        ["compare", `${folder}/r.json`, `${folder}/r.json`, "--out", folder],
        "Two recipes are called",
      ],
    ];
    for (const [args, message] of refused) {
      const { code, errors } = await apprentice(...args);
      assertEquals(code, 1, args.join(" "));
      assertStringIncludes(errors, message);
      assert(!errors.includes("    at "), errors);
    }
  }));
