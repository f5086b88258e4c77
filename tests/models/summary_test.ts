import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import { entry, list } from "../../src/models/registry.ts";
import { summary } from "../../src/models/summary.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { products, watcher } from "../../src/torch/products.ts";
import { device, test } from "../helpers.ts";

interface Cost {
  params: number;
  ops: number;
  size: number;
}

const costs: Record<string, Cost> = JSON.parse(
  Deno.readTextFileSync(new URL("../golden/torchvision_costs.json", import.meta.url)),
);

for (const [name, cost] of Object.entries(costs)) {
  if (list(name).length === 0) continue;
  test(`${name}: parameters and multiply-adds are those of torchvision's table`, () => {
    using model = nn.init.skipped(() => entry(name).build({ numClasses: 1000 })).to(device);
    const { params, flops } = summary(model, { imageSize: cost.size });
    assertEquals(params, cost.params);
    // The table has three digits after the point.
    assertAlmostEquals(flops / 1e9, cost.ops, 0.0006);
  });
}

/** A model whose forward is given. */
class Of extends nn.Module {
  #body: (x: torch.Tensor) => torch.Tensor;
  constructor(body: (x: torch.Tensor) => torch.Tensor) {
    super();
    this.#body = body;
  }
  override forward(x: torch.Tensor): torch.Tensor {
    return this.#body(x);
  }
}

/** Multiply-adds of what `body` does with zeros of a shape. */
function work(inputShape: number[], body: (x: torch.Tensor) => torch.Tensor): number {
  return summary(new Of(body), { inputShape }).flops;
}

test("multiply-adds of single operators", () => {
  const zeros = (...shape: number[]) => torch.zeros(shape);
  const found = {
    conv: work([2, 4, 8, 8], (x) => torch.conv2d(x, zeros(6, 2, 3, 3), null, 2, 1, 1, 2)),
    same: work([2, 4, 8, 8], (x) => torch.conv2d(x, zeros(6, 4, 3, 3), null, 1, "same")),
    conv1d: work([2, 4, 8], (x) => torch.conv1d(x, zeros(6, 4, 3))),
    transposed: work([2, 4, 8, 8], (x) => torch.convTranspose2d(x, zeros(4, 6, 2, 2), null, 2)),
    linear: work([2, 3, 5], (x) => torch.linear(x, zeros(7, 5), zeros(7))),
    matmul: work([2, 3, 5], (x) => x.matmul(zeros(5, 4))),
    vector: work([2, 3, 5], (x) => x.matmul(zeros(5))),
    mm: work([3, 5], (x) => x.mm(zeros(5, 4))),
    bmm: work([2, 3, 5], (x) => x.bmm(zeros(2, 5, 4))),
    baddbmm: work([2, 3, 4], (x) => x.baddbmm(zeros(2, 3, 5), zeros(2, 5, 4))),
    inPlace: work([3, 4], (x) => x.addmm_(zeros(3, 5), zeros(5, 4))),
    addbmm: work([3, 4], (x) => x.addbmm(zeros(2, 3, 5), zeros(2, 5, 4))),
    attention: work([2, 4, 3, 5], (q) => {
      return torch.scaledDotProductAttention(q, zeros(2, 4, 7, 5), zeros(2, 4, 7, 6));
    }),
    einsum: work([2, 3, 5], (x) => torch.einsum("bij, jk -> bik", [x, zeros(5, 4)])),
    dots: work([2, 3, 5], (x) => torch.einsum("...j,jk->...k", [x, zeros(5, 4)])),
    tensordot: work([2, 3, 5], (x) => torch.tensordot(x, zeros(3, 5, 4), [1, 2], [0, 1])),
    called: work([3, 5], (x) => torch.call("aten::mm", x, zeros(5, 4)) as torch.Tensor),
    rest: work([3, 5], (x) => x.mul(2).add(1).softmax(-1).sum()),
  };
  assertEquals(found, {
    conv: 2 * 6 * 4 * 4 * (2 * 9),
    same: 2 * 6 * 8 * 8 * (4 * 9),
    conv1d: 2 * 6 * 6 * (4 * 3),
    transposed: 2 * 4 * 8 * 8 * (6 * 4),
    linear: 2 * 3 * 7 * 5,
    matmul: 2 * 3 * 5 * 4,
    vector: 2 * 3 * 5,
    mm: 3 * 5 * 4,
    bmm: 2 * 3 * 5 * 4,
    baddbmm: 2 * 3 * 5 * 4,
    inPlace: 3 * 5 * 4,
    addbmm: 2 * 3 * 5 * 4,
    attention: 2 * 4 * 3 * 7 * (5 + 6),
    einsum: 2 * 3 * 5 * 4,
    dots: 2 * 3 * 5 * 4,
    tensordot: 2 * 3 * 5 * 4,
    called: 3 * 5 * 4,
    rest: 0,
  });
});

test("every operator that is watched exists in libtorch", () => {
  for (const name of products) {
    // Without arguments it is the missing one that is complained of, not the operator.
    const error = assertThrows(() => torch.call(name), Error);
    assert(!/no operator/.test(error.message), error.message);
  }
});

/** A module with functional attention of its own, beside layers. */
class Attending extends nn.Module {
  qkv = new nn.Linear(8, 24);
  out = new nn.Linear(8, 8);
  override forward(x: torch.Tensor): torch.Tensor {
    const [q, k, v] = this.qkv.forward(x).chunk(3, -1);
    const scores = q.matmul(k.mT).softmax(-1);
    return this.out.forward(scores.matmul(v));
  }
}

class Whole extends nn.Module {
  first = new Attending();
  again = this.first;
  unused = new nn.Linear(2, 2);
  scale = this.registerBuffer("scale", torch.ones([3]));
  override forward(x: torch.Tensor): torch.Tensor {
    return this.again.forward(this.first.forward(x));
  }
}

test("work and shapes go to the module that runs", () => {
  using model = new Whole().to(device);
  model.unused.requiresGrad_(false);
  model.first.out.eval();
  const found = summary(model, { inputShape: [2, 5, 8] });
  const attention = 2 * 5 * 5 * 8 * 2;
  const linear = [2 * 5 * 8 * 24, 2 * 5 * 8 * 8];
  const inside = 2 * (attention + linear[0] + linear[1]);
  assertEquals(
    found.rows.map((r) => [r.name, r.type, r.depth, r.output, r.params, r.flops]),
    [
      ["", "Whole", 0, [2, 5, 8], 288 + 6, inside],
      ["first", "Attending", 1, [2, 5, 8], 288, inside],
      ["first.qkv", "Linear", 2, [2, 5, 24], 216, 2 * linear[0]],
      ["first.out", "Linear", 2, [2, 5, 8], 72, 2 * linear[1]],
      ["unused", "Linear", 1, null, 6, 0],
    ],
  );
  assertEquals(
    [found.params, found.trainable, found.buffers, found.activations],
    [294, 288, 3, 2 * (2 * 5 * 24 + 2 * 5 * 5 + 2 * 5 * 8 + 2 * 5 * 8)],
  );
  assertEquals(
    model.namedModules().map(([, module]) => module.training),
    [true, true, true, false, true],
    "the modes are left as they were",
  );
  assertEquals(watcher, null);
});

test("nothing stays behind, even after a failure", () => {
  using model = new Whole().to(device);
  const before = nn.Linear.prototype.forward;
  const own = Attending.prototype.forward;
  assertThrows(() => summary(model, { inputShape: [2, 5, 9] }), ShapeError);
  assertEquals([nn.Linear.prototype.forward, Attending.prototype.forward], [before, own]);
  assertEquals([watcher, model.training, torch.isGradEnabled()], [null, true, true]);
});

test("batches cost by their size, and resnet18 has the activations that timm lists", () => {
  using model = nn.init.skipped(() => entry("resnet18").build({ numClasses: 1000 })).to(device);
  const one = summary(model);
  // Its card there says 2.5 million.
  assertAlmostEquals(one.activations / 1e6, 2.5, 0.05);
  const three = summary(model, { batch: 3, imageSize: 64 });
  assertEquals(three.inputShape, [3, 3, 64, 64]);
  assertEquals(three.flops, 3 * summary(model, { imageSize: 64 }).flops);
});

test("the text is a table", () => {
  using model = new nn.Sequential(
    new nn.Conv2d(1, 8, 3),
    new nn.Flatten(),
    new nn.Linear(288, 10),
  ).to(device);
  const found = summary(model, { imageSize: 8 });
  const text = `Module         Output        Parameters  Multiply-adds
──────────────────────────────────────────────────────
Sequential     [1, 10]            2,970         5.47 k
  0 (Conv2d)   [1, 8, 6, 6]          80         2.59 k
  1 (Flatten)  [1, 288]
  2 (Linear)   [1, 10]            2,890         2.88 k
──────────────────────────────────────────────────────
Input: [1, 1, 8, 8]
Parameters: 2,970, of which trained: 2,970
Buffers: 0 values
Multiply-adds: 5.47 k (convolutions, linear layers, matrix products, attention)
Activations: 298 values (results of the same)`;
  assertEquals(String(found), text);
  assertEquals(Deno.inspect(found), text);
  const shallow = String(summary(model, { imageSize: 8, depth: 0 }));
  assertEquals(shallow.includes("Conv2d"), false);
});

test("wrong sizes are refused", () => {
  using model = new nn.Sequential(new nn.Flatten());
  for (
    const options of [{ imageSize: 0 }, { batch: 1.5 }, { inChannels: -1 }, { inputShape: [NaN] }]
  ) {
    assertThrows(() => summary(model, options), ArgumentError, "sizes must be");
  }
  assertThrows(() => summary(model, { depth: -1 }), ArgumentError, "depth");
});
