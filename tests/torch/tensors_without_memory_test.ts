import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ApprenticeError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

const call = (name: string, ...args: Parameters<typeof torch.call>[1][]) =>
  torch.call(name, ...args) as torch.Tensor;

/** A leaf whose gradient is what libtorch makes of "all zero, for sure". */
function leafWithZeroGradient(): torch.Tensor {
  const x = torch.tensor([1, 2, 3], { requiresGrad: true, device });
  x.sgn().sum().backward();
  return x;
}

test("a gradient that is zero for sure is read as any other", () => {
  const x = leafWithZeroGradient();
  assertEquals([...x.grad!.data()], [0, 0, 0]);
  assertEquals(x.grad!.toArray(), [0, 0, 0]);
  assertMatch(String(x.grad), /^Tensor\(\[0, 0, 0\]/);
  assertEquals(x.grad!.index(1).item(), 0);
  const [direct] = torch.grad([x.sgn().sum()], [x]);
  assertEquals(direct!.toArray(), [0, 0, 0]);
  const one = torch.tensor(2, { requiresGrad: true, device });
  one.sgn().backward();
  assertEquals(one.grad!.item(), 0);
});

test("a gradient that is zero for sure is saved, added to and written to", () => {
  const x = leafWithZeroGradient();
  const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
  try {
    torch.saveSafetensors(path, { grad: x.grad! });
    assertEquals(torch.loadSafetensors(path).grad.toArray(), [0, 0, 0]);
  } finally {
    Deno.removeSync(path);
  }
  // PyTorch refuses both of these: "ZeroTensors are immutable".
  x.mul(2).sum().backward();
  assertEquals(x.grad!.toArray(), [2, 2, 2]);
  const y = leafWithZeroGradient();
  y.grad!.add_(1);
  assertEquals(y.grad!.toArray(), [1, 1, 1]);
});

test("optimizers and clipping take gradients that are zero for sure", () => {
  const makers: ((p: torch.Tensor[]) => optim.Optimizer)[] = [
    (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9 }),
    (p) => new optim.Adam(p, { lr: 0.1 }),
    (p) => new optim.AdamW(p, { lr: 0.1, weightDecay: 0 }),
  ];
  for (const make of makers) {
    const x = leafWithZeroGradient();
    using optimizer = make([x]);
    assertEquals(optim.clipGradNorm([x], 1).item(), 0);
    optimizer.step();
    assertEquals(x.toArray(), [1, 2, 3]);
  }
});

/** Tensors whose values are not what lies at their data pointer, with what they are. */
const views: Record<string, [make: () => torch.Tensor, values: unknown]> = {
  "negative view": [() => call("aten::_neg_view", torch.tensor([1, -2])), [-1, 2]],
  "imaginary part of a conjugate view": [
    () =>
      call(
        "aten::imag",
        call("aten::_conj", call("aten::complex", torch.tensor([1, 2]), torch.tensor([3, 4]))),
      ),
    [-3, -4],
  ],
  "sparse": [() => call("aten::to_sparse", torch.tensor([[0, 5], [0, 0]])), [[0, 5], [0, 0]]],
  "sparse, not coalesced": [
    () =>
      call(
        "aten::sparse_coo_tensor.indices_size",
        torch.tensor([[1, 1]], { dtype: "int64" }),
        torch.tensor([2, 3]),
        [3],
        { dtype: "float32", device: "cpu" },
      ),
    [0, 5, 0],
  ],
  "sparse rows": [() => call("aten::to_sparse_csr", torch.tensor([[0, 5], [0, 0]])), [[0, 5], [
    0,
    0,
  ]]],
  "of oneDNN's layout": [() => call("aten::to_mkldnn", torch.tensor([[1, 2]])), [[1, 2]]],
  "expanded": [() => torch.tensor([7]).expand([3]), [7, 7, 7]],
  "without memory": [
    () => call("aten::_efficientzerotensor", [2], { dtype: "float32", device: "cpu" }),
    [0, 0],
  ],
};

for (const [name, [make, values]] of Object.entries(views)) {
  test(`a tensor is read as what it is: ${name}`, () => {
    const tensor = make();
    const count = [values].flat(Infinity as 1).length;
    assertEquals(tensor.toArray(), values as never);
    assertEquals([...tensor.data()], [values].flat(Infinity as 1) as never);
    assertEquals([tensor.numel, tensor.isDisposed], [count, false]);
    assertMatch(String(tensor), /^Tensor\(\[.*float32, cpu\)$/s);
    const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
    try {
      torch.saveSafetensors(path, { tensor });
      assertEquals(torch.loadSafetensors(path).tensor.toArray(), values as never);
    } finally {
      Deno.removeSync(path);
    }
  });
}

test("one element is read as what it is, wherever it lies", () => {
  assertEquals(call("aten::to_sparse", torch.tensor([3])).item(), 3);
  assertEquals(call("aten::to_mkldnn", torch.tensor([3])).item(), 3);
  assertEquals(call("aten::_neg_view", torch.tensor([3])).item(), -3);
  assertEquals(
    call("aten::_efficientzerotensor", [], { dtype: "int64", device: "cpu" }).item(),
    0,
  );
  assertEquals(call("aten::quantize_per_tensor", torch.tensor([3]), 0.5, 0, 12).item(), 3);
  const complex = call("aten::complex", torch.tensor([1]), torch.tensor([2]));
  assertThrows(() => complex.item(), ApprenticeError, "complex");
});

test("a large sparse tensor prints, shortened", () => {
  const text = String(call("aten::to_sparse", torch.eye(40)));
  assert(text.includes("…") && text.includes("shape [40, 40]"), text);
});

test("what has no values that could be read is a typed error, and prints", () => {
  const nested = call(
    "aten::_nested_tensor_from_mask",
    torch.ones([2, 3, 4]),
    torch.ones([2, 3]).bool(),
  );
  const quantized = call("aten::quantize_per_tensor", torch.ones([3]), 0.1, 0, 12);
  for (const tensor of [nested, quantized]) {
    assertThrows(() => tensor.data(), ApprenticeError);
    assertThrows(() => tensor.toArray(), ApprenticeError);
    assert(String(tensor).startsWith("Tensor("));
    assert(!tensor.isDisposed);
  }
  assertEquals([nested.ndim, nested.dtype], [3, "float32"]);
  assertThrows(() => nested.shape, ShapeError, "nested");
  assertThrows(() => quantized.dtype, DTypeError);
});

test("a tensor of tens of thousands of dimensions says so", () => {
  const most = (65536 - 7) >> 1;
  const fits = torch.zeros(new Array(most).fill(1));
  assertEquals([fits.ndim, fits.shape.length, fits.strides.length, fits.numel], [
    most,
    most,
    most,
    1,
  ]);
  for (const dims of [most + 1, 40_000, 65_000]) {
    const tensor = torch.zeros(new Array(dims).fill(1));
    assertEquals([tensor.ndim, tensor.dtype, tensor.isDisposed], [dims, "float32", false]);
    for (const read of [() => tensor.shape, () => tensor.strides, () => tensor.numel]) {
      assertThrows(read, ShapeError, `${dims} dimensions`);
    }
    assertThrows(() => tensor.data(), ShapeError, `${dims} dimensions`);
    assertMatch(String(tensor), /^Tensor\(.*dimensions/);
    assertEquals(tensor.item(), 0);
  }
  assertThrows(() => torch.zeros(new Array(70_000).fill(1)), ApprenticeError, "frame");
});

test("a list of results that has no room is an error and leaves nothing behind", () => {
  const x = torch.zeros([70_000]);
  const before = torch.memory().tensors;
  assertThrows(() => x.unbind(), ApprenticeError, "results do not fit");
  assertEquals(torch.memory().tensors, before);
  assertEquals(x.narrow(0, 0, 3).unbind().length, 3);
});

test("gradients of more tensors than the frame has room for", () => {
  const x = torch.zeros([1], { requiresGrad: true });
  x.grad = torch.ones([1]);
  const y = torch.zeros([1], { requiresGrad: true });
  y.grad = torch.ones([1]);
  const many = [...new Array(65_540).fill(x), y];
  torch.scope(() => {
    const grads = torch.gradsOf(many);
    assertEquals(grads.length, many.length);
    assertEquals(grads.at(-1)!.toArray(), [1]);
    torch.clearGrads(many);
  });
  assertEquals(y.grad, null);
});

test("a resize that finds no memory leaves an empty tensor, not one that reaches beyond its memory", () => {
  for (const size of [2 ** 53, 2 ** 45, 2 ** 62]) {
    const x = torch.ones([3]);
    assertThrows(() => call("aten::resize_", x, [size]), ApprenticeError);
    assertEquals([x.shape, x.toArray(), x.sum().item()], [[0], [], 0]);
    x.add_(1);
  }
});
