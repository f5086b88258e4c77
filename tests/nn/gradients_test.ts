import { assertEquals } from "@std/assert";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const F = nn.functional;

/** Compares the gradient of a function of one tensor with finite differences, in float64. */
function checkGradient(f: (x: Tensor) => Tensor, shape: number[]): void {
  torch.manualSeed(2);
  const x = torch.randn(shape, { dtype: "float64" }).to(device).detach().requiresGrad_();
  f(x).sum().backward();
  const h = 1e-5;
  const at = (i: number, delta: number): number =>
    torch.scope(() =>
      torch.noGrad(() => {
        const moved = x.detach().clone();
        moved.view([-1]).indexPut_([i], moved.view([-1]).index(i).add(delta));
        return f(moved).sum().item();
      })
    );
  const numeric = Array.from({ length: x.numel }, (_, i) => (at(i, h) - at(i, -h)) / (2 * h));
  assertClose(x.grad!.flatten(), numeric, { rtol: 1e-6, atol: 1e-8 });
}

const classes = () => torch.tensor([0, 2], { dtype: "int64", device });

test("crossEntropy's gradient is right by finite differences", () => {
  checkGradient((x) => F.crossEntropy(x, classes(), { labelSmoothing: 0.2 }), [2, 3]);
});

test("klDiv's gradient is right by finite differences", () => {
  const target = torch.tensor([[0.2, 0.8], [0.5, 0.5]], { dtype: "float64", device });
  checkGradient(
    (x) => F.klDiv(x.logSoftmax(1), target, { reduction: "batchmean" }),
    [2, 2],
  );
});

test("normalize's gradient is right by finite differences", () => {
  const weights = torch.tensor([1, -2, 3], { dtype: "float64", device });
  checkGradient((x) => F.normalize(x).mul(weights), [2, 3]);
});

test("a convolution with batch norm has the right gradient by finite differences", () => {
  using model = new nn.Sequential(new nn.Conv2d(1, 2, 2), new nn.BatchNorm2d(2), new nn.GELU());
  model.to({ device, dtype: "float64" });
  checkGradient((x) => model.forward(x).pow(2), [2, 1, 3, 3]);
});

test("attention's gradient is right by finite differences", () => {
  using attention = new nn.MultiheadAttention(4, 2, { causal: true });
  attention.to({ device, dtype: "float64" });
  checkGradient((x) => attention.forward(x).pow(2), [1, 3, 4]);
});

test("causal attention does not see what comes later, with and without a mask", () => {
  using attention = new nn.MultiheadAttention(4, 2, { causal: true }).to(device);
  const x = torch.randn([1, 3, 4], { device });
  const y = torch.cat([x.narrow(1, 0, 2), torch.randn([1, 1, 4], { device })], 1);
  const masks = [
    undefined,
    torch.zeros([3, 3], { dtype: "bool", device }),
    torch.zeros([3, 3], { device }),
  ];
  const outputs = masks.map((mask) => {
    const seen = (input: Tensor) => attention.forward(input, undefined, undefined, mask);
    assertClose(seen(x).narrow(1, 0, 2), seen(y).narrow(1, 0, 2));
    return seen(x);
  });
  assertClose(outputs[1], outputs[0]);
  assertClose(outputs[2], outputs[0]);
});

test("evaluation drops nothing, training drops and scales", () => {
  using dropout = new nn.Dropout(0.5);
  const x = torch.ones([1000], { device });
  const values = Array.from(dropout.forward(x).data() as Float32Array);
  assertEquals(new Set(values), new Set([0, 2]));
  assertEquals(dropout.eval().forward(x), x);
});

test("layers and losses leave nothing but their result", () => {
  using attention = new nn.MultiheadAttention(4, 2).to(device);
  const x = torch.randn([2, 3, 4], { device });
  const flat = torch.randn([4, 3], { device });
  const labels = torch.tensor([0, 1, 2, 1], { dtype: "int32", device });
  const runs: (() => Tensor)[] = [
    () => attention.forward(x),
    () => attention.forward(x, x),
    () => F.crossEntropy(flat, labels),
    () => F.crossEntropy(flat, flat.detach()),
    () => F.normalize(flat),
    () => F.klDiv(flat, flat, { reduction: "batchmean", logTarget: true }),
  ];
  // The detach in the list is the test's own.
  const own = [0, 0, 0, 1, 0, 0];
  runs.forEach((run, i) => {
    const before = torch.memory().tensors;
    run();
    assertEquals(torch.memory().tensors - before - own[i], 1, `run ${i}`);
  });
});
