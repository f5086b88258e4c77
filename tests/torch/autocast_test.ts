import { assertEquals } from "@std/assert";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { filled, golden, labelsOf, valuesOf } from "../optim/comforts_golden.ts";

test("training in bfloat16 gives PyTorch's losses, gradients and weights", () => {
  const { losses, grads, params, dtypes } = golden.bfloat16;
  using model = filled(
    new nn.Sequential(
      new nn.Conv2d(1, 4, 3),
      new nn.ReLU(),
      new nn.Flatten(),
      new nn.Linear(64, 3),
    ),
  );
  using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const images = valuesOf([8, 1, 6, 6], 30).mul(2);
  const labels = labelsOf(8, 3);
  // A step in bfloat16 on another processor may round otherwise.
  const near = { rtol: 2e-2, atol: 4e-3 };
  losses.forEach((expected, step) => {
    optimizer.zeroGrad();
    const { logits, loss } = torch.scope(() =>
      torch.autocast(() => {
        const logits = model.forward(images);
        return { logits, loss: nn.functional.crossEntropy(logits, labels) };
      }, { device })
    );
    assertEquals([logits.dtype, loss.dtype], dtypes.map((name) => name.replace("torch.", "")));
    loss.backward();
    // Weights that are cached in bfloat16 from the step before would give the losses of that.
    assertClose(loss, expected, near);
    if (step === 0) assertClose(model.parameters().map((p) => p.grad!.flatten()), grads, near);
    assertEquals(
      new Set(model.parameters().flatMap((p) => [p.dtype, p.grad!.dtype])),
      new Set(["float32"]),
    );
    optimizer.step();
  });
  assertClose(model.parameters().map((p) => p.detach().flatten()), params, near);
});

test("an autocast within another leaves its dtype as it was", () => {
  const a = torch.ones([2, 2], { device });
  const product = () => a.matmul(a).dtype;
  const seen = torch.autocast(() => [
    product(),
    torch.autocast(product, { device, enabled: false }),
    product(),
    torch.autocast(product, { device, dtype: "bfloat16" }),
    product(),
  ], { device, dtype: "float16" });
  assertEquals(seen, ["float16", "float32", "float16", "bfloat16", "float16"]);
  assertEquals([product(), torch.autocast(product, { device })], ["float32", "bfloat16"]);
});
