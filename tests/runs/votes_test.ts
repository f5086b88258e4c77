import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { ArgumentError, ShapeError, TrainingError } from "../../src/base/errors.ts";
import { classChance } from "../../src/distill/mod.ts";
import { evaluate } from "../../src/evaluation/mod.ts";
import * as data from "../../src/data/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as runs from "../../src/runs/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { formatTable } from "../../src/report/table.ts";
import { inFolder, test } from "../helpers.ts";
import { digits, distilled, quiet, supervised } from "./small_recipes.ts";

const voter = (name: string, more: Partial<runs.Recipe> = {}) => ({
  name,
  kind: "predictive" as const,
  recipe: supervised({ name, data: { train: digits({ split: [300, 200], part: 0 }) }, ...more }),
});

const trained = {
  student: { name: "Mlp", inputs: 784, widths: [32] },
  epochs: 4,
  batchSize: 20,
};
const weak = voter("weak", { seed: 5, epochs: 1, optimizer: { name: "SGD", lr: 1e-9 } });

/** Three voters, one of which is hardly trained, and one with features only; labels in `data.validation`. */
const shelf = (more: Partial<runs.Recipe> = {}) =>
  distilled({
    name: "shelf",
    data: {
      train: digits({ split: [300, 200], part: 0 }, { unlabelled: true }),
      validation: digits({ split: [300, 200], part: 1 }),
    },
    teachers: [
      voter("cnn", trained),
      voter("other", { seed: 3, ...trained }),
      weak,
      { ...voter("same", { ...trained, name: "cnn" }), kind: "descriptive" },
    ],
    method: { name: "UNIFORM" },
    ...more,
  });

/** Without its folder and words. */
const numbersOf = ({ folder: _, sentences: __, ...rest }: runs.ShelfVotes) => rest;

test("a shelf is looked at: who agrees, who says the same, who harms", () =>
  inFolder(async (folder) => {
    const found = await runs.votes(shelf(), quiet(folder, "votes"));
    assertEquals([found.name, found.images], ["shelf", 300]);
    assertEquals(found.teachers.map(({ name }) => name), ["cnn", "other", "weak", "same"]);
    const { voters, pairs } = found.votes!;
    assertEquals(voters.map(({ teacher }) => teacher), ["cnn", "other", "weak"]);
    for (const { chance } of voters) assertAlmostEquals(chance, classChance(3, 10), 1e-12);
    assert(pairs[0][1].kappa > 0.3, `${pairs[0][1].kappa}`);
    assert(voters[2].others!.kappa < 0.2);
    // The descriptive one has the features of the first voter: it is made of the same recipe.
    assertAlmostEquals(found.cka[0][3], 1, 1e-6);
    assert(found.sentences.some((text) => text.endsWith("cnn and same.")), `${found.sentences}`);

    const { labelled } = found;
    assertEquals(labelled!.images, 200);
    const [kept] = [...Deno.readDirSync(`${folder}/teachers`)].filter(({ name }) =>
      name.startsWith("other-")
    );
    using model = models.load(`${folder}/teachers/${kept.name}`);
    using all = await data.mnist("test");
    const parts = all.split([300, 200]);
    try {
      const { overall } = await evaluate(model, parts[1]);
      assertAlmostEquals(labelled!.voters[1].accuracy, overall, 1e-12);
    } finally {
      for (const part of parts) part.dispose();
    }
    const text = runs.votesTables(found).map((table) => formatTable(table)).join("\n");
    for (const name of ["cnn", "other", "weak", "same"]) assert(text.includes(name), text);
    const page = await Deno.readTextFile(`${folder}/votes/report.html`);
    for (const title of ["Vote margin", "CKA of each two teachers"]) assert(page.includes(title));
    const kept2 = JSON.parse(await Deno.readTextFile(`${folder}/votes/votes.json`));
    assertEquals(kept2.votes.voters, JSON.parse(JSON.stringify(voters)));
    assertEquals([...Deno.readDirSync(`${folder}/votes`)].map(({ name }) => name).sort(), [
      "report.html",
      "votes.json",
    ]);
  }));

test("the same is found in a store as from teachers that are asked, and again", () =>
  inFolder(async (folder) => {
    const recipe = shelf({ augment: [{ name: "randomCrop", padding: 2 }], views: 2 });
    const live = await runs.votes(recipe, { ...quiet(folder, "live"), images: 120 });
    const store = { dtype: "float32" as const, root: `${folder}/store` };
    const stored = { ...recipe, store };
    const empty = await runs.votes(stored, { ...quiet(folder, "empty"), images: 120 });
    assertEquals(numbersOf(empty), numbersOf(live));
    // Nothing is stored by looking.
    assertEquals([...Deno.readDirSync(folder)].some(({ name }) => name === "store"), false);
    await runs.fill(stored, { cache: `${folder}/teachers`, progress: false });
    const read = await runs.votes(stored, { ...quiet(folder, "stored"), images: 120 });
    assertEquals(read.votes, live.votes);
    read.cka.flat().forEach((value, i) => assertAlmostEquals(value, live.cka.flat()[i], 1e-4));
  }));

test("without labels nobody says who harms, and labels are never taken from the test images", () =>
  inFolder(async (folder) => {
    const recipe = shelf();
    const { train } = recipe.data;
    const test = digits({ split: [300, 200], part: 1 });
    const found = await runs.votes({ ...recipe, data: { train, test } }, quiet(folder, "a"));
    assertEquals(found.labelled, null);
    assert(found.sentences.some((text) => text.includes("data.validation")));
    const [, , ...features] = recipe.teachers!;
    const one = { ...recipe, teachers: features, data: { train, validation: test } };
    const alone = await runs.votes(one, { ...quiet(folder, "b"), images: 50 });
    assertEquals(alone.votes!.voters[0].others, null);
    assertEquals(alone.sentences[0].startsWith("Only weak votes"), true);
    assertEquals([alone.images, alone.labelled!.images], [50, 50]);
    const mute = { ...one, teachers: features.slice(1) };
    const none = await runs.votes(mute, quiet(folder, "c"));
    assertEquals([none.votes, none.labelled, none.cka], [null, null, [[1]]]);
  }));

test("a teacher that fails is left out where the recipe says so, and named", () =>
  inFolder(async (folder) => {
    using broken = new models.Mlp({ inputs: 784, widths: [8], numClasses: 10 });
    torch.noGrad(() => torch.scope(() => broken.head.parameters()[0].fill_(NaN)));
    models.save(`${folder}/broken.safetensors`, broken);
    const teachers = [
      voter("cnn", trained),
      { name: "broken", kind: "predictive" as const, run: `${folder}/broken.safetensors` },
    ];
    const recipe = shelf({ teachers, onTeacherFailure: "leaveOut" });
    await assertRejects(
      () => runs.votes({ ...recipe, onTeacherFailure: "throw" }, quiet(folder, "votes")),
      TrainingError,
      'in the logits of teacher "broken"',
    );
    const found = await runs.votes(recipe, quiet(folder, "votes"));
    assertEquals(Object.keys(found.leftOut), ["broken"]);
    assertEquals(found.votes!.voters.map(({ images }) => images), [300, 0]);
    assertEquals(found.votes!.voters[0].influence, 1);
    assertEquals(found.votes!.pairs[0][1].images, 0);
    assertEquals([found.cka[0][0], found.cka[0][1]], [1, NaN]);
    assert(found.sentences.at(-1)!.startsWith("broken was left out: its logits hold NaN"));
    runs.votesTables(found).map((table) => formatTable(table));
  }));

test("teachers that know some classes only vote by the rule of the recipe's method", () =>
  inFolder(async (folder) => {
    const of = (name: string, classes: string[]) =>
      voter(name, {
        ...trained,
        data: { train: digits({ split: [300, 200], part: 0 }, { classes, relabel: true }) },
      });
    const [low, high] = [["0", "1", "2", "3", "4"], ["5", "6", "7", "8", "9"]];
    const recipe = (partial: string) =>
      shelf({
        teachers: [of("low", low), of("high", high), voter("all", trained)],
        method: { name: "UNIFORM", partial } as runs.Recipe["method"],
      });
    const look = (partial: string) => runs.votes(recipe(partial), quiet(folder, partial));
    const literal = await look("literal");
    assertEquals(literal.votes!.voters.map(({ images }) => images), [300, 300, 300]);
    // Low and high never agree, and have five classes to hit each.
    assertEquals(literal.votes!.pairs[0][1].agreement, 0);
    const chances = literal.votes!.voters.map(({ chance }) => chance);
    assert(Math.abs(chances[0] - chances[1]) < 0.02 && chances[2] > 0.3, `${chances}`);
    const { voters } = literal.labelled!;
    for (const one of voters.slice(0, 2)) assert(one.accuracyOnKnown > one.accuracy + 0.2);
    assertEquals(voters[2].accuracyOnKnown, voters[2].accuracy);
    const title = formatTable(runs.votesTables(literal)[1]);
    assert(title.includes("classes that it knows"), title);
    // Whoever abstains is looked at where it votes; the threshold was looked for in these images first.
    const abstaining = await look("abstain");
    const [lows, highs, all] = abstaining.votes!.voters;
    assertEquals(all.images, 300);
    for (const one of [lows, highs]) {
      assert(one.images > 0 && one.images < 300, `${one.images}`);
      assert(one.agreement > literal.votes!.voters[0].agreement);
    }
    const together = await look("concatenated");
    const [first, second] = together.votes!.voters;
    assertEquals(first.images + second.images, 300);
    assertEquals(together.votes!.pairs[0][1].images, 0);
  }));

test("what cannot be looked at is refused, and a run keeps its report", () =>
  inFolder(async (folder) => {
    const at = quiet(folder, "run");
    await assertRejects(() => runs.votes(supervised(), at), ArgumentError, "no teachers");
    await assertRejects(
      () => runs.votes(shelf({ teachers: [weak] }), { ...at, images: 0 }),
      ArgumentError,
      "from 1",
    );
    using _ = await runs.run(supervised({ epochs: 1 }), at);
    await assertRejects(
      () => runs.votes(shelf({ teachers: [weak] }), at),
      ArgumentError,
      "whose report would be lost",
    );
    const few = digits({ classes: [1, 2], relabel: true }, { take: 50 });
    const other = {
      ...shelf({ teachers: [weak] }),
      student: { name: "SmallCnn", widths: [4, 8], numClasses: 10 },
      data: { ...shelf({ teachers: [weak] }).data, validation: few },
    };
    await assertRejects(
      () => runs.votes(other, { ...quiet(folder, "few") }),
      ShapeError,
      "data.validation has 2 classes",
    );
  }));

test("looking is stopped between two batches, with the reason", () =>
  inFolder(async (folder) => {
    using teacher = await runs.run(supervised({ epochs: 1 }), quiet(folder, "teacher"));
    const teachers = [{ name: "one", kind: "predictive" as const, run: teacher.folder }];
    const signal = AbortSignal.abort(new Error("enough"));
    await assertRejects(
      () => runs.votes(shelf({ teachers }), { ...quiet(folder, "votes"), signal }),
      Error,
      "enough",
    );
  }));
