import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, IndexError, ShapeError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

const longs = (values: number[]) => torch.tensor(values, { dtype: "int64" });
const numbers = (x: torch.Result) => Array.from((x as torch.Tensor).data() as Float32Array);

test("segments are sums of parts of the data, and must lie within it", () => {
  const data = torch.tensor([1, 2, 3, 4]);
  const reduce = (given: torch.NamedArguments) =>
    torch.call("aten::segment_reduce", data, "sum", given);
  assertEquals(numbers(reduce({ lengths: longs([1, 3]) })), [1, 9]);
  assertEquals(numbers(reduce({ offsets: longs([0, 1, 4]) })), [1, 9]);
  assertThrows(() => reduce({ lengths: longs([99_999_999]), unsafe: true }), ArgumentError);
  assertThrows(() => reduce({ lengths: longs([5, -1]) }), ArgumentError, "lengths do not lie");
  assertThrows(() => reduce({ offsets: longs([-5, 4]) }), ArgumentError, "the 4 elements");
  assertThrows(() => reduce({ offsets: longs([3, 1]) }), ArgumentError);
  assertThrows(() => reduce({ offsets: longs([0, 99_999_999]) }), ArgumentError);
});

test("binomial counts that are NaN are refused, not searched for without end", () => {
  const draw = (count: number) =>
    torch.call("aten::binomial", torch.full([2], count), torch.full([2], 0.3));
  assertThrows(() => draw(NaN), ArgumentError, "count holds NaN");
  assertEquals(numbers(draw(0)), [0, 0]);
});

test("gradients of pools go where indices say, which must be places of the image", () => {
  const image = torch.arange(16).reshape(1, 1, 4, 4).to("float32");
  const ones = torch.ones([1, 1, 2, 2]);
  const back = (at: number) =>
    torch.call(
      "aten::max_pool2d_with_indices_backward",
      ones,
      image,
      ...[[2, 2], [2, 2], [0, 0], [1, 1], false],
      torch.full([1, 1, 2, 2], at, { dtype: "int64" }),
    );
  assertEquals(numbers(back(15)).at(-1), 4);
  for (const at of [16, -1, 1e9]) assertThrows(() => back(at), IndexError, "16 places");
  const adaptive = (sides: number[]) =>
    torch.call(
      "aten::adaptive_max_pool2d_backward",
      ones,
      image,
      torch.zeros(sides, { dtype: "int64" }),
    );
  assertEquals(numbers(adaptive([1, 1, 2, 2]))[0], 4);
  assertThrows(() => adaptive([1, 1, 1, 1]), ShapeError);
});

test("packed sequences need sizes that never rise, and a state of the first size", () => {
  const weights = [[16, 3], [16, 4], [16], [16]].map((shape) => torch.full(shape, 0.1));
  const run = (sizes: number[], batch = 3) =>
    torch.call(
      "aten::lstm.data",
      torch.ones([5, 3]),
      longs(sizes),
      [torch.zeros([1, batch, 4]), torch.zeros([1, batch, 4])],
      weights,
      ...[true, 1, 0, false, false],
    ) as torch.Tensor[];
  assertEquals(run([3, 2])[0].shape, [5, 4]);
  assertThrows(() => run([]), ShapeError, "batch_sizes is empty");
  assertThrows(() => run([2, 3], 2), ArgumentError, "never rise");
  assertThrows(() => run([3, -1]), ArgumentError);
  assertThrows(() => run([3, 2], 1), ShapeError, "hx has the shape");
});

test("grids of samples that are no numbers have no gradient where padding needs a place", () => {
  const sample = (grid: number, padding: number, requiresGrad: boolean) => {
    const image = torch.ones([1, 2, 4, 4], { requiresGrad });
    return torch.gridSampler(image, torch.full([1, 3, 3, 2], grid), 0, padding, false);
  };
  for (const grid of [NaN, Infinity]) {
    for (const padding of [1, 2]) {
      assertThrows(() => sample(grid, padding, true), ArgumentError, "grid holds NaN or infinity");
      assertEquals(sample(grid, padding, false).shape, [1, 2, 3, 3]);
    }
    assertEquals(sample(grid, 0, true).shape, [1, 2, 3, 3]);
  }
  sample(1e30, 2, true).sum().backward();
});

test("batch norms without elements, whose gradients divide by their number, are refused", () => {
  for (const shape of [[0, 3, 2], [2, 0, 3]]) {
    const x = torch.ones(shape, { requiresGrad: true });
    const one = torch.ones([shape[1]]);
    assertThrows(
      () => torch.nativeBatchNorm(x, one, one, one, one, false, 0.1, 1e-5),
      ShapeError,
      "no elements",
    );
  }
  const x = torch.ones([0, 3, 2], { requiresGrad: true });
  const one = torch.ones([3]);
  torch.batchNorm(x, one, one, one, one, false, 0.1, 1e-5, false).sum().backward();
  assertEquals(x.grad!.shape, [0, 3, 2]);
});

test("a string that is left out is named", () => {
  const index = torch.zeros([1], { dtype: "int64" });
  // deno-lint-ignore no-explicit-any -- as from JavaScript
  const reduce = () => (torch.ones([3]) as any).scatterReduce(0, index, torch.ones([1]));
  assertThrows(reduce, ArgumentError, "should be a string, got undefined");
});
