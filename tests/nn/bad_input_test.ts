import { assertEquals, assertThrows } from "@std/assert";
import {
  type ApprenticeError,
  ArgumentError,
  DTypeError,
  IndexError,
  ShapeError,
} from "../../src/base/errors.ts";
import { checkIndicesOnDevice } from "../../src/nn/functional/classes.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const F = nn.functional;
const logits = () => torch.zeros([3, 4], { device });
const ints = (values: number[], dtype: torch.DType = "int64") =>
  torch.tensor(values, { dtype, device });

test("a class out of range is named with its row and the number of classes", () => {
  const message = "The class 4 at row 1 is out of range: there are 4 classes, 0 to 3.";
  for (const run of [F.crossEntropy, F.nllLoss]) {
    assertThrows(() => run(logits(), ints([0, 4, 9])), IndexError, message);
    assertThrows(() => run(logits(), ints([0, -1, 2])), IndexError, "The class -1 at row 1");
  }
  assertEquals(F.crossEntropy(logits(), ints([0, 1, 2])).item() > 0, true, "the process lives");
});

test("a class out of range in an image is named with its place", () => {
  const classes = torch.zeros([2, 2, 2], { dtype: "int64", device });
  classes.indexPut_([1, 0, 1], 7);
  assertThrows(
    () => F.crossEntropy(torch.zeros([2, 3, 2, 2], { device }), classes),
    IndexError,
    "The class 7 at [1, 0, 1] is out of range: there are 3 classes",
  );
});

test("the ignored class may be out of range, others not", () => {
  F.crossEntropy(logits(), ints([0, -100, 2]));
  F.crossEntropy(logits(), ints([0, 99, 2]), { ignoreIndex: 99 });
  assertThrows(
    () => F.crossEntropy(logits(), ints([-100, 99, 2])),
    IndexError,
    "The class 99 at row 1",
  );
});

// What runs before a loss on a GPU, run here on whatever device there is.
test("the check before the use on a GPU finds the same", () => {
  const check = (values: number[]) =>
    checkIndicesOnDevice("The class", "classes", ints(values), 4, -100);
  check([]);
  check([0, 3, -100]);
  assertThrows(() => check([0, 4, -100]), IndexError, "The class 4 at row 1");
  assertThrows(() => check([-2, 0]), IndexError, "The class -2 at row 0");
});

test("labels of any integer dtype and whole floats are classes", () => {
  const input = torch.randn([3, 4], { device });
  const expected = F.crossEntropy(input, ints([0, 3, 1])).item();
  for (const dtype of ["int32", "int16", "int8", "uint8", "float32", "float64"] as const) {
    assertClose(F.crossEntropy(input, ints([0, 3, 1], dtype)).item(), expected);
    assertClose(F.nllLoss(input.logSoftmax(1), ints([0, 3, 1], dtype)).item(), expected);
  }
});

test("labels that are NaN or not whole are named with their row", () => {
  const label = (value: number) => torch.tensor([0, 1, value], { device });
  for (const run of [F.crossEntropy, F.nllLoss]) {
    assertThrows(() => run(logits(), label(NaN)), DTypeError, "at row 2 is NaN");
    assertThrows(() => run(logits(), label(1.5)), DTypeError, "at row 2 is 1.5");
    assertThrows(() => run(logits(), label(Infinity)), DTypeError, "at row 2 is Infinity");
    assertThrows(() => run(logits(), label(4)), IndexError, "class 4 at row 2");
  }
  const bools = torch.tensor([true, false, true], { device });
  assertThrows(() => F.crossEntropy(logits(), bools), DTypeError, "got bool");
});

test("target probabilities that are not finite are named with their place", () => {
  const target = torch.full([3, 4], 0.25, { device });
  F.crossEntropy(logits(), target);
  target.indexPut_([2, 1], NaN);
  assertThrows(() => F.crossEntropy(logits(), target), DTypeError, "at [2, 1] is NaN");
});

test("shapes of logits and labels that do not fit are explained", () => {
  const refused: [() => unknown, string][] = [
    [
      () => F.crossEntropy(logits(), ints([0, 1])),
      "logits of shape [3, 4] need labels of shape [3], got [2]",
    ],
    [() => F.crossEntropy(logits(), ints([0, 1, 2]).unsqueeze(1)), "got [3, 1]"],
    [() => F.crossEntropy(logits(), logits().long()), "One-hot labels"],
    [() => F.crossEntropy(torch.zeros([], { device }), ints([0])), "must be (B, C)"],
    [
      () => F.crossEntropy(logits(), ints([0, 1, 2]), { weight: torch.ones([3], { device }) }),
      "weight of shape [4], got [3]",
    ],
    [() => F.crossEntropy(torch.zeros([0, 4], { device }), ints([])), "skip empty batches"],
    [() => F.nllLoss(logits(), ints([0, 1])), "nllLoss"],
  ];
  for (const [run, message] of refused) assertThrows(run, ShapeError, message);
  assertEquals(
    F.crossEntropy(torch.zeros([0, 4], { device }), ints([]), { reduction: "sum" }).item(),
    0,
  );
});

test("losses refuse what PyTorch would broadcast", () => {
  const column = torch.zeros([4, 1], { device });
  const row = torch.zeros([4], { device });
  const losses: Record<string, () => unknown> = {
    mseLoss: () => F.mseLoss(column, row),
    l1Loss: () => F.l1Loss(column, row),
    smoothL1Loss: () => F.smoothL1Loss(column, row),
    klDiv: () => F.klDiv(column, row),
    binaryCrossEntropyWithLogits: () => F.binaryCrossEntropyWithLogits(column, row),
    cosineEmbeddingLoss: () => F.cosineEmbeddingLoss(column, row, row),
  };
  for (const [name, run] of Object.entries(losses)) {
    assertThrows(
      run,
      ShapeError,
      `${name}: the input is [4, 1] and the target [4]; they must be the same.`,
    );
  }
  assertThrows(
    () => F.cosineEmbeddingLoss(column, column, column),
    ShapeError,
    "need a target (B)",
  );
  const none = torch.zeros([0, 3], { device });
  assertThrows(() => F.mseLoss(none, none), ShapeError, "no elements");
});

test("options that cannot be used are refused", () => {
  const x = logits();
  const refused: [() => unknown, string][] = [
    [() => F.crossEntropy(x, ints([0, 1, 2]), { labelSmoothing: 1.5 }), "labelSmoothing"],
    [() => F.mseLoss(x, x, { reduction: "avg" as "mean" }), 'got "avg"'],
    [() => F.smoothL1Loss(x, x, { beta: -1 }), "beta"],
    [() => F.dropout(x, 1.5), "p must be from 0 to 1"],
    [() => F.gelu(x, { approximate: "fast" as "tanh" }), 'got "fast"'],
    [() => F.interpolate(torch.zeros([1, 1, 2, 2]), {}), "either a size or a scaleFactor"],
    [() => F.interpolate(torch.zeros([1, 1, 2, 2]), { size: 0 }), "at least 1"],
    [() => F.interpolate(torch.zeros([1, 1, 2, 2]), { scaleFactor: NaN }), "at least 1"],
    [() => new nn.Linear(0, 2), "Linear: inFeatures must be a whole number of at least 1, got 0"],
    [() => new nn.Linear(2, 1.5), "outFeatures"],
    [() => new nn.Conv2d(3, 4, 3, { groups: 2 }), "multiples of groups (2)"],
    [() => new nn.Conv2d(3, 4, [3, 3, 3] as unknown as [number, number]), "one number or 2"],
    [() => new nn.Conv2d(3, 4, 3, { padding: "same", stride: 2 }), 'padding "same" needs stride 1'],
    [() => new nn.Dropout(-0.1), "from 0 to 1"],
    [() => new nn.GroupNorm(3, 4), "3 equal groups"],
    [() => new nn.LayerNorm([]), "must not be empty"],
    [() => new nn.MultiheadAttention(10, 3), "cannot be split into 3"],
    [() => new nn.Embedding(4, 2, { paddingIdx: 4 }), "paddingIdx"],
    [() => new nn.GELU({ approximate: "fast" as "tanh" }), 'got "fast"'],
    [() => nn.init.truncNormal_(torch.empty([2]), 0, -1), "std > 0"],
  ];
  for (const [run, message] of refused) assertThrows(run, ArgumentError, message);
  assertThrows(() => F.interpolate(x, { size: 2 }), ShapeError, "(B, C, H, W)");
  assertThrows(() => nn.init.kaimingUniform_(torch.empty([2])), ShapeError, "at least 2 dim");
});

test("a refused layer leaves no tensors behind outside a scope", async () => {
  await Promise.resolve();
  const before = torch.memory().tensors;
  assertThrows(() => new nn.Conv2d(3, 4, 3, { groups: 2 }), ArgumentError);
  assertThrows(() => new nn.MultiheadAttention(10, 3), ArgumentError);
  assertThrows(() => new nn.Embedding(4, 2, { paddingIdx: 9 }), ArgumentError);
  assertEquals(torch.memory().tensors, before);
});

test("layers refuse inputs of wrong shapes, devices and dtypes with typed errors", () => {
  const made: nn.Module[] = [];
  const on = <M extends nn.Module>(module: M): M => {
    made.push(module);
    return module.to(device);
  };
  const x = (...shape: number[]) => torch.zeros(shape, { device });
  const refused: [() => unknown, typeof ApprenticeError][] = [
    [() => on(new nn.Linear(3, 2)).forward(x(4, 5)), ShapeError],
    [() => on(new nn.Conv2d(3, 2, 3)).forward(x(1, 4, 8, 8)), ShapeError],
    [() => on(new nn.Conv2d(3, 2, 3)).forward(x(1, 3, 2, 2)), ShapeError],
    [() => on(new nn.BatchNorm2d(3)).forward(x(4, 3)), ShapeError],
    [() => on(new nn.BatchNorm2d(3)).eval().forward(x(4, 2, 3, 3)), ShapeError],
    [() => on(new nn.BatchNorm1d(3)).forward(x(4, 3, 2, 2)), ShapeError],
    [() => on(new nn.LayerNorm(3)).forward(x(2, 4)), ShapeError],
    [() => on(new nn.GroupNorm(2, 4)).forward(x(2, 6, 3)), ShapeError],
    [() => on(new nn.MultiheadAttention(4, 2)).forward(x(2, 3, 5)), ShapeError],
    [() => on(new nn.MultiheadAttention(4, 2)).forward(x(2, 3, 4), x(1, 3, 4)), ShapeError],
    [
      () => on(new nn.MultiheadAttention(4, 2)).forward(x(2, 3, 4), x(2, 3, 4), x(2, 5, 4)),
      ShapeError,
    ],
    [() => on(new nn.Linear(3, 2)).forward(ints([1, 2, 3])), DTypeError],
    [() => on(new nn.Embedding(3, 2)).forward(ints([0, 3])), IndexError],
    [() => on(new nn.Embedding(3, 2)).forward(x(1).add(0.5)), DTypeError],
  ];
  try {
    for (const [run, type] of refused) assertThrows(run, type);
  } finally {
    for (const module of made) module.dispose();
  }
});

test("an embedding's index out of range is named", () => {
  using table = new nn.Embedding(3, 2).to(device);
  assertThrows(
    () => table.forward(ints([0, 2, 3])),
    IndexError,
    "The index 3 at row 2 is out of range: there are 3 embeddings, 0 to 2.",
  );
});

test("a batch norm cannot train on one value a channel, and says what to do", () => {
  using norm = new nn.BatchNorm1d(3).to(device);
  const one = torch.zeros([1, 3], { device });
  assertThrows(() => norm.forward(one), ShapeError, "Use a larger batch");
  assertEquals(norm.numBatchesTracked!.item(), 0, "a refused batch does not count");
  assertEquals(norm.eval().forward(one).shape, [1, 3]);
  using images = new nn.BatchNorm2d(3).to(device);
  assertThrows(() => images.forward(torch.zeros([1, 3, 1, 1], { device })), ShapeError);
  assertEquals(images.forward(torch.zeros([1, 3, 2, 2], { device })).shape, [1, 3, 2, 2]);
  assertThrows(
    () => F.batchNorm(one, null, null, { training: true }),
    ShapeError,
    "more than one value",
  );
});
