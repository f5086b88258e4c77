/**
 * CustomKD from your own script: a larger teacher's features are customized through the student's own
 * head, by turns with distillation; ten labels a class. The teacher is a recipe here, trained first and
 * kept; in its place may stand a file or a model of the hub, `{ source: "hf://timm/…" }`.
 *
 *     deno run -A examples/custom_kd.ts [--small]
 *
 * With `--small` it takes a few images and some seconds, to see that it runs.
 */
import { runs } from "../mod.ts";

const share = Deno.args.includes("--small") ? 1 / 20 : 1;
const split = [2_000, 4_000 * share, 8_000 * share];
const images = (part: number, ...select: runs.SelectionRecipe[]): runs.DataRecipe => (
  { dataset: "fashionMnist", select: [{ split, part }, ...select] }
);
const test: runs.DataRecipe = { dataset: "fashionMnist", split: "test" };

const show = (name: string, { evaluation }: runs.Run) =>
  console.log(`${name}: ${(100 * evaluation!.overall).toFixed(1)} % of the test images`);

// The student on the few labels alone: its head is what the teacher's features are made to fit.
const student = { name: "SmallCnn", widths: [8, 16, 32] };
const few = { name: "few", data: { train: images(0, { perClass: 10 }), test }, student };
using before = await runs.run({ ...few, optimizer: { name: "AdamW", lr: 5e-3 }, epochs: 60 });
show("student before", before);

using after = await runs.run({
  name: "custom_kd",
  data: { train: images(2), labelled: images(0, { perClass: 10 }), test },
  student: { ...student, weights: before.folder },
  teachers: [{
    name: "large",
    recipe: {
      data: { train: images(1) },
      student: { name: "SmallCnn", widths: [32, 64, 128] },
      epochs: 3,
    },
  }],
  method: "CustomKD",
  optimizer: { name: "AdamW", lr: 1e-2 },
  // A map from many features learns few labels by heart, unless its weights decay.
  stages: { customize: { optimizer: { name: "AdamW", lr: 1e-2, weightDecay: 10 } } },
  ...{ epochs: 12, batchSize: 100, labelledBatchSize: 50 },
}, { cache: "runs/teachers" });
show("student after", after);
