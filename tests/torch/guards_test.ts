import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type ApprenticeError,
  ArgumentError,
  DTypeError,
  IndexError,
  ShapeError,
} from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

type ErrorClass = new (message: string) => ApprenticeError;

const x = (...shape: number[]) => torch.zeros(shape);
const ints = (...values: number[]) => torch.tensor(values, { dtype: "int64" });
const sgd = {
  weightDecay: 0,
  momentum: 0.9,
  lr: 0.1,
  dampening: 0,
  nesterov: false,
  maximize: false,
  isFirstStep: false,
};
const adam = {
  lr: 0.1,
  beta1: 0.9,
  beta2: 0.9,
  weightDecay: 0,
  eps: 1e-8,
  amsgrad: false,
  maximize: false,
};
const adagrad = { lr: 0.1, lrDecay: 0, weightDecay: 0, eps: 1e-8, maximize: false };
const weights = () => [x(20, 4), x(20, 5), x(20), x(20)];

/** Calls that libtorch would read or write beyond its memory for, or not come back from. */
const refused: [string, () => unknown, ErrorClass, string][] = [
  [
    "fusedSgd_: a gradient of another size",
    () => torch.fusedSgd_([x(3)], [x(4)], [x(3)], sgd),
    ShapeError,
    "grads[0]",
  ],
  [
    "fusedSgd_: too few gradients",
    () => torch.fusedSgd_([x(3), x(2)], [x(3)], [x(3), x(2)], sgd),
    ShapeError,
    "grads is a list of 1",
  ],
  [
    "fusedSgd_: no momentum buffers",
    () => torch.fusedSgd_([x(3)], [x(3)], [], sgd),
    ShapeError,
    "momentum_buffer_list",
  ],
  [
    "fusedSgd_: a gradient of another dtype",
    () => torch.fusedSgd_([x(3)], [x(3).double()], [x(3)], sgd),
    DTypeError,
    "grads[0] is Double",
  ],
  [
    "fusedSgd_: a gradient that lies otherwise",
    () => torch.fusedSgd_([x(2, 3)], [x(3, 2).t()], [x(2, 3)], sgd),
    ShapeError,
    "strides",
  ],
  [
    "fusedAdam_: a state of another size",
    () => torch.fusedAdam_([x(3)], [x(3)], [x(3)], [x(2)], [], [x(1)], adam),
    ShapeError,
    "exp_avg_sqs[0]",
  ],
  [
    "fusedAdam_: steps that are none",
    () => torch.fusedAdam_([x(3)], [x(3)], [x(3)], [x(3)], [], [ints(1)], adam),
    DTypeError,
    "state_steps",
  ],
  [
    "fusedAdam_: amsgrad without its states",
    () => torch.fusedAdam_([x(3)], [x(3)], [x(3)], [x(3)], [], [x(1)], { ...adam, amsgrad: true }),
    ShapeError,
    "max_exp_avg_sqs",
  ],
  [
    "fusedAdamw_: too many steps",
    () => torch.fusedAdamw_([x(3)], [x(3)], [x(3)], [x(3)], [], [x(1), x(1)], adam),
    ShapeError,
    "state_steps is a list of 2",
  ],
  [
    "fusedAdagrad_: sums of another size",
    () => torch.fusedAdagrad_([x(3)], [x(3)], [x(2)], [x(1)], adagrad),
    ShapeError,
    "state_sums[0]",
  ],
  [
    "foreachAddcdiv_: too few numbers",
    () => torch.foreachAddcdiv_([x(3), x(2)], [x(3), x(2)], [x(3), x(2)], [1]),
    ShapeError,
    "scalars is a list of 1",
  ],
  [
    "foreachAddcmul_: too many numbers",
    () => torch.foreachAddcmul_([x(3)], [x(3)], [x(3)], [1, 2]),
    ShapeError,
    "scalars is a list of 2",
  ],
  [
    "foreachAdd: lists of other lengths",
    () => torch.foreachAdd([x(3)], [x(3), x(3)]),
    ShapeError,
    "list of 2",
  ],
  ["foreachNeg: no tensors", () => torch.foreachNeg([]), ShapeError, "empty list"],
  [
    "nativeBatchNorm without statistics",
    () => torch.nativeBatchNorm(x(2, 3), null, null, null, null, false, 0.1, 1e-5),
    ArgumentError,
    "running_mean",
  ],
  [
    "nativeBatchNorm: a weight of another size",
    () => torch.nativeBatchNorm(x(2, 3), x(2), null, x(3), x(3), true, 0.1, 1e-5),
    ShapeError,
    "weight",
  ],
  [
    "nativeGroupNorm: sizes that are not the input's",
    () => torch.nativeGroupNorm(x(2, 4), null, null, 2, 4, 9, 2, 1e-5),
    ShapeError,
    "HxW 9",
  ],
  [
    "embeddingBag: a negative offset",
    () => torch.embeddingBag(x(4, 3), ints(0, 1, 2), ints(0, -1)),
    ArgumentError,
    "offset 1 is -1",
  ],
  [
    "embeddingBag: an offset beyond the end",
    () => torch.embeddingBag(x(4, 3), ints(0, 1, 2), ints(0, 9)),
    ArgumentError,
    "offset 1 is 9",
  ],
  [
    "embeddingBag: an index beyond the rows",
    () => torch.embeddingBag(x(4, 3), ints(0, 4), ints(0)),
    IndexError,
    "4 rows",
  ],
  [
    "lstm: states of one dimension",
    () => torch.lstm(x(2, 3, 4), [x(5), x(5)], weights(), true, 1, 0, false, false, false),
    ShapeError,
    "hx has 1 dimensions",
  ],
  [
    "lstm: states of another batch",
    () =>
      torch.lstm(x(2, 3, 4), [x(1, 2, 5), x(1, 2, 5)], weights(), true, 1, 0, false, false, false),
    ShapeError,
    "needs (1, 3, ...)",
  ],
  [
    "lstm: too few weights",
    () =>
      torch.lstm(
        x(2, 3, 4),
        [x(1, 3, 5), x(1, 3, 5)],
        weights().slice(1),
        true,
        1,
        0,
        false,
        false,
        false,
      ),
    ShapeError,
    "params is a list of 3",
  ],
  [
    "gru: weights of an LSTM",
    () => torch.gru(x(2, 3, 4), x(1, 3, 5), weights(), true, 1, 0, false, false, false),
    ShapeError,
    "params[0]",
  ],
  [
    "linalgEigvals of NaN",
    () => torch.linalgEigvals(torch.full([3, 3], NaN)),
    ArgumentError,
    "NaN",
  ],
  [
    "linalgSvdvals of infinity",
    () => torch.linalgSvdvals(torch.full([9, 9], Infinity)),
    ArgumentError,
    "infinity",
  ],
  [
    "linalgLstsq of NaN",
    () => torch.linalgLstsq(torch.full([4, 3], NaN), x(4, 2)),
    ArgumentError,
    "NaN",
  ],
  [
    "linalgMatrixPower of -2^63",
    () => torch.linalgMatrixPower(x(2, 2), -(2 ** 63)),
    ArgumentError,
    "-9223372036854775808",
  ],
  [
    "maxPool1d of 2^53 - 1",
    () => torch.maxPool1d(x(1, 2, 8), 2 ** 53 - 1),
    ArgumentError,
    "kernel_size",
  ],
  [
    "adaptiveMaxPool2d to 1e12",
    () => torch.adaptiveMaxPool2d(x(1, 2, 8, 8), 1e12),
    ArgumentError,
    "output_size",
  ],
  [
    "ctcLoss: a class that is not there",
    () => torch.ctcLoss(x(5, 1, 4), torch.tensor([[1, 99]], { dtype: "int64" }), [5], [2]),
    IndexError,
    "class 99",
  ],
  [
    "gridSampler: no kind of interpolation",
    () => torch.gridSampler(x(1, 1, 2, 2), x(1, 2, 2, 2), 9, 0, true),
    ArgumentError,
    "interpolation_mode",
  ],
  [
    "scaledDotProductAttention: fewer values than keys",
    () => torch.scaledDotProductAttention(x(1, 2, 4, 8), x(1, 2, 6, 8), x(1, 2, 5, 8)),
    ShapeError,
    "a value for every key",
  ],
  [
    "replicationPad2d by -2^63",
    () => torch.replicationPad2d(x(2, 3, 3), [-(2 ** 63), 0, 0, 0]),
    ArgumentError,
    "below",
  ],
];

for (const [name, call, type, words] of refused) {
  test(`refused before libtorch runs it: ${name}`, () => {
    assertThrows(call, type, words);
  });
}

test("guarded operators compute what they did", () => {
  // The stride of a dimension of one element says nothing.
  const flat = torch.ones([4, 1, 3]);
  torch.fusedSgd_([flat], [torch.ones([4, 1, 3]).asStrided([4, 1, 3], [3, 1, 1])], [], {
    ...sgd,
    momentum: 0,
  });
  assert(flat.sub(0.9).abs().max().item() < 1e-6);
  const param = torch.ones([2, 3]).t();
  torch.fusedSgd_([param], [torch.ones([2, 3]).t()], [], { ...sgd, momentum: 0 });
  assert(param.sub(0.9).abs().max().item() < 1e-6);
  const bags = torch.embeddingBag(torch.ones([4, 3]), ints(0, 1, 2), ints(0, 1, 1));
  assertEquals(bags[0].toArray(), [[1, 1, 1], [0, 0, 0], [2, 2, 2]]);
  const hidden = torch.lstm(
    x(2, 3, 4),
    [x(1, 3, 5), x(1, 3, 5)],
    weights(),
    true,
    1,
    0,
    false,
    false,
    false,
  );
  assertEquals(hidden.map((tensor) => tensor.shape), [[2, 3, 5], [1, 3, 5], [1, 3, 5]]);
  assertEquals(torch.linalgMatrixPower(torch.eye(2).mul(2), 10).toArray(), [[1024, 0], [0, 1024]]);
  assertEquals(torch.linalgEigvals(torch.eye(2).double()).shape, [2]);
  assertEquals(torch.foreachAdd([x(2)], [x(2)]).length, 1);
});

Deno.test("segments beyond the data and samples that are no fractions are refused", () => {
  torch.scope(() => {
    const data = torch.ones([4]);
    const numbers = (...values: number[]) => torch.tensor(values, { dtype: "int64" });
    const reduce = (named: torch.NamedArguments) =>
      torch.call("aten::segment_reduce", data, "sum", named) as torch.Tensor;
    assertEquals(reduce({ lengths: numbers(1, 3) }).toArray(), [1, 3]);
    assertEquals(reduce({ offsets: numbers(0, 1, 4) }).toArray(), [1, 3]);
    for (const lengths of [numbers(100_000, 5), numbers(5, -1)]) {
      assertThrows(() => reduce({ lengths, unsafe: true }), ArgumentError, "4 elements");
    }
    for (const offsets of [numbers(0, 50_000_000), numbers(0, -9, 4), numbers(0, 3, 1)]) {
      assertThrows(() => reduce({ offsets }), ArgumentError, "4 elements");
    }
    const pool = (sample: number) =>
      torch.call(
        "aten::fractional_max_pool2d",
        torch.ones([1, 2, 4, 4]),
        [2, 2],
        [2, 2],
        torch.full([1, 2, 2], sample),
      );
    pool(0.5);
    for (const sample of [NaN, 1e9, -1, 1]) {
      assertThrows(() => pool(sample), ArgumentError, "random_samples");
    }
  });
});
