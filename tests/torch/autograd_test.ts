import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ArgumentError, DisposedError, TorchError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const leaf = (values: torch.NestedArray) => torch.tensor(values, { device, requiresGrad: true });

test("backward: adds gradients to the leaves, pass after pass", () => {
  const x = leaf([1, 2, 3]);
  assertEquals(x.grad, null);
  x.pow(2).sum().backward();
  assertClose(x.grad!, [2, 4, 6]);
  x.mul(10).sum().backward();
  assertClose(x.grad!, [12, 14, 16]);
  x.grad = null;
  assertEquals(x.grad, null);
  x.grad = torch.ones([3], { device });
  x.sum().backward();
  assertClose(x.grad!, [2, 2, 2]);
});

test("backward: with a gradient, for some inputs, of several tensors", () => {
  const x = leaf([1, 2]);
  const y = leaf([3, 4]);
  x.mul(y).backward(torch.tensor([1, 10], { device }));
  assertClose(x.grad!, [3, 40]);
  assertClose(y.grad!, [1, 20]);
  x.grad = y.grad = null;
  x.mul(y).sum().backward(undefined, { inputs: [x] });
  assertClose(x.grad!, [3, 4]);
  assertEquals(y.grad, null);
  x.grad = null;
  torch.backward([x.sum(), y.mul(x)], [null, torch.ones([2], { device })]);
  assertClose(x.grad!, [4, 5]);
  assertClose(y.grad!, [1, 2]);
});

test("backward: what cannot be is an error that says why", () => {
  const x = leaf([1, 2]);
  assertThrows(() => x.mul(2).backward(), Error, "scalar outputs");
  assertThrows(() => torch.ones([1], { device }).backward(), TorchError, "does not require grad");
  assertThrows(() => x.mul(2).backward(torch.ones([3], { device })), Error, "shape");
  assertThrows(() => torch.backward([x.sum()], []), ArgumentError, "0 gradients");
  const once = x.mul(x).sum();
  once.backward();
  assertThrows(() => once.backward(), TorchError, "second time");
  const twice = x.mul(x).sum();
  twice.backward(undefined, { retainGraph: true });
  twice.backward();
  assertClose(x.grad!, [6, 12]);
  assertThrows(() => x.add_(1), Error, "in-place");
  const saved = x.exp();
  saved.add_(1);
  assertThrows(() => saved.sum().backward(), TorchError, "modified by an inplace operation");
});

test("grad: a gradient has its tensor's shape, dtype and device", () => {
  const x = leaf([1, 2]);
  assertThrows(() => (x.grad = torch.ones([3], { device })), Error, "shape");
  assertThrows(() => (x.grad = torch.ones([2], { device, dtype: "float64" })), Error, "dtype");
  const gone = torch.ones([2], { device });
  gone.dispose();
  assertThrows(() => (x.grad = gone), DisposedError);
});

test("grad: gradients without touching the leaves; unused inputs", () => {
  const x = leaf([1, 2]);
  const y = leaf(3);
  const unused = leaf(1);
  const [gx, gy] = torch.grad([x.mul(y).sum()], [x, y]);
  assertClose(gx!, [3, 3]);
  assertClose(gy!, 3);
  assertEquals([x.grad, y.grad], [null, null]);
  assertThrows(() => torch.grad([x.sum()], [unused]), TorchError, "not have been used");
  assertEquals(torch.grad([x.sum()], [unused], { allowUnused: true }), [null]);
  const [weighted] = torch.grad([x.mul(2)], [x], {
    gradients: [torch.tensor([1, 5], { device })],
  });
  assertClose(weighted!, [2, 10]);
  assertThrows(() => torch.grad([x.mul(2)], [x], { gradients: [] }), ArgumentError, "0 gradients");
});

test("grad: gradients of gradients", () => {
  const x = leaf(2);
  let [g] = torch.grad([x.pow(4)], [x], { createGraph: true });
  const expected = [32, 48, 48, 24];
  for (let order = 1; order < 4; order++) {
    assertClose(g!.detach(), expected[order - 1]);
    [g] = torch.grad([g!], [x], { createGraph: order < 3 });
  }
  assertClose(g!, expected[3]);
  // The penalty of a gradient's norm, as used in training.
  const w = leaf([[1, 2], [3, 4]]);
  const input = leaf([[1, -1]]);
  const [slope] = torch.grad([input.matmul(w).pow(2).sum()], [input], { createGraph: true });
  slope!.pow(2).sum().backward();
  // d/dw |2 x w wᵀ|²: by central differences.
  const penalty = (values: number[][]) => {
    const [a, b] = [1, -1];
    const r = [0, 1].map((k) => a * values[0][k] + b * values[1][k]);
    const s = [0, 1].map((i) => 2 * (r[0] * values[i][0] + r[1] * values[i][1]));
    return s[0] ** 2 + s[1] ** 2;
  };
  const base = [[1, 2], [3, 4]];
  const numeric = base.map((row, i) =>
    row.map((_, k) => {
      const shifted = (by: number) =>
        penalty(base.map((r, i2) => r.map((v, k2) => i2 === i && k2 === k ? v + by : v)));
      return (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
    })
  );
  assertClose(w.grad!, numeric, { rtol: 1e-4 });
});

test("requiresGrad: leaves, results, detach, switching", () => {
  const x = leaf([1]);
  const y = x.mul(2);
  assert(x.isLeaf && !y.isLeaf && y.requiresGrad);
  assert(!y.detach().requiresGrad);
  assertThrows(() => (y.requiresGrad = false), ArgumentError, "detach()");
  assert(torch.ones([1], { device }).requiresGrad_().requiresGrad);
  x.requiresGrad = false;
  assert(!x.mul(2).requiresGrad);
  const shared = leaf([1, 2]);
  torch.noGrad(() => shared.add_(1));
  assertClose(shared.detach(), [2, 3]);
});

test("what is made outside an inference mode around it takes part in autograd later", () => {
  const [inside, outside] = torch.inferenceMode(() => [
    torch.full([2], 3),
    torch.inferenceMode(() => torch.noGrad(() => torch.full([2], 3)), false),
  ]);
  const x = torch.ones([2]).requiresGrad_();
  assertThrows(() => x.mul(inside), TorchError, "Inference tensors");
  x.mul(outside).sum().backward();
  assertEquals(x.grad!.toArray(), [3, 3]);
});

test("noGrad, enableGrad, inferenceMode: nest, and put back what was", () => {
  const x = leaf([1]);
  const records = () => x.mul(2).requiresGrad;
  assert(torch.isGradEnabled() && records());
  torch.noGrad(() => {
    assert(!torch.isGradEnabled() && !records());
    torch.enableGrad(() => {
      assert(records());
      torch.noGrad(() => assert(!records()));
      assert(records());
    });
    torch.inferenceMode(() => assert(!records()));
    assert(!records());
  });
  assert(records());
  torch.inferenceMode(() => {
    assert(!records() && !torch.isGradEnabled());
    torch.inferenceMode(() => assert(!records()));
    assert(!records());
  });
  assert(torch.isGradEnabled() && records());
  assertEquals(torch.noGrad(() => 7), 7);
});

test("modes: an exception puts back what was", () => {
  const x = leaf([1]);
  const records = () => x.mul(2).requiresGrad;
  const fail = () => {
    throw new RangeError("mine");
  };
  for (const mode of [torch.noGrad, torch.inferenceMode, torch.enableGrad]) {
    assertThrows(() => mode(fail), RangeError, "mine");
    assert(records());
    assertThrows(() => torch.noGrad(() => mode(fail)), RangeError, "mine");
    assert(records());
  }
  assertThrows(() => torch.autocast(fail), RangeError, "mine");
  assertEquals(x.matmul(x).dtype, "float32");
});

test("modes: an async function is refused, and what was is put back", async () => {
  const unhandled: unknown[] = [];
  const note = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  addEventListener("unhandledrejection", note);
  try {
    for (const mode of [torch.noGrad, torch.enableGrad, torch.inferenceMode, torch.autocast]) {
      assertThrows(() => mode(async () => await null), ArgumentError, "synchronous");
      assertThrows(() => mode(() => Promise.reject(new Error("lost"))), ArgumentError);
      assert(torch.isGradEnabled());
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
    assertEquals(unhandled, []);
  } finally {
    removeEventListener("unhandledrejection", note);
  }
});

test("modes: other tasks do not see them", async () => {
  const seen: boolean[] = [];
  const other = (async () => {
    for (let i = 0; i < 5; i++) {
      await null;
      seen.push(torch.isGradEnabled());
    }
  })();
  for (let i = 0; i < 5; i++) {
    torch.noGrad(() => torch.ones([1]).dispose());
    await null;
  }
  await other;
  assertEquals(seen, [true, true, true, true, true]);
  await assertRejects(() => other.then(() => Promise.reject(new Error("end"))), Error, "end");
});

test("inferenceMode: its tensors cannot take part in autograd later", () => {
  const made = torch.inferenceMode(() => torch.ones([2], { device }));
  const x = leaf([1, 2]);
  assertThrows(() => x.mul(made), Error, "nference");
  assertClose(made.add(1), [2, 2]);
});

test("autocast: products are in the lower precision, and only inside", () => {
  const a = torch.ones([2, 2], { device });
  const type = device === "cpu" ? "cpu" : "cuda";
  torch.autocast(() => {
    assertEquals(a.matmul(a).dtype, "bfloat16");
    torch.autocast(() => assertEquals(a.matmul(a).dtype, "float32"), {
      enabled: false,
      device: type,
    });
    assertEquals(a.matmul(a).dtype, "bfloat16");
  }, { device: type });
  assertEquals(a.matmul(a).dtype, "float32");
  torch.autocast(() => assertEquals(a.matmul(a).dtype, "float16"), {
    dtype: "float16",
    device: type,
  });
});

test("backward: gradients reach a leaf whose computation's tensors are disposed of", () => {
  const x = leaf([1, 2]);
  const loss = torch.scope(() => x.mul(3).exp().log().sum());
  loss.backward();
  assertClose(x.grad!, [3, 3]);
});

test("clearGrads, gradsOf: many tensors at once", () => {
  const a = leaf([1]);
  const b = leaf([2]);
  a.mul(3).sum().backward();
  const [ga, gb] = torch.gradsOf([a, b]);
  assertClose(ga!, [3]);
  assertEquals(gb, null);
  torch.clearGrads([a, b]);
  assertEquals([a.grad, b.grad], [null, null]);
  assertEquals(torch.gradsOf([]), []);
  torch.clearGrads([]);
});

test("console.log of a tensor that requires gradients is no part of the graph", () => {
  const x = leaf([1, 2]);
  assertEquals(
    Deno.inspect(x),
    "Tensor([1, 2], shape [2], float32, cpu, requiresGrad)".replace(
      "cpu",
      x.device,
    ),
  );
});
