import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";
import { filled, golden, labelsOf, valuesOf } from "./comforts_golden.ts";

const net = () =>
  filled(new nn.Sequential(new nn.Linear(4, 5), new nn.Tanh(), new nn.Linear(5, 3)));

/** Gives batches of these sizes; the gradients of each group. */
function gather(sizes: readonly number[], every: number): number[][][] {
  using model = net();
  const images = valuesOf([11, 4], 20);
  const labels = labelsOf(11, 3);
  const accumulation = new optim.Accumulation(every);
  const groups: number[][][] = [];
  let at = 0;
  sizes.forEach((size, i) => {
    torch.scope(() => {
      const scores = model.forward(images.narrow(0, at, size));
      const loss = nn.functional.crossEntropy(scores, labels.narrow(0, at, size));
      accumulation.weigh(loss, size).backward();
    });
    at += size;
    if (!accumulation.full && i < sizes.length - 1) return;
    accumulation.finish(model.parameters());
    assertEquals([accumulation.pending, accumulation.full], [0, false]);
    groups.push(model.parameters().map((p) => p.grad!.flatten().toArray() as number[]));
    model.zeroGrad();
  });
  return groups;
}

const cases: [string, number[], number, string[]][] = [
  ["one batch", [11], 1, ["0,11"]],
  ["a smaller last batch", [4, 4, 3], 3, ["0,11"]],
  ["a larger last batch", [2, 3, 6], 3, ["0,11"]],
  ["an epoch that ends within a group", [4, 4, 3], 8, ["0,11"]],
  ["equal batches, then a smaller one", [2, 2, 2, 2, 2, 1], 3, ["0,6", "6,11"]],
  ["a last group of fewer batches", [3, 3, 5], 2, ["0,6", "6,11"]],
];
for (const [name, sizes, every, expected] of cases) {
  test(`gathered gradients are those of the large batch: ${name}`, () => {
    const groups = gather(sizes, every);
    assertClose(groups, expected.map((key) => golden.gradients[key]), { rtol: 1e-4, atol: 1e-7 });
  });
}

test("every so many batches make a step, and the rest one more", () => {
  const accumulation = new optim.Accumulation(4);
  assertEquals([0, 1, 4, 5, 8].map((count) => accumulation.stepsOf(count)), [0, 1, 1, 2, 2]);
  const loss = torch.tensor(2);
  accumulation.weigh(loss, 3);
  assertEquals(accumulation.pending, 1);
  accumulation.reset();
  assertEquals(accumulation.weigh(loss, 8).item(), 0.5);
  for (let i = 0; i < 3; i++) accumulation.weigh(loss, 8);
  assertThrows(() => accumulation.weigh(loss, 8), ArgumentError, "finish()");
  // Nothing to do without gradients, and without batches.
  accumulation.finish([]);
  accumulation.finish([]);
  assertThrows(() => accumulation.weigh(loss, 0), ArgumentError, "at least 1");
  assertThrows(() => new optim.Accumulation(0), ArgumentError, "at least 1");
  assertThrows(() => new optim.Accumulation(1.5), ArgumentError, "at least 1");
});
