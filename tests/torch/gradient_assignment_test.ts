import { assertEquals, assertThrows } from "@std/assert";
import { ApprenticeError, ArgumentError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

const leaf = (values: number[] = [1, 2]) => torch.tensor(values, { requiresGrad: true, device });

test("a tensor is not its own gradient, nor its gradient's", () => {
  const w = leaf();
  assertThrows(() => w.grad = w, ArgumentError, "its own gradient");
  assertEquals(w.grad, null);
  const other = leaf();
  w.grad = other;
  assertThrows(() => other.grad = w, ArgumentError, "the gradient of its own gradient");
  const third = leaf();
  other.grad = third;
  assertThrows(() => third.grad = w, ArgumentError);
  // The same memory without the tensor is no cycle.
  w.grad = w.detach();
  assertEquals(w.grad!.toArray(), [1, 2]);
});

test("an assigned gradient has its tensor's shape, dtype and layout, as in PyTorch", () => {
  const w = leaf();
  const refused = [
    torch.ones([3], { device }),
    torch.ones([2], { device, dtype: "float64" }),
    torch.ones([2, 1], { device }),
    torch.call("aten::to_mkldnn", torch.ones([2])) as torch.Tensor,
  ];
  for (const grad of refused) {
    assertThrows(() => w.grad = grad, ApprenticeError, "shape, dtype and device");
    assertEquals(w.grad, null);
  }
  assertThrows(() => w.grad = 3 as never, ArgumentError, "number");
  // PyTorch takes a sparse one for a dense tensor.
  w.grad = torch.call("aten::to_sparse", torch.tensor([0, 7], { device })) as torch.Tensor;
  assertEquals(w.grad!.toArray(), [0, 7]);
  w.grad = torch.ones([2], { device });
  w.grad = null;
  assertEquals(w.grad, null);
});

test("grad and backward say what is missing", () => {
  const w = leaf();
  assertThrows(() => torch.grad([], []), ArgumentError, "0 outputs and 0 inputs");
  assertThrows(() => torch.grad([w.sum()], []), ArgumentError, "0 inputs");
  assertThrows(() => torch.grad([], [w]), ArgumentError, "0 outputs");
  assertThrows(() => w.sum().backward(undefined, { inputs: [] }), ArgumentError, "empty");
  assertThrows(() => torch.grad([w.sum()], [leaf()]), Error, "not have been used");
});

/** The bytes that are left when `body` is done and its tensors are disposed of. */
function bytesLeft(body: () => void): number {
  torch.scope(body);
  const before = torch.memory(device).bytes;
  for (let i = 0; i < 20; i++) torch.scope(body);
  return torch.memory(device).bytes - before;
}

const large = (options: torch.TensorOptions = {}) =>
  torch.ones([1000], { requiresGrad: true, device, ...options });

test("a gradient with a graph goes with its tensor: backward with createGraph", () => {
  assertEquals(
    bytesLeft(() => {
      const w = large();
      w.pow(3).sum().backward(undefined, { createGraph: true });
      w.grad!.pow(2).sum().backward(undefined, { createGraph: true });
    }),
    0,
  );
});

test("a gradient with a graph goes with its tensor: several that hold each other", () => {
  assertEquals(
    bytesLeft(() => {
      const [a, b] = [large(), large()];
      a.mul(b).pow(2).sum().backward(undefined, { createGraph: true });
      // By hand, each from the other.
      const [c, d] = [large(), large()];
      c.grad = d.mul(c);
      d.grad = c.mul(d);
    }),
    0,
  );
});

test("a gradient with a graph goes with its tensor: one that is no leaf", () => {
  assertEquals(
    bytesLeft(() => {
      const x = large();
      const y = x.mul(2);
      torch.call("aten::retain_grad", y);
      y.pow(3).sum().backward(undefined, { createGraph: true });
    }),
    0,
  );
});

test("a gradient keeps its graph while its tensor has another handle", () => {
  const w = leaf([3]);
  w.pow(3).sum().backward(undefined, { createGraph: true });
  // to() returns the tensor itself where nothing changes: a second handle of it.
  const same = w.to("float32");
  w.dispose();
  const grad = same.grad!;
  assertEquals([grad.item(), grad.requiresGrad], [27, true]);
  const [second] = torch.grad([grad], [same], { retainGraph: true });
  assertEquals(second!.item(), 18);
  // And what was taken out before keeps it for good.
  same.dispose();
  assertEquals(grad.requiresGrad, true);
});
