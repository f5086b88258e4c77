/** Executes a small recipe in the folder that is given, alone or as one of several processes; prints how good the student is. */

import { run } from "../../src/runs/mod.ts";

const [out, cache, epochs] = Deno.args;
const images = (part: number) => ({
  dataset: "mnist",
  split: "test",
  select: [{ split: [180, 60, 61, 120], part }],
} as const);
const small = { name: "SmallCnn", widths: [4, 6] } as const;
const own = { data: { train: images(3) }, student: small, epochs: 1, batchSize: 20 };
using done = await run({
  data: { train: images(0), validation: images(1), test: images(2) },
  student: small,
  teachers: [
    { recipe: { name: "first", ...own }, kind: "predictive" },
    { recipe: { name: "second", ...own, seed: 1 }, kind: "predictive" },
  ],
  method: "UNIFORM",
  store: { root: `${cache}/store` },
  epochs: Number(epochs),
  batchSize: 12,
}, { out, cache, resume: true });
const { result, evaluation } = done;
const { votes, validation, models, steps } = result;
console.log(JSON.stringify({
  steps,
  right: evaluation!.overall,
  confusion: evaluation!.confusion,
  loss: validation!.loss,
  pseudo: votes,
  models: models.map(({ name, accuracy }) => [name, accuracy?.overall]),
}));
