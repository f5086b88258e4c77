/** Settings chosen on validation images. */
import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { parseSpace, searchCandidates } from "../../src/runs/candidates.ts";
import * as runs from "../../src/runs/mod.ts";
import { inFolder, test } from "../helpers.ts";
import { digits, supervised } from "./small_recipes.ts";

/** Labelled digits; the test images are not there. */
function recipe(): runs.Recipe {
  const own = supervised({ epochs: 1 });
  const validation = digits({ split: [300, 200], part: 1 });
  return { ...own, data: { ...own.data, validation, test: { folder: "/there/is/none" } } };
}

const space = {
  "optimizer.lr": [0.01, 0.02, 0.03],
  batchSize: [25, 50],
  "student.widths": [[4, 8], [4]],
};

Deno.test("candidates: the recipe first, then others without replacement, decided by the seed", () => {
  const settings = (trials: number, seed?: number) =>
    searchCandidates(recipe(), space, { trials, seed }).map(({ settings }) => settings.join(" "));
  // 3 x 2 x 2, of which one is the recipe itself.
  const all = settings(12);
  assertEquals([all[0], new Set(all).size], ["", 12]);
  assert(!all.includes("optimizer.lr=0.01 batchSize=50 student.widths=[4,8]"));
  assertEquals(settings(5), all.slice(0, 5));
  assertNotEquals(settings(5, 1), settings(5));
  assertThrows(() => settings(13), ArgumentError, "There are 12 different recipes to try");
  assertThrows(() => settings(0), ArgumentError, "trials is a whole number of at least 1, got 0");
  const huge = Object.fromEntries(
    ["epochs", "batchSize", "seed"].map((
      name,
    ) => [name, Array.from({ length: 101 }, (_, i) => i + 1)]),
  );
  assertThrows(
    () => searchCandidates(recipe(), huge, { trials: 2 }),
    ArgumentError,
    "1030301 combinations",
  );
});

Deno.test("candidates: what is shared is drawn alike, whatever else is tried, and every combination comes once", () => {
  const shared = { "optimizer.lr": [0.01, 0.02, 0.03], batchSize: [20, 40] };
  const widths = [[4], [5]];
  const owns: runs.SearchSpace[] = [{}, { "student.widths": widths }, {
    epochs: [5, 6, 7, 8],
    "student.widths": widths,
  }];
  const lists = owns.map((own) => {
    const space = { ...shared, ...own };
    const all = Object.values(space).reduce((product, values) => product * values.length, 1);
    const found = searchCandidates(recipe(), space, { trials: all + 1, shared: 2 })
      .slice(1).map(({ settings }) => settings);
    assertEquals(new Set(found.map(String)).size, all);
    return found.map((settings) => settings.slice(0, 2).join(" "));
  });
  const [first, ...others] = lists;
  assertEquals(new Set(first).size, 6);
  // They go round: each of the six before any of them again.
  for (const list of others) assertEquals(list, list.map((_, i) => first[i % 6]));
});

Deno.test("a space on the command line is entries and values, lists among them", () => {
  assertEquals(parseSpace(["method.beta1=0.3,1", "student.widths=[4,8],[16]", 'a=x,null,"b,c"']), {
    "method.beta1": [0.3, 1],
    "student.widths": [[4, 8], [16]],
    a: ["x", null, "b,c"],
  });
  for (const [text, says] of [["beta1", "such as"], ["=1", "such as"], ["a=", "such as"]]) {
    assertThrows(() => parseSpace([text]), ArgumentError, says);
  }
  assertThrows(() => parseSpace(["a=1", "a=2"]), ArgumentError, "twice");
});

test("a search takes what does best on validation images, and does nothing twice", () =>
  inFolder(async (folder) => {
    const options = { trials: 3, out: folder, progress: false };
    const rates = { "optimizer.lr": [1e-9, 0.01, 0.03] };
    const { trials, best } = await runs.search(recipe(), rates, options);
    assertEquals(trials.map(({ settings }) => settings.length), [0, 1, 1]);
    const still = trials.find(({ settings }) => settings[0] === "optimizer.lr=1e-9")!;
    assert(still.accuracy! < best.accuracy!);
    assertEquals(best.accuracy, Math.max(...trials.map(({ accuracy }) => accuracy!)));
    for (const { folder } of trials) assertEquals(await finalAccuracy(folder), accuracyOf(folder));
    assertEquals(await runs.search(recipe(), rates, options), { trials, best });

    function accuracyOf(folder: string) {
      return trials.find((trial) => trial.folder === folder)!.accuracy;
    }
    async function finalAccuracy(folder: string) {
      const lines = (await Deno.readTextFile(`${folder}/metrics.jsonl`)).trim().split("\n");
      return lines.map((line) => JSON.parse(line)).findLast(({ event }) => event === "epoch")
        .accuracy;
    }
  }));

test("a trial whose training fails counts as none, and is not done again", () =>
  inFolder(async (folder) => {
    const options = { trials: 2, out: folder, progress: false };
    const broken = { ...recipe(), optimizer: { name: "SGD", lr: 1e38 } };
    const rates = { "optimizer.lr": [0.1] };
    const { trials, best } = await runs.search(broken, rates, options);
    assertEquals(trials[0].accuracy, null);
    assert(trials[0].failure!.includes("finite"), trials[0].failure!);
    assertEquals(best, trials[1]);
    const { mtime } = await Deno.stat(`${trials[0].folder}/failed.json`);
    assertEquals((await runs.search(broken, rates, options)).best, best);
    assertEquals((await Deno.stat(`${trials[0].folder}/failed.json`)).mtime, mtime);
    await assertRejects(
      () => runs.search(broken, {}, { ...options, trials: 1 }),
      ArgumentError,
      "none of 1 trials came to its end",
    );
    const { test: _, validation: __, ...data } = recipe().data;
    await assertRejects(
      () => runs.search({ ...recipe(), data }, rates, options),
      ArgumentError,
      "give data.validation",
    );
  }));
