import { assert, assertEquals } from "@std/assert";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

/** The device as printed: "cuda" prints with its number. */
const where = () => torch.zeros([1], { device }).device;

test("print: values, shape, dtype, device", () => {
  const cases: [torch.Tensor, string][] = [
    [torch.tensor(2.5, { device }), "Tensor(2.5000, shape [], float32"],
    [torch.tensor([1, 2], { device }), "Tensor([1, 2], shape [2], float32"],
    [torch.tensor([1.5, -20], { device }), "Tensor([  1.5000, -20.0000], shape [2], float32"],
    [
      torch.tensor([[1, 2], [3, 4]], { device }),
      "Tensor([[1, 2],\n        [3, 4]], shape [2, 2], float32",
    ],
    [torch.tensor([true, false], { device }), "Tensor([ true, false], shape [2], bool"],
    [torch.tensor([10n, 2n], { device }), "Tensor([10,  2], shape [2], int64"],
    [
      torch.tensor([NaN, Infinity, 0.5], { device }),
      "Tensor([     NaN, Infinity,   0.5000], shape [3]",
    ],
    [torch.tensor([], { device }), "Tensor([], shape [0], float32"],
    [torch.zeros([2, 0], { device }), "Tensor([[],\n        []], shape [2, 0], float32"],
    [torch.tensor([1e-9, 1], { device }), "Tensor([1.0000e-9, 1.0000e+0], shape [2]"],
    [
      torch.tensor([1, 0.5], { device, dtype: "bfloat16" }),
      "Tensor([1.0000, 0.5000], shape [2], bfloat16",
    ],
  ];
  for (const [tensor, start] of cases) {
    const text = Deno.inspect(tensor);
    assert(text.startsWith(start), `${text}\n${start}`);
    assert(text.endsWith(`, ${where()})`), text);
    assertEquals(`${tensor}`, text);
  }
});

test("print: a large tensor is shown by its edges, and quickly", () => {
  const x = torch.arange(1_000_000, { device }).reshape(1000, 1000);
  const text = Deno.inspect(x);
  assertEquals(text.split("\n").length, 7);
  assert(text.includes("…"), text);
  assert(text.includes("999997, 999998, 999999"), text);
  assert(text.length < 700, text);
  const flat = Deno.inspect(torch.arange(5000, { device }));
  assert(flat.includes("[   0,    1,    2, …, 4997, 4998, 4999]"), flat);
});

test("print: int64 beyond 2^53 print exactly", () => {
  const text = Deno.inspect(torch.tensor([2n ** 53n + 1n, -5n], { device }));
  assert(text.includes("9007199254740993"), text);
  assert(text.includes("-5"), text);
});

test("print: leaves no tensors behind, does not change the tensor", () => {
  const x = torch.randn([100, 100], { device, requiresGrad: true });
  const before = torch.memory().tensors;
  Deno.inspect(x);
  Deno.inspect({ nested: [x] });
  String(x);
  assertEquals(torch.memory().tensors, before);
  assert(Deno.inspect(x).includes("requiresGrad"));
  assertEquals(Object.prototype.toString.call(x), `[object Tensor float32[100, 100] ${where()}]`);
});
