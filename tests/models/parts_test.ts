import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { makeDivisible } from "../../src/models/parts/divisible.ts";
import { DropPath, dropPathRates } from "../../src/models/parts/drop_path.ts";
import { SameConv2d } from "../../src/models/parts/same_conv.ts";
import { chain, chainGroups, groupsEndingAt } from "../../src/models/parts/stage.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

test("stochastic depth drops whole images and scales the others, in training only", () => {
  torch.manualSeed(0);
  const layer = new DropPath(0.4);
  const branch = torch.ones([400, 2, 3], { device });
  const out = layer.forward(branch);
  const images = out.flatten(1);
  assertClose(images.amin([1]), images.amax([1]));
  const kept = images.select(1, 0).gt(0);
  const share = kept.float().mean().item() as number;
  assertEquals(Math.abs(share - 0.6) < 0.1, true, `${share} of the images are kept`);
  assertClose(images.select(1, 0), kept.float().div(0.6));
  assertEquals(layer.eval().forward(branch), branch);
  assertEquals(new DropPath(0).forward(branch), branch);
  assertClose(new DropPath(1).forward(branch), torch.zerosLike(branch));
  for (const p of [-0.1, 1.1, NaN]) {
    assertThrows(() => new DropPath(p), ArgumentError, "DropPath: p");
  }
});

test("the rates of stochastic depth grow evenly", () => {
  assertClose(dropPathRates(0.3, 4), [0, 0.1, 0.2, 0.3]);
  assertEquals(dropPathRates(0.3, 1), [0]);
});

test("widths are the nearest multiple of 8 that is not a tenth too small", () => {
  // 10 is nearer to 8 than to 16, but 8 is less than nine tenths of it.
  assertEquals([3, 10, 11.9, 12, 35.2, 132].map((width) => makeDivisible(width)), [
    8,
    16,
    16,
    16,
    32,
    136,
  ]);
});

test("a convolution with TensorFlow's padding pads right and bottom first", () => {
  using layer = new SameConv2d(1, 1, 3, { stride: 2 });
  torch.noGrad(() => layer.weight.fill_(1));
  layer.to(device);
  const ones = (height: number, width: number) => torch.ones([1, 1, height, width], { device });
  // Even: zeros at the end only. Odd: on both sides.
  assertEquals(layer.forward(ones(4, 4)).toArray(), [[[[9, 6], [6, 4]]]]);
  assertEquals(layer.forward(ones(3, 3)).toArray(), [[[[4, 4], [4, 4]]]]);
  assertEquals(layer.forward(ones(4, 3)).toArray(), [[[[6, 6], [4, 4]]]]);
  assertEquals(layer.forward(ones(1, 1)).toArray(), [[[[1]]]]);
});

/** Adds one, and tells how many tensors live. */
class Count extends nn.Module {
  alive: number[] = [];

  override forward(x: torch.Tensor): torch.Tensor {
    const next = x.add(1);
    this.alive.push(torch.memory().tensors);
    return next;
  }
}

test("a chain of blocks holds no more than two maps between its ends", () => {
  const count = new Count();
  const input = torch.zeros([2], { device });
  const before = torch.memory().tensors;
  const out = chain([count, new nn.Identity(), count, count, count], input);
  assertEquals(out.toArray(), [4, 4]);
  assertEquals(input.toArray(), [0, 0]);
  assertEquals(count.alive.map((alive) => alive - before), [1, 2, 2, 2]);
  assertEquals(torch.memory().tensors - before, 1);
});

test("groups of blocks end where they are told to, and their ends live on", () => {
  assertEquals(groupsEndingAt(["a", "b", "c", "d"], [0, 2]), [["a"], ["b", "c"], ["d"]]);
  const count = new Count();
  const input = torch.zeros([1], { device });
  const ends = chainGroups(groupsEndingAt([count, count, count, count], [0, 2]), input);
  assertEquals(ends.map((end) => end.toArray()), [[1], [3], [4]]);
});
