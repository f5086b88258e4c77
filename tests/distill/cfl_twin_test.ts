/** 50 steps of CFL from the same weights and on the same batches as a plain PyTorch twin. */

import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import { test } from "../helpers.ts";
import { freeAll, SmallNet } from "./nets.ts";
import { bank, compareAll, linear, load, mlp, part, train } from "./twins.ts";

test("CFL: 50 steps give PyTorch's losses", () => {
  const start = load("cfl.safetensors");
  const student = new SmallNet(36, 64, 5);
  student.loadStateDict(part(start, "student."));
  const models = [10, 14, 10, 20, 14].map((width, i) => {
    const model = new SmallNet(36, width, 5);
    model.loadStateDict(part(start, `teachers.${i}.`));
    return model;
  });
  const method = new distill.CFL({
    student,
    teachers: models.map((model, i) =>
      i === 2 || i === 3
        ? teachers.descriptive({ name: `d${i}`, model })
        : teachers.predictive({ name: `p${i}`, model })
    ),
    average: "probabilities",
  });
  const { space } = method;
  for (const [i, places] of [[0, 2], [1, 4], [3]].entries()) {
    space.encoders.at(i).loadStateDict(bank(start, "adapters.", places, linear));
    space.decoders.at(i).loadStateDict(bank(start, "decoders.", places, mlp));
  }
  space.student!.loadStateDict(part(start, "adapter."));
  space.extractor!.loadStateDict(part(start, "extractor.", mlp));
  const optimizer = new optim.Adam(method.parameters(), { lr: 1e-3, weightDecay: 1e-4 });
  const names = ["kd", "mmd", "reconstruction"];
  const batchOf = (step: number) => new data.UnlabelledBatch(start.images.select(0, step % 6));
  compareAll("CFL", train(method, optimizer, batchOf, names), names, start);
  freeAll(optimizer, method, student, ...models);
});
