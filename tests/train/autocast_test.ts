/** Training in half precision where that does no harm. */

import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";
import { SmallNet } from "../distill/nets.ts";
import { device, test } from "../helpers.ts";
import { images } from "./trainings.ts";

type Kind = "supervised" | "uniform" | "KD" | "CustomKD";

/** Trains; the losses of each epoch, and the weights at the end. */
async function run(kind: Kind, autocast?: "bfloat16") {
  torch.setNumThreads(1);
  using own = new DisposableStack();
  torch.manualSeed(4);
  const make = (width: number) => own.use(new SmallNet(16, width, 3));
  const student = make(8);
  const list = [5, 7].map((width) =>
    teachers.predictive({ name: `of ${width}`, model: make(width) })
  );
  const dataset = own.use(images());
  const how = { batchSize: 16, shuffle: true, device };
  const labelled = new data.Loader(dataset, how);
  const unlabelled = new data.Loader(own.use(dataset.unlabelled()), how);
  const dtypes = new Set<string>();
  const body = student.features.bind(student);
  student.features = (x) => {
    const features = body(x);
    if (student.training) dtypes.add(features.dtype);
    return features;
  };
  const optimizer = (params: torch.Tensor[]) => new optim.AdamW(params, { lr: 1e-2 });
  const common = { epochs: 4, autocast, progress: false, seed: 9 };
  torch.manualSeed(5);
  const { epochs } = kind === "CustomKD"
    ? await fit({
      ...common,
      method: own.use(new distill.CustomKD({ student, teacher: list[0] })),
      optimizers: { customize: optimizer, distill: optimizer },
      batches: data.zipLoaders(labelled, unlabelled),
    })
    : kind === "supervised"
    ? await fit({
      ...common,
      method: new distill.Supervised(student),
      optimizer,
      batches: labelled,
    })
    : await fit({
      ...common,
      method: own.use(
        kind === "KD"
          ? new distill.KD({ student, teachers: list })
          : new distill.Uniform({ student, teachers: list }),
      ),
      optimizer,
      batches: unlabelled,
    });
  return {
    losses: epochs.map(({ loss }) => loss as number),
    weights: student.parameters().map((param) => param.toArray()),
    kept: new Set(student.parameters().map(({ dtype }) => dtype)),
    dtypes,
  };
}

for (const kind of ["supervised", "uniform", "KD", "CustomKD"] as const) {
  test(`${kind} learns under autocast to bfloat16 as it does in float32, nearly`, async () => {
    const whole = await run(kind);
    const half = await run(kind, "bfloat16");
    assertEquals(half.losses.length, 4);
    for (const [i, loss] of half.losses.entries()) {
      assert(Number.isFinite(loss));
      const expected = whole.losses[i];
      assert(
        Math.abs(loss - expected) <= 0.03 * Math.abs(expected),
        `${half.losses}, ${whole.losses}`,
      );
    }
    // It is something else, and weights stay as precise as they were.
    assertNotEquals(half.weights, whole.weights);
    assertEquals([...half.kept], ["float32"]);
    if (kind !== "supervised") {
      assertEquals([[...whole.dtypes], [...half.dtypes]], [["float32"], ["bfloat16"]]);
    }
    // Taking turns, CustomKD's losses are not of one kind.
    const first = kind === "CustomKD" ? 1 : 0;
    assert(half.losses[3] < half.losses[first], `${half.losses}`);
  });
}

test("autocast ends with the step, and other dtypes are refused", async () => {
  using model = new SmallNet(16, 4, 3);
  using dataset = images();
  const run = {
    method: new distill.Supervised(model),
    optimizer: (params: torch.Tensor[]) => new optim.SGD(params, { lr: 0.1 }),
    batches: new data.Loader(dataset, { batchSize: 23, device }),
    epochs: 1,
    progress: false,
  };
  const seen: string[] = [];
  await fit({
    ...run,
    autocast: "bfloat16",
    evaluate: () => {
      torch.scope(() => seen.push(model.forward(torch.ones([1, 16], { device })).dtype));
      return {};
    },
  });
  torch.scope(() => seen.push(model.forward(torch.ones([1, 16], { device })).dtype));
  assertEquals(seen, ["float32", "float32"]);
  for (const autocast of ["float32", "half", 16]) {
    await assertRejects(
      () => fit({ ...run, autocast: autocast as "bfloat16" }),
      ArgumentError,
      `autocast is "bfloat16" or "float16", got ${JSON.stringify(autocast)}`,
    );
  }
});
