/**
 * UNIFORM from your own script: three teachers of different kinds teach one small student on images
 * without labels. Each teacher is a recipe, trained first and kept; in its place may stand a file or a
 * model of the hub, `{ source: "hf://timm/…" }`, or the folder of a run, `{ run: "runs/…" }`.
 *
 *     deno run -A examples/uniform.ts [--small]
 *
 * With `--small` it takes a few images and some seconds, to see that it runs.
 */
import { runs, train } from "../mod.ts";

const sizes = [2_000, 2_000, 16_000].map((n) => Deno.args.includes("--small") ? n / 20 : n);
const images = (part: number, ...select: runs.SelectionRecipe[]): runs.DataRecipe => (
  { dataset: "fashionMnist", select: [{ split: sizes, part }, ...select] }
);
const schedule = { name: "OneCycle", maxLr: 5e-3 };
const taught = (name: string, student: runs.Recipe["student"], images: runs.DataRecipe) => ({
  name,
  recipe: runs.recipe({ name, data: { train: images }, student, schedule, epochs: 10 }),
});
const shoes = { classes: ["Sandal", "Sneaker", "Ankle boot"], relabel: true };
using run = await runs.run({
  name: "uniform",
  data: { train: images(2), test: { dataset: "fashionMnist", split: "test" } },
  student: { name: "SmallCnn", widths: [8, 16, 32] },
  teachers: [
    { ...taught("cnn", "SmallCnn", images(0)), kind: "predictive" },
    { ...taught("mlp", { name: "Mlp", inputs: 784 }, images(1)), kind: "predictive" },
    taught("shoes", { name: "SmallResNet", stride: 2 }, images(0, shoes)), // features only
  ],
  ...{ method: "UNIFORM", schedule, epochs: 3, batchSize: 128 },
}, { cache: "runs/teachers" });
train.printTable(runs.modelTable(run.result.models));
train.printTable(runs.voteTable(run.result.votes!));
