/** The projection that stays orthogonal, whatever is learned. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as distill from "../../src/distill/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { gradientError } from "./nets.ts";

const shapes = [[3, 7], [7, 3], [5, 5], [1, 4], [4, 1], [1, 1]] as const;

/** That the columns of a matrix are orthonormal, or its rows where it is wider than tall. */
function assertOrthonormal(matrix: torch.Tensor, atol = 1e-5): void {
  const [rows, columns] = matrix.shape;
  const tall = rows < columns ? matrix.transpose(0, 1) : matrix;
  const product = tall.transpose(0, 1).matmul(tall);
  assertClose(product, torch.eye(Math.min(rows, columns)).toArray(), { atol });
}

test("it begins as a part of a random orthogonal matrix", () => {
  for (const [input, output] of shapes) {
    using projection = new distill.OrthogonalProjection(input, output).to(device);
    const matrix = projection.matrix();
    assertEquals(matrix.shape, [output, input]);
    assertOrthonormal(matrix);
    const side = Math.max(input, output);
    assertEquals(projection.base.shape, [side, side]);
    const part = input > output
      ? projection.base.narrow(1, 0, output).transpose(0, 1)
      : projection.base.narrow(1, 0, input);
    assertClose(matrix, part, { atol: 1e-6 });
    const x = torch.randn([4, input], { device });
    assertClose(projection.forward(x), x.matmul(matrix.transpose(0, 1)), { atol: 1e-5 });
  }
});

test("it stays orthogonal while it learns, under weight decay too, and learns an orthogonal map", () => {
  for (const [input, output] of [[3, 7], [7, 3], [5, 5]] as const) {
    torch.manualSeed(11);
    using projection = new distill.OrthogonalProjection(input, output).to(device);
    using wanted = new distill.OrthogonalProjection(input, output).to(device);
    const goal = wanted.matrix().detach();
    const x = torch.randn([64, input], { device });
    const y = x.matmul(goal.transpose(0, 1));
    using optimizer = new optim.AdamW([projection.weight], { lr: 0.05, weightDecay: 1e-3 });
    const losses: number[] = [];
    for (let step = 0; step < 200; step++) {
      using _ = torch.scope();
      const loss = torch.mseLoss(projection.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
      if (step % 50 === 49) assertOrthonormal(projection.matrix());
    }
    // Square ones have two halves, of which only one can be reached by turning.
    if (input !== output) assert(losses.at(-1)! < 0.05 * losses[0], `${losses.at(-1)}`);
    else assert(losses.at(-1)! < losses[0]);
  }
});

test("gradients are those of finite differences", () => {
  for (const [input, output] of [[3, 5], [5, 3], [4, 4]] as const) {
    torch.manualSeed(12);
    using projection = new distill.OrthogonalProjection(input, output).to({
      device,
      dtype: "float64",
    });
    torch.noGrad(() => projection.weight.normal_());
    const x = torch.randn([6, input], { dtype: "float64", device });
    const w = torch.randn([6, output], { dtype: "float64", device });
    const loss = () => projection.forward(x).mul(w).sum();
    assert(gradientError(projection.weight, loss) < 1e-6, `${input} to ${output}`);
    assertOrthonormal(projection.matrix(), 1e-5);
    projection.weight.grad = null;
  }
});

test("under autocast the matrix is computed in float32", () => {
  using projection = new distill.OrthogonalProjection(4, 6).to(device);
  torch.noGrad(() => projection.weight.normal_());
  const expected = projection.matrix();
  const matrix = torch.autocast(() => projection.matrix(), { device });
  assertEquals(matrix.toArray(), expected.toArray());
});

test("widths that are none are refused", () => {
  assertThrows(() => new distill.OrthogonalProjection(0, 3), ArgumentError, "input width");
  assertThrows(() => new distill.OrthogonalProjection(3, 1.5), ArgumentError, "output width");
});
