import { assertEquals } from "@std/assert";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const one = (...values: number[]) => torch.tensor(values, { device });
const lists = () => ({ a: [one(1, -2), one(3)], b: [one(10, 20), one(30)] });

/** Every overload of the operators on lists, once: what they make of `a` (1, -2), (3) and `b` (10, 20), (30). */
const changes: [string, (a: torch.Tensor[], b: torch.Tensor[]) => void, number[][]][] = [
  ["add a number", (a) => torch.foreachAdd_(a, 5), [[6, 3], [8]]],
  ["add tensors", (a, b) => torch.foreachAdd_(a, b), [[11, 18], [33]]],
  ["add alpha times", (a, b) => torch.foreachAdd_(a, b, { alpha: 0.5 }), [[6, 8], [18]]],
  ["add numbers", (a) => torch.foreachAdd_(a, [1, 2]), [[2, -1], [5]]],
  ["sub a number", (a) => torch.foreachSub_(a, 1), [[0, -3], [2]]],
  ["sub tensors", (a, b) => torch.foreachSub_(a, b), [[-9, -22], [-27]]],
  ["mul a number", (a) => torch.foreachMul_(a, 2), [[2, -4], [6]]],
  ["mul tensors", (a, b) => torch.foreachMul_(a, b), [[10, -40], [90]]],
  ["mul a tensor", (a) => torch.foreachMul_(a, torch.tensor(3, { device })), [[3, -6], [9]]],
  ["div a number", (a) => torch.foreachDiv_(a, 2), [[0.5, -1], [1.5]]],
  ["div tensors", (a, b) => torch.foreachDiv_(a, b), [[0.1, -0.1], [0.1]]],
  ["div a tensor", (a) => torch.foreachDiv_(a, torch.tensor(4, { device })), [[0.25, -0.5], [
    0.75,
  ]]],
  ["lerp a number", (a, b) => torch.foreachLerp_(a, b, 0.1), [[1.9, 0.2], [5.7]]],
  ["lerp tensors", (a, b) => torch.foreachLerp_(a, b, [one(0.1, 0.1), one(0)]), [[1.9, 0.2], [3]]],
  ["addcmul", (a, b) => torch.foreachAddcmul_(a, b, b, 0.1), [[11, 38], [93]]],
  ["addcmul numbers", (a, b) => torch.foreachAddcmul_(a, b, b, [0.1, 0]), [[11, 38], [3]]],
  ["addcdiv", (a, b) => torch.foreachAddcdiv_(a, b, b, 2), [[3, 0], [5]]],
  ["addcdiv numbers", (a, b) => torch.foreachAddcdiv_(a, b, b, [1, 2]), [[2, -1], [5]]],
  ["clamp from above", (a) => torch.foreachClampMax_(a, 2), [[1, -2], [2]]],
  ["clamp from below", (a, b) => torch.foreachClampMin_(a, b), [[10, 20], [30]]],
  ["maximum", (a) => torch.foreachMaximum_(a, 0), [[1, 0], [3]]],
  ["minimum", (a, b) => torch.foreachMinimum_(a, b), [[1, -2], [3]]],
  ["copy", (a, b) => torch.foreachCopy_(a, b), [[10, 20], [30]]],
  ["neg", (a) => torch.foreachNeg_(a), [[-1, 2], [-3]]],
  ["sign", (a) => torch.foreachSign_(a), [[1, -1], [1]]],
  ["reciprocal", (a) => torch.foreachReciprocal_(a), [[1, -0.5], [1 / 3]]],
  ["zero", (a) => torch.foreachZero_(a), [[0, 0], [0]]],
];

for (const [name, change, expected] of changes) {
  test(`lists of tensors: ${name}`, () => {
    const { a, b } = lists();
    change(a, b);
    assertClose(a.map((tensor) => tensor.toArray()) as number[][], expected);
    assertClose(b.map((tensor) => tensor.toArray()) as number[][], [[10, 20], [30]]);
  });
}

const results: [string, (a: torch.Tensor[], b: torch.Tensor[]) => torch.Tensor[], unknown[]][] = [
  ["abs", (a) => torch.foreachAbs(a), [[1, 2], [3]]],
  ["add", (a, b) => torch.foreachAdd(a, b), [[11, 18], [33]]],
  ["div", (a) => torch.foreachDiv(a, 2), [[0.5, -1], [1.5]]],
  ["mul", (a) => torch.foreachMul(a, torch.tensor(3, { device })), [[3, -6], [9]]],
  ["neg", (a) => torch.foreachNeg(a), [[-1, 2], [-3]]],
  ["norm", (_, b) => torch.foreachNorm(b, 1), [30, 30]],
  ["max", (a) => torch.foreachMax(a), [1, 3]],
  ["pow", (a) => torch.foreachPow(a, 2), [[1, 4], [9]]],
  ["sqrt", (_, b) => torch.foreachSqrt(b), [[10 ** 0.5, 20 ** 0.5], [30 ** 0.5]]],
  ["sub", (a, b) => torch.foreachSub(a, b, { alpha: 2 }), [[-19, -42], [-57]]],
];

for (const [name, make, expected] of results) {
  test(`lists of tensors as results: ${name}`, () => {
    const { a, b } = lists();
    assertClose(make(a, b), expected as number[][]);
    assertClose(a, [[1, -2], [3]]);
  });
}

test("fused optimizer steps: SGD and AdamW of all parameters in one call", () => {
  const { a, b } = lists();
  torch.fusedSgd_(a, b, [], {
    weightDecay: 0,
    momentum: 0,
    lr: 0.1,
    dampening: 0,
    nesterov: false,
    maximize: false,
    isFirstStep: true,
  });
  assertClose(a, [[0, -4], [0]]);
  const zeros = () => [torch.zeros([2], { device }), torch.zeros([1], { device })];
  const steps = [torch.ones([], { device }), torch.ones([], { device })];
  torch.fusedAdamw_(a, b, zeros(), zeros(), [], steps, {
    lr: 0.1,
    beta1: 0.9,
    beta2: 0.999,
    weightDecay: 0,
    eps: 0,
    amsgrad: false,
    maximize: false,
  });
  // The first step of Adam goes by the learning rate, whatever the gradient's size.
  assertClose(a, [[-0.1, -4.1], [-0.1]]);
  assertEquals(b.map((tensor) => tensor.toArray()), [[10, 20], [30]]);
});
