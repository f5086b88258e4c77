import { assertEquals } from "@std/assert";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

test("LayerNorm2d: every pixel is normalized over its channels", () => {
  using norm = new nn.LayerNorm2d(3, { eps: 0.5 }).to(device);
  torch.noGrad(() => {
    norm.weight!.copy_(torch.tensor([1, 2, 3]));
    norm.bias!.copy_(torch.tensor([0, 1, -1]));
  });
  const values = [[[[1, 5]], [[2, 5]], [[6, 8]]]];
  const output = norm.forward(torch.tensor(values, { device }));
  assertEquals(output.shape, [1, 3, 1, 2]);
  // Pixel 1: mean 3, variance 14 / 3; pixel 2: mean 6, variance 2.
  const [first, second] = [Math.sqrt(14 / 3 + 0.5), Math.sqrt(2.5)];
  assertClose(output, [[
    [[-2 / first, -1 / second]],
    [[2 * -1 / first + 1, 2 * -1 / second + 1]],
    [[3 * 3 / first - 1, 3 * 2 / second - 1]],
  ]]);
});

test("LayerNorm2d: the result has channels last in memory, and keys as PyTorch's", () => {
  using norm = new nn.LayerNorm2d(4).to(device);
  const output = norm.forward(torch.randn([2, 4, 3, 5], { device }));
  assertEquals(output.strides, [60, 1, 20, 4]);
  assertEquals(Object.keys(norm.stateDict()), ["weight", "bias"]);
  assertEquals(String(norm), "LayerNorm2d([4])");
});
