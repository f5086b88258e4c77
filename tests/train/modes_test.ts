import { assertEquals, assertNotEquals } from "@std/assert";
import { LabelledBatch } from "../../src/data/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";
import type { SingleMethod } from "../../src/train/stage.ts";
import { Supervised } from "../../src/distill/methods/supervised.ts";
import { device, test } from "../helpers.ts";

const batches = {
  length: 2,
  *epoch(epoch: number, { from = 0 } = {}): Generator<LabelledBatch> {
    for (let i = from; i < 2; i++) {
      const images = torch.arange(2 * 16, { device }).float().add(epoch + i).sin()
        .reshape(2, 1, 4, 4);
      const labels = torch.tensor([0, 1], { dtype: "int64", device });
      yield new LabelledBatch(images, labels);
    }
  },
};

const buffers = (module: nn.Module) => module.namedBuffers().map(([, buffer]) => buffer.toArray());

const common = { batches, epochs: 2, progress: false };

function small(): models.SmallCnn {
  return new models.SmallCnn({ numClasses: 2, widths: [4, 4] }).to(device);
}

test("statistics of a frozen part stay, whatever fit does, and those of the rest move", async () => {
  using model = small();
  const [first, second] = model.stem.children().filter((part) => part instanceof nn.BatchNorm2d);
  for (const freeze of ["freeze", "requiresGrad_"] as const) {
    if (freeze === "freeze") first.freeze();
    else first.requiresGrad_(false);
    using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const [still, moving] = [buffers(first), buffers(second)];
    await fit({
      ...common,
      method: new Supervised(model),
      optimizer,
      evaluate: () => ({ good: 1 }),
    });
    assertEquals(buffers(first), still);
    assertNotEquals(buffers(second), moving);
    first.unfreeze();
  }
});

test("a part in evaluation mode within a model in training mode stays so, through evaluations too", async () => {
  using model = small();
  const norms = model.stem.children().filter((part) => part instanceof nn.BatchNorm2d);
  norms[0].eval();
  const still = buffers(norms[0]);
  using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const seen: boolean[] = [];
  await fit({
    ...common,
    method: new Supervised(model),
    optimizer,
    evaluate: () => {
      seen.push(...model.modules().map(({ training }) => training));
      return { good: 1 };
    },
  });
  assertEquals(new Set(seen), new Set([false]));
  assertEquals(model.modules().filter(({ training }) => !training), [norms[0]]);
  assertEquals(buffers(norms[0]), still);
});

test("a model that was only evaluated before is trained as a whole", async () => {
  using model = small();
  model.eval();
  const before = buffers(model);
  using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  await fit({ ...common, method: new Supervised(model), optimizer });
  assertNotEquals(buffers(model), before);
  assertEquals(new Set(model.modules().map(({ training }) => training)), new Set([true]));
});

test("a plateau's rates and counts go on from a checkpoint", async () => {
  const metrics = [1, 1, 1, 0.5, 0.5, 0.5, 0.5];
  const folder = await Deno.makeTempDir();
  const run = async (epochs: number, checkpoint: string): Promise<[number, unknown]> => {
    torch.manualSeed(1);
    using model = torch.scope(small);
    using optimizer = new optim.SGD(model.parameters(), { lr: 1e-2 });
    const schedule = new optim.ReduceLROnPlateau(optimizer, { patience: 1, factor: 0.5 });
    const method: SingleMethod<LabelledBatch> = new Supervised(model);
    await fit({
      ...common,
      method,
      optimizer,
      schedule,
      epochs,
      checkpoint: `${folder}/${checkpoint}`,
      resume: true,
      evaluate: (epoch) => {
        schedule.report(metrics[epoch - 1]);
        return { metric: metrics[epoch - 1] };
      },
    });
    return [optimizer.lr, schedule.stateDict()];
  };
  try {
    const whole = await run(7, "whole");
    await run(2, "parts");
    await run(5, "parts");
    assertEquals(await run(7, "parts"), whole);
    assertEquals(whole[0], 1e-2 / 4);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
