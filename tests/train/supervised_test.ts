import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, IndexError, ShapeError } from "../../src/base/errors.ts";
import { LabelledBatch, UnlabelledBatch } from "../../src/data/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { Supervised } from "../../src/distill/methods/supervised.ts";
import { assertClose, device, test } from "../helpers.ts";

/** Logits that are the images themselves, times one. */
function identity(): nn.Linear {
  const model = new nn.Linear(3, 3, { bias: false });
  torch.noGrad(() => model.weight.copy_(torch.eye(3)));
  return model.to(device);
}

const batch = (images: number[][], labels: number[]) =>
  new LabelledBatch(
    torch.tensor(images, { device }),
    torch.tensor(labels, { dtype: "int64", device }),
  );

test("the loss is the mean cross-entropy, with label smoothing, by hand", () => {
  using model = identity();
  const given = batch([[2, 0, 0], [0, 0, 0]], [0, 2]);
  // -log softmax by hand
  const log = Math.log(Math.exp(2) + 2);
  const plain = [log - 2, Math.log(3)];
  const { loss, terms } = new Supervised(model).step(given);
  assertEquals(terms, {});
  assertClose(loss, (plain[0] + plain[1]) / 2);
  // 0.3 of the target are spread over the three classes.
  const uniform = [(3 * log - 2) / 3, Math.log(3)];
  const smooth = plain.map((value, i) => 0.7 * value + 0.3 * uniform[i]);
  assertClose(
    new Supervised(model, { labelSmoothing: 0.3 }).step(given).loss,
    (smooth[0] + smooth[1]) / 2,
  );
  loss.backward();
  // The slope by the logits is softmax - one-hot, over the number of images; by the weight times the image.
  const p = Math.exp(2) / (Math.exp(2) + 2);
  const q = 1 / (Math.exp(2) + 2);
  assertClose(model.weight.grad!, [[p - 1, 0, 0], [q, 0, 0], [q, 0, 0]]);
});

test("mode and state are the model's", () => {
  using model = identity();
  using other = identity();
  const method = new Supervised(model);
  method.train(false);
  assertEquals(model.training, false);
  method.train();
  assertEquals(model.training, true);
  assertEquals(Object.keys(method.stateDict()), ["student.weight"]);
  method.loadStateDict({ "student.weight": torch.full([3, 3], 7, { device }) });
  assertClose(model.weight, Array(3).fill([7, 7, 7]));
  assertThrows(() => method.loadStateDict({ other: other.weight }), ArgumentError, "missing");
});

test("what cannot be used is refused", () => {
  using model = identity();
  for (const labelSmoothing of [-0.1, 1.1, NaN]) {
    assertThrows(
      () => new Supervised(model, { labelSmoothing }),
      ArgumentError,
      `labelSmoothing must be a number from 0 to 1, got ${labelSmoothing}`,
    );
  }
  const method = new Supervised(model);
  assertThrows(() => method.step(batch([[0, 0, 0]], [3])), IndexError, "3");
  assertThrows(() => batch([[0, 0, 0]], [0, 1]), ShapeError, "1 images");
  const unlabelled = new UnlabelledBatch(torch.zeros([1, 3], { device }));
  assertThrows(
    // @ts-expect-error Without labels nothing is supervised.
    () => method.step(unlabelled),
    ArgumentError,
    "Load a data set that has labels",
  );
});
