/** Distances and angles between images: by hand, by finite differences, with images that coincide. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { ShapeError } from "../../src/base/errors.ts";
import * as distill from "../../src/distill/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { gradientError } from "./nets.ts";

const { relativeDistances, tripletAngles } = distill;
const t = (values: number[][]) => torch.tensor(values, { device });

test("distances over their mean, by hand", () => {
  // A right triangle with sides 3, 4 and 5: the mean of the six distances is 4.
  const sides = relativeDistances(t([[0, 0], [3, 0], [0, 4]]));
  assertClose(sides, [[0, 0.75, 1], [0.75, 0, 1.25], [1, 1.25, 0]]);
});

test("cosines of angles, by hand", () => {
  const angles = tripletAngles(t([[0, 0], [3, 0], [0, 4]]));
  // At the right angle, at (3, 0), at (0, 4); a direction's angle to itself is 0.
  assertClose(angles.select(0, 0), [[0, 0, 0], [0, 1, 0], [0, 0, 1]]);
  assertClose(angles.select(0, 1), [[1, 0, 0.6], [0, 0, 0], [0.6, 0, 1]]);
  assertClose(angles.select(0, 2), [[1, 0.8, 0], [0.8, 1, 0], [0, 0, 0]]);
});

test("both stay the same where features are moved, turned and scaled", () => {
  torch.manualSeed(2);
  const x = torch.randn([6, 4], { dtype: "float64", device });
  const [q] = torch.linalgQr(torch.randn([4, 4], { dtype: "float64", device }));
  const moved = x.matmul(q).mul(7).add(3);
  assertClose(relativeDistances(moved), relativeDistances(x));
  assertClose(tripletAngles(moved), tripletAngles(x));
});

test("gradients are those of finite differences", () => {
  torch.manualSeed(5);
  const x = torch.randn([5, 3], { dtype: "float64", device }).requiresGrad_();
  const weights = torch.randn([5, 5, 5], { dtype: "float64", device });
  const losses = {
    distances: () => relativeDistances(x).mul(weights.select(0, 0)).sum(),
    angles: () => tripletAngles(x).mul(weights).sum(),
  };
  for (const [name, loss] of Object.entries(losses)) {
    assert(gradientError(x, loss) < 1e-6, name);
  }
});

test("images that coincide, and features that are all one, give no NaN", () => {
  torch.manualSeed(6);
  const row = torch.randn([1, 4], { device });
  const others = torch.randn([3, 4], { device });
  const cases = [
    torch.cat([row, row, others]),
    row.repeat([5, 1]),
    torch.zeros([5, 4], { device }),
  ];
  for (const values of cases) {
    const x = values.detach().clone().requiresGrad_();
    const target = torch.randn([5, 5, 5], { device });
    const distances = relativeDistances(x);
    const angles = tripletAngles(x);
    distances.sub(target.select(0, 0)).square().sum().add(angles.sub(target).square().sum())
      .backward();
    for (const part of [distances, angles, x.grad!]) {
      assertEquals(part.isfinite().all().item(), 1);
      assert(part.abs().max().item() < 1e4);
    }
    x.grad = null;
  }
  // An image at the same place has no direction, and all others see both at once.
  const angles = tripletAngles(cases[0]);
  assertEquals(angles.select(0, 0).select(0, 1).abs().max().item(), 0);
  assertClose(angles.select(0, 2).select(0, 0).select(0, 1), 1);
});

test("under autocast all is computed in float32", () => {
  torch.manualSeed(7);
  const x = torch.randn([6, 4], { device });
  const parts = torch.autocast(() => [relativeDistances(x), tripletAngles(x)], { device });
  assertEquals(parts.map(({ dtype }) => dtype), ["float32", "float32"]);
  assertEquals(parts[1].toArray(), tripletAngles(x).toArray());
});

test("too few images are refused, with what to do", () => {
  assertThrows(() => relativeDistances(t([[1, 2]])), ShapeError, "at least 2");
  assertThrows(() => tripletAngles(t([[1, 2], [3, 4]])), ShapeError, "dropLast");
  assertThrows(() => tripletAngles(torch.zeros([3, 2, 2])), ShapeError, "[3, 2, 2]");
});
