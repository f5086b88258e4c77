import { assert, assertEquals, assertNotStrictEquals, assertThrows } from "@std/assert";
import { ArgumentError, DisposedError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const typed: [torch.DType, torch.TypedArray][] = [
  ["float32", new Float32Array([1.5, -0, Infinity, NaN])],
  ["float64", new Float64Array([1 / 3, -1e300, NaN, 2])],
  ["float16", new Float16Array([0.5, -65504, 6e-8, NaN])],
  ["int64", new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n, 0n, 1n])],
  ["int32", new Int32Array([-(2 ** 31), 2 ** 31 - 1, 0, 1])],
  ["int16", new Int16Array([-32768, 32767, 0, 1])],
  ["int8", new Int8Array([-128, 127, 0, 1])],
  ["uint8", new Uint8Array([0, 255, 7, 1])],
];

for (const [dtype, values] of typed) {
  test(`data: a ${values.constructor.name} goes in as ${dtype} and comes out as it was`, () => {
    const tensor = torch.tensor(values, { device });
    assertEquals([tensor.dtype, tensor.shape], [dtype, [4]]);
    const back = tensor.data();
    assertEquals(back, values);
    assertNotStrictEquals(back.buffer, values.buffer);
    const square = torch.tensor(values, { device, shape: [2, 2] });
    assertEquals(
      square.t().data(),
      values.constructor === BigInt64Array
        ? new BigInt64Array([0, 2, 1, 3].map((i) => values[i] as bigint))
        : new (values.constructor as Float32ArrayConstructor)(
          [0, 2, 1, 3].map((i) => values[i] as number),
        ),
    );
  });
}

test("data: typed arrays without a dtype of their own take one that holds all values", () => {
  const cases: [torch.TypedArray, torch.DType, unknown[]][] = [
    [new Uint8ClampedArray([0, 255]), "uint8", [0, 255]],
    [new Uint16Array([0, 65535]), "int32", [0, 65535]],
    [new Uint32Array([0, 4294967295]), "int64", [0, 4294967295]],
    [new BigUint64Array([0n, 2n ** 53n - 1n]), "int64", [0, 2 ** 53 - 1]],
  ];
  for (const [values, dtype, expected] of cases) {
    const tensor = torch.tensor(values, { device });
    assertEquals([tensor.dtype, tensor.toArray()], [dtype, expected]);
  }
  assertThrows(() => torch.tensor(new BigUint64Array([2n ** 64n - 1n])), DTypeError);
});

test("data: bool and bfloat16", () => {
  const flags = torch.tensor([true, false], { device });
  assertEquals([flags.dtype, flags.data()], ["bool", new Uint8Array([1, 0])]);
  assertEquals(flags.toArray(), [true, false]);
  assertEquals(flags.index(0).item(), 1);
  assertEquals(torch.tensor([0, 2, -1], { dtype: "bool", device }).toArray(), [false, true, true]);
  assertEquals(torch.tensor(new Uint8Array([0, 3]), { dtype: "bool", device }).toArray(), [
    false,
    true,
  ]);
  const brain = torch.tensor([1, -3.14, 1e38], { dtype: "bfloat16", device });
  assertEquals(brain.data(), new Float32Array([1, -3.140625, 1.171875 * 2 ** 126]));
  assertEquals(brain.dtype, "bfloat16");
});

test("data: parts of a buffer, odd offsets, shared and resizable memory", () => {
  const whole = new Float32Array([9, 1, 2, 3, 9]);
  assertEquals(torch.tensor(whole.subarray(1, 4), { device }).toArray(), [1, 2, 3]);
  const bytes = new Uint8Array([0, 1, 2, 3, 4]);
  assertEquals(torch.tensor(bytes.subarray(3), { device }).toArray(), [3, 4]);
  const shared = new Int32Array(new SharedArrayBuffer(16));
  shared.set([1, 2, 3, 4]);
  assertEquals(torch.tensor(shared, { device }).toArray(), [1, 2, 3, 4]);
  assertEquals(torch.tensor(shared.subarray(2), { device }).toArray(), [3, 4]);
  const resizable = new Uint8Array(new ArrayBuffer(4, { maxByteLength: 16 }));
  resizable.set([5, 6, 7, 8]);
  assertEquals(torch.tensor(resizable, { device }).toArray(), [5, 6, 7, 8]);
  resizable.buffer.resize(0);
  assertEquals(torch.tensor(resizable, { device }).shape, [0]);
  const detached = new Float32Array(4);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  assertThrows(() => torch.tensor(detached, { device }), ArgumentError, "transferred");
});

test("data: a tensor's memory is its own", () => {
  const values = new Float32Array([1, 2]);
  const tensor = torch.tensor(values, { device });
  values[0] = 9;
  assertEquals(tensor.toArray(), [1, 2]);
  const out = tensor.data();
  out[0] = 9;
  assertEquals(tensor.toArray(), [1, 2]);
});

test("data: empty and zero-dimensional tensors, views without order in memory", () => {
  assertEquals(torch.tensor([], { device }).shape, [0]);
  assertEquals(torch.tensor([[], []], { device }).toArray(), [[], []]);
  assertEquals(torch.tensor(new Float32Array(0), { shape: [2, 0], device }).toArray(), [[], []]);
  const scalar = torch.tensor(2.5, { device });
  assertEquals([scalar.shape, scalar.toArray(), scalar.item(), scalar.data()], [
    [],
    2.5,
    2.5,
    new Float32Array([2.5]),
  ]);
  const x = torch.arange(6, { device }).reshape(2, 3);
  assertEquals(x.t().data(), new BigInt64Array([0n, 3n, 1n, 4n, 2n, 5n]));
  assertEquals(x.index(torch.slice(), torch.slice(null, null, 2)).toArray(), [[0, 2], [3, 5]]);
  assertEquals(torch.ones([1], { device }).expand(3).data(), new Float32Array([1, 1, 1]));
});

test("tensor: values, dtype, shape and gradient", () => {
  assertEquals(torch.tensor([[1, 2], [3, 4]], { device }).dtype, "float32");
  assertEquals(torch.tensor([1n, 2n], { device }).dtype, "int64");
  assertEquals(torch.tensor(true, { device }).dtype, "bool");
  assertEquals(torch.tensor([1, 2, 3, 4], { shape: [2, 2], device }).toArray(), [[1, 2], [3, 4]]);
  assertEquals(torch.tensor([1.9, -1.9], { dtype: "int64", device }).toArray(), [1, -1]);
  assertEquals(
    torch.tensor(new Float32Array([1.5]), { dtype: "float64", device }).dtype,
    "float64",
  );
  assertEquals(torch.tensor(new Int32Array([1, 2]), { dtype: "float32", device }).toArray(), [
    1,
    2,
  ]);
  const tracked = torch.tensor([1], { requiresGrad: true, device });
  assert(tracked.requiresGrad && tracked.isLeaf);
  assert(torch.tensor(1, { dtype: "float64", requiresGrad: true, device }).isLeaf);
});

test("tensor: values that do not fit are typed errors that name them", () => {
  const cases: [() => void, new () => Error, string][] = [
    [() => torch.tensor([[1, 2], [3]]), ShapeError, "expected 2"],
    [() => torch.tensor([[1], 2]), ShapeError, "[2, 1]"],
    [() => torch.tensor([1, [2]]), ShapeError, "dimension 1"],
    [() => torch.tensor([1, "2" as never]), ArgumentError, "string"],
    [() => torch.tensor(null as never), ArgumentError, "object"],
    [() => torch.tensor(undefined as never), ArgumentError, "undefined"],
    [() => torch.tensor({} as never), ArgumentError, "object"],
    [() => torch.tensor([1, 2, 3], { shape: [2, 2] }), ShapeError, "3 values"],
    [() => torch.tensor(new Float32Array(3), { shape: [-3] }), ShapeError, "-3"],
    [() => torch.tensor(new Float32Array(3), { shape: [1.5, 2] }), ShapeError, "1.5"],
    [() => torch.tensor([300], { dtype: "uint8" }), DTypeError, "300"],
    [() => torch.tensor([0, -129], { dtype: "int8" }), DTypeError, "place 1"],
    [() => torch.tensor([NaN], { dtype: "int64" }), DTypeError, "NaN"],
    [() => torch.tensor([Infinity], { dtype: "int32" }), DTypeError, "Infinity"],
    [() => torch.tensor([2n ** 63n]), DTypeError, "9223372036854775808"],
    [() => torch.tensor([2 ** 63], { dtype: "int64" }), DTypeError, "9223372036854776000"],
    [() => torch.tensor([-1e30], { dtype: "int64" }), DTypeError, "-1e+30"],
    [() => torch.tensor([1], { dtype: "float31" as never }), DTypeError, "float31"],
  ];
  for (const [body, type, words] of cases) assertThrows(body, type, words);
});

test("item and toArray: an int64 beyond 2^53 is an error, and data() has it", () => {
  const large = torch.tensor([2n ** 53n, -(2n ** 53n), 2n ** 53n - 1n], { device });
  assertThrows(() => large.toArray(), DTypeError, "9007199254740992");
  assertThrows(() => large.index(0).item(), DTypeError, "9007199254740992");
  assertThrows(() => large.index(1).item(), DTypeError, "-9007199254740992");
  assertEquals(large.index(2).item(), 2 ** 53 - 1);
  assertEquals(torch.tensor(-5n, { device }).item(), -5);
  assertEquals(large.data(), new BigInt64Array([2n ** 53n, -(2n ** 53n), 2n ** 53n - 1n]));
  assertThrows(() => torch.ones([2], { device }).item(), Error, "[2]");
  assertThrows(() => torch.ones([0], { device }).item(), Error, "[0]");
});

test("to: dtypes, devices, copies", () => {
  const x = torch.tensor([1.5, -1.5], { device });
  assertEquals(x.to("int32").toArray(), [1, -1]);
  assertEquals(x.long().dtype, "int64");
  assertEquals(x.to({ dtype: "float64", device: "cpu" }).device, "cpu");
  assertEquals(x.half().float().toArray(), [1.5, -1.5]);
  assertEquals(x.bool().toArray(), [true, true]);
  const same = x.to("float32");
  same.add_(1);
  assertEquals(x.toArray(), [2.5, -0.5]);
  x.to({ copy: true }).add_(1);
  assertEquals(x.toArray(), [2.5, -0.5]);
  assertEquals(
    torch.ones([1, 2, 3, 4], { device }).to({ memoryFormat: "channelsLast" }).strides,
    [24, 1, 8, 2],
  );
  assertThrows(() => x.to("int31" as never), Error, "int31");
  assertThrows(() => x.to({ device: "tpu" as never }), Error, "tpu");
  assertThrows(() => x.to({ dtype: "x" as never }), DTypeError, "x");
});

test("metadata: shape, strides, ndim, numel, contiguity", () => {
  const x = torch.zeros([2, 3, 4], { device });
  assertEquals([x.shape, x.strides, x.ndim, x.numel], [[2, 3, 4], [12, 4, 1], 3, 24]);
  assertEquals([x.size(0), x.size(-1)], [2, 4]);
  assertThrows(() => x.size(3), ArgumentError, "dimension 3");
  assert(
    x.isContiguous && !x.transpose(0, 1).isContiguous && x.transpose(0, 1).contiguous()
      .isContiguous,
  );
  assertEquals(x.mT.shape, [2, 4, 3]);
  assertEquals(torch.zeros([2, 3], { device }).T.shape, [3, 2]);
  assertEquals(torch.zeros([], { device }).numel, 1);
});

test("a disposed tensor: every use is a DisposedError, its own report is not", () => {
  const x = torch.ones([2], { device });
  x.dispose();
  assert(x.isDisposed);
  for (
    const use of [
      () => x.shape,
      () => x.dtype,
      () => x.data(),
      () => x.item(),
      () => x.add(1),
      () => torch.cat([x]),
      () => x.backward(),
      () => x.grad,
      () => (x.requiresGrad = true),
      () => x.to("float64"),
      () => x.index(0),
      () => torch.ones([2], { device }).add(x),
      () => torch.ones([2], { device }).copy_(x),
    ]
  ) assertThrows(use, DisposedError, "disposed");
  assertEquals(String(x), "Tensor(disposed)");
});

test("indexPut_: writes to what index would return", () => {
  const x = () => torch.zeros([2, 3], { device });
  const put = (at: torch.Index[], value: torch.Tensor | number, accumulate = false) =>
    x().indexPut_(at, value, { accumulate }).toArray();
  assertEquals(put([0], 5), [[5, 5, 5], [0, 0, 0]]);
  assertEquals(put([0, -1], 5), [[0, 0, 5], [0, 0, 0]]);
  assertEquals(put(["...", 1], torch.tensor([1, 2], { device })), [[0, 1, 0], [0, 2, 0]]);
  assertEquals(put([torch.slice(), torch.slice(1)], 3), [[0, 3, 3], [0, 3, 3]]);
  assertEquals(put([[0, 1], [2, 0]], torch.tensor([7, 8], { device })), [[0, 0, 7], [8, 0, 0]]);
  assertEquals(put([torch.slice(), [0, 0]], 1, true), [[2, 0, 0], [2, 0, 0]]);
  assertEquals(put([0], 2, true), [[2, 2, 2], [0, 0, 0]]);
  assertEquals(put([1, [0, 2]], 4), [[0, 0, 0], [4, 0, 4]]);
  const mask = torch.tensor([[true, false, true], [false, true, false]], { device });
  assertEquals(put([mask], 9), [[9, 0, 9], [0, 9, 0]]);
  assertEquals(put(["..."], 1), [[1, 1, 1], [1, 1, 1]]);
});

test("index: shares memory where it can, leaves nothing behind, and says what is wrong", () => {
  const x = torch.arange(6, { device, dtype: "float32" }).reshape(2, 3);
  x.index(0, torch.slice(1)).add_(10);
  assertEquals(x.toArray(), [[0, 11, 12], [3, 4, 5]]);
  x.index("...").add_(1);
  assertEquals(x.toArray(), [[1, 12, 13], [4, 5, 6]]);
  const before = torch.memory().tensors;
  x.index(1, null, torch.slice(0, 2), null).dispose();
  x.index(0, [2, 1]).dispose();
  x.indexPut_([0, [0, 1]], 5);
  if (device === "cpu") assertThrows(() => x.index(0, [7]), Error);
  assertEquals(torch.memory().tensors, before);
  for (
    const at of [[2], [-3], [0, 3], [0, 0, 0], [[5]], [
      torch.tensor([9n], { device }),
    ]] as torch.Index[][]
  ) {
    // A GPU finds these only later, and then takes no more work from the process.
    if (device === "cpu" || typeof at[0] === "number") assertThrows(() => x.index(...at), Error);
  }
  assertThrows(() => x.index(0.5), ArgumentError, "0.5");
  assertThrows(() => x.index([0.5]), ArgumentError, "0.5");
  assertThrows(() => x.index("..." as never, "..."), ArgumentError, "once");
  assertThrows(() => x.index(":" as never), ArgumentError, '":"');
  assertThrows(() => x.index(undefined as never), ArgumentError, "undefined");
  assertThrows(() => x.index(torch.slice(0, 2, -1)), Error, "step");
  assertThrows(() => x.index(torch.tensor([0.5], { device })), Error, "indices");
});

test("in-place operators change the tensor and return it", () => {
  const x = torch.ones([2], { device });
  assert(x.add_(1) === x && x.mul_(3).sub_(torch.ones([2], { device })) === x);
  assertEquals(x.toArray(), [5, 5]);
  assert(x.copy_(torch.zeros([1], { device })).fill_(4).clamp_(null, 3) === x);
  assertClose(x, [3, 3]);
  assertThrows(() => torch.ones([2], { dtype: "int64", device }).add_(1.5), DTypeError);
  assertThrows(() => x.add_(torch.ones([3], { device })), ShapeError);
});

test("shapes, dtypes and devices that do not fit are typed errors with the operator", () => {
  const x = torch.ones([2, 3], { device });
  assertThrows(() => x.matmul(torch.ones([2, 3], { device })), ShapeError, "aten::");
  assertThrows(() => x.add(torch.ones([4], { device })), ShapeError, "[2, 3]");
  assertThrows(() => x.reshape(4), ShapeError, "aten::reshape");
  assertThrows(() => x.mm(torch.ones([3, 1], { dtype: "float64", device })), DTypeError);
  assertThrows(() => torch.cat([]), Error, "aten::cat");
  assertThrows(() => x.gather(0, torch.ones([1, 1], { device })), DTypeError, "int64");
  assertThrows(() => x.sum(5), Error, "range");
  for (const wrong of ["1", undefined, null, {}, [1], true]) {
    assertThrows(() => x.add(wrong as never), ArgumentError, "should be a tensor");
    assertThrows(() => x.maximum(wrong as never), ArgumentError, "aten::maximum");
    assertThrows(() => torch.cat([x, wrong as never]), ArgumentError, "should be a tensor");
  }
  assertThrows(() => torch.cat(x as never), ArgumentError, "array of tensors");
  assertThrows(() => torch.stack(undefined as never), ArgumentError, "array of tensors");
  assertThrows(() => x.permute(undefined as never), ArgumentError, "array of numbers");
  assertThrows(() => x.sum({} as never), ArgumentError, "array of numbers");
  assertThrows(() => x.add(NaN).sum(1.5), ArgumentError, "whole number");
  if (!torch.cuda.isAvailable()) {
    assertThrows(() => x.to("cuda"), Error, "doctor");
    assertThrows(() => torch.zeros([2], { device: "cuda:3" }), Error, "doctor");
  }
});
