/** The discrepancy of two batches: by hand, against PyTorch, in half precision, its gradients. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { fromFileUrl } from "@std/path";
import * as distill from "../../src/distill/mod.ts";
import { ArgumentError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { gradientError, onOneThread } from "./nets.ts";

const { mmdLoss } = distill;
const at = (rows: number[][]) => torch.tensor(rows, { device });

test("the discrepancy of small batches is what it is by hand", () => {
  const e = Math.exp(-1); // of unit vectors at a right angle, with σ = 1
  const one = { sigmas: [1] };
  assertClose(mmdLoss(at([[1, 0]]), at([[0, 1]]), one), 2 - 2 * e);
  assertClose(mmdLoss(at([[3, 0]]), at([[0, 0.2]]), one), 2 - 2 * e); // length does not count
  // 1/2 (1 + e) + 1 - 2 · 1/2 (1 + e)
  const [both, first] = [at([[1, 0], [0, 1]]), at([[1, 0], [1, 0]])];
  assertClose(mmdLoss(both, first, one), (1 - e) / 2);
  // As many rows as it likes.
  assertClose(mmdLoss(both, at([[1, 0]]), one), (1 - e) / 2);
  // Without unit rows, at a distance of 5; kernels are added.
  const far = (sigma: number) => 2 - 2 * Math.exp(-25 / (2 * sigma ** 2));
  const raw = { sigmas: [4, 2], normalize: false };
  assertClose(mmdLoss(at([[3, 0]]), at([[0, 4]]), raw), far(4) + far(2));
  assertEquals(mmdLoss(both, both).item(), 0);
});

test("the discrepancy is PyTorch's, of one batch or of several at once", () => {
  const path = fromFileUrl(new URL("../golden/cfl.safetensors", import.meta.url));
  const { a, b, mmd } = torch.loadSafetensors(path, { device });
  assertClose(mmdLoss(a, b), mmd, { rtol: 1e-4 });
  for (let i = 0; i < 3; i++) {
    const alone = mmdLoss(a, b.select(0, i));
    assertEquals(alone.shape, []);
    assertClose(alone, mmd.select(0, i), { rtol: 1e-4 });
    assertClose(mmdLoss(b.select(0, i), a), alone, { rtol: 1e-4 });
  }
});

test("gradients of the discrepancy agree with finite differences", () => {
  torch.manualSeed(3);
  const leaf = (shape: number[]) =>
    torch.randn(shape, { dtype: "float64", device }).requiresGrad_();
  const [a, b] = [leaf([4, 3]), leaf([2, 5, 3])];
  // Wide kernels: those of narrow ones are 0 where rows are not as good as equal.
  const options = { sigmas: [0.2, 1, 2] };
  onOneThread(() => {
    for (const part of [a, b]) {
      const error = gradientError(part, () => mmdLoss(a, b, options).sum());
      assert(error < 1e-6, `${error}`);
    }
  });
});

test("what lies in one place is not torn apart by rounding", () => {
  torch.manualSeed(3);
  const rows = torch.randn([16, 8], { device });
  const a = rows.clone().requiresGrad_();
  const [gradient] = torch.grad([mmdLoss(a, rows)], [a]);
  assertClose(gradient!, torch.zeros([16, 8], { device }), { atol: 1e-3 });
});

test("the discrepancy is computed in float32, from half precision and under autocast", () => {
  torch.manualSeed(3);
  const [a, b] = [torch.randn([6, 5], { device }), torch.randn([2, 6, 5], { device })];
  const expected = mmdLoss(a, b);
  for (const dtype of ["float16", "bfloat16"] as const) {
    const [x, y] = [a.to(dtype), b.to(dtype)];
    const rounded = mmdLoss(x.to("float32"), y.to("float32"));
    assertEquals(mmdLoss(x, y).dtype, "float32");
    assertClose(mmdLoss(x, y), rounded);
    assertClose(mmdLoss(x, y.to("float32")), rounded);
  }
  assertClose(torch.autocast(() => mmdLoss(a, b), { device }), expected);
});

test("the discrepancy refuses what does not fit together", () => {
  const a = torch.ones([4, 3], { device });
  // deno-lint-ignore no-explicit-any
  const make = (b: any, options?: any) => () => mmdLoss(a, b, options);
  assertThrows(make(a, { sigmas: [] }), ArgumentError, "at least one");
  assertThrows(make(a, { sigmas: [1, 0] }), ArgumentError, "[1,0]");
  assertThrows(make(3), ArgumentError, "number");
  assertThrows(make(torch.ones([4, 2], { device })), ShapeError, "[4, 2]");
  assertThrows(make(torch.ones([3], { device })), ShapeError, "[3]");
  assertThrows(make(torch.ones([0, 3], { device })), ShapeError, "[0, 3]");
  assertThrows(make(a.to("float64")), DTypeError, "float64");
  assertThrows(() => mmdLoss(torch.ones([3], { device }), a), ShapeError);
});
