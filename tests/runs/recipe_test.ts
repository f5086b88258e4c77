import { assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { ArgumentError, FileError, FormatError } from "../../src/base/errors.ts";
import * as runs from "../../src/runs/mod.ts";
import { recipeFingerprint } from "../../src/runs/fingerprint.ts";
import { inFolder } from "../helpers.ts";
import { digits, distilled, supervised } from "./small_recipes.ts";

Deno.test("a recipe resolves to all defaults, and to itself again", () => {
  const resolved = runs.resolveRecipe(distilled());
  assertEquals(resolved.optimizer, {
    name: "AdamW",
    lr: 0.01,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0.01,
    amsgrad: false,
    maximize: false,
    decoupledWeightDecay: true,
  });
  assertEquals(resolved.schedule, { name: "Constant" });
  assertEquals(resolved.method.temperature, 2);
  assertEquals(resolved.seed, 0);
  assertEquals(resolved.data.validation, null);
  const teacher = resolved.teachers[0] as { recipe: runs.ResolvedRecipe };
  assertEquals(teacher.recipe.method, { name: "Supervised", labelSmoothing: 0 });
  assertEquals(runs.resolveRecipe(resolved as unknown as runs.Recipe), resolved);
  assertEquals(JSON.parse(JSON.stringify(resolved)), resolved);
});

Deno.test("the fingerprint is that of what decides the student", () => {
  const of = (recipe: runs.Recipe) => recipeFingerprint(runs.resolveRecipe(recipe));
  const plain = of(distilled());
  assertEquals(of(distilled({ name: "other", threads: 1, $schema: "x" })), plain);
  assertEquals(of(distilled({ method: { temperature: 2, name: "KD" } })), plain);
  assertNotEquals(of(distilled({ seed: 1 })), plain);
  assertNotEquals(of(distilled({ batchSize: 51 })), plain);
  const other = { name: "cnn", kind: "predictive", recipe: supervised({ seed: 1 }) } as const;
  assertNotEquals(of(distilled({ teachers: [other] })), plain);
});

const refused: [string, unknown, string][] = [
  ["a typo", { ...supervised(), epoch: 2 }, 'There is no option "epoch"; did you mean "epochs"?'],
  [
    "a typo within",
    supervised({ method: { name: "KD", temprature: 2 } }),
    [
      'method: there is no option "temprature"; did you mean "temperature"?',
    ][0],
  ],
  [
    "a wrong type",
    supervised({ method: { name: "UNIFORM", beta1: "2" } }),
    [
      'method.beta1 must be a number of at least 0, got "2".',
    ][0],
  ],
  [
    "no such method",
    supervised({ method: "UNIFROM" }),
    [
      'method: there is no method "UNIFROM"; did you mean "UNIFORM"?',
    ][0],
  ],
  ["no such network", supervised({ student: "resnet81" }), "student: there is no architecture"],
  [
    "no such data",
    { ...supervised(), data: { train: { dataset: "mnst" } } },
    [
      'data.train.dataset must be "mnist", "mnistM", "uciDigits", "fashionMnist" or "cifar10", got "mnst".',
    ][0],
  ],
  [
    "no source",
    { ...supervised(), data: { train: { foldr: "x" } } },
    [
      'data.train: there is no source of data "foldr"; did you mean "folder"?',
    ][0],
  ],
  [
    "two sources",
    { ...supervised(), data: { train: { folder: "x", list: "y" } } },
    [
      "data.train has folder and list at once",
    ][0],
  ],
  [
    "a selection",
    { ...supervised(), data: { train: digits({ take: 0 }) } },
    [
      "data.train.select[0].take must be a whole number of at least 1, got 0.",
    ][0],
  ],
  [
    "a teacher's recipe",
    distilled({ teachers: [{ recipe: supervised({ epochs: 0 }) }] }),
    [
      "teachers[0].recipe.epochs must be a whole number of at least 1, got 0.",
    ][0],
  ],
  ["nothing", {}, "data must be an object with train"],
  ["no object", 3, "It must be an object"],
];
for (const [what, recipe, message] of refused) {
  Deno.test(`a recipe is refused with its place and the remedy: ${what}`, () => {
    assertThrows(() => runs.resolveRecipe(recipe as runs.Recipe), ArgumentError, message);
  });
}

Deno.test("settings of the command line are entries of the recipe", () => {
  const set = (...settings: string[]) => runs.applySettings(distilled(), settings);
  assertEquals(set("method.temperature=3").method.temperature, 3);
  assertEquals(set("optimizer.betas=[0.5,0.6]").optimizer.betas, [0.5, 0.6]);
  assertEquals(set("seed=4", "epochs=1").seed, 4);
  assertEquals(set("schedule.name=OneCycle", "schedule.maxLr=0.1").schedule.maxLr, 0.1);
  assertEquals(set("method.name=UNIFORM").method.beta1, 0.1);
  assertEquals(set("name=2024").name, "2024");
  assertEquals(set("best.patience=2").best?.patience, 2);
  assertEquals(set("clipNorm=1", "clipNorm=null").clipNorm, null);
  const { teachers: [teacher] } = set("teachers[0].recipe.epochs=5", "teachers.0.name=five");
  assertEquals([teacher.name, (teacher as { recipe: runs.ResolvedRecipe }).recipe.epochs], [
    "five",
    5,
  ]);
  for (
    const [setting, message] of [
      ["metod.beta1=2", 'There is no option "metod"; did you mean "method"?'],
      ["method.temprature=2", 'did you mean "temperature"?'],
      ["method.temperature=hot", 'method.temperature must be a number above 0, got "hot".'],
      ["epochs", "an entry and its value"],
      ["=3", "an entry and its value"],
      ["data.train.select[7].take=3", "data.train.select"],
      ["__proto__.x=1", "__proto__"],
    ]
  ) assertThrows(() => set(setting), ArgumentError, message);
});

Deno.test("recipes are read from .json, .ts and the folder of a run, with their teachers' files", () =>
  inFolder(async (folder) => {
    const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
    const { teachers: _, ...student } = distilled();
    await write("cnn.json", JSON.stringify(supervised({ name: "cnn" })));
    const teacher = { name: "cnn", kind: "predictive", recipe: "cnn.json" };
    await write("student.json", JSON.stringify({ ...student, teachers: [teacher] }));
    await write("student.ts", `export default ${JSON.stringify(distilled())};`);
    await write("made.ts", `export default () => (${JSON.stringify(distilled())});`);
    await Deno.mkdir(`${folder}/run`);
    await write("run/recipe.json", JSON.stringify(runs.resolveRecipe(distilled())));
    for (const name of ["student.json", "student.ts", "made.ts", "run"]) {
      assertEquals(
        runs.resolveRecipe(await runs.readRecipe(`${folder}/${name}`)),
        runs.resolveRecipe(distilled()),
      );
    }
    await write("bad.json", "{");
    await write("list.json", "[]");
    await write("none.ts", "export const recipe = 1;");
    await write("throws.ts", 'throw new Error("no luck");');
    await write(
      "circle.json",
      JSON.stringify({ ...student, teachers: [{ recipe: "circle.json" }] }),
    );
    const fails = (name: string, kind: typeof FileError, message: string) =>
      assertRejects(() => runs.readRecipe(`${folder}/${name}`), kind, message);
    await fails("missing.json", FileError, "There is no recipe at");
    await fails("bad.json", FormatError, "is no JSON");
    await fails("list.json", FormatError, "is no recipe: it holds a list");
    await fails("none.ts", FormatError, "exports nothing by default");
    await fails("throws.ts", FormatError, "no luck");
    await fails("circle.json", ArgumentError, "in a circle");
  }));
