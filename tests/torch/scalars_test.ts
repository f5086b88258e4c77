import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, DTypeError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

const int = (...values: (number | bigint)[]) => torch.tensor(values, { dtype: "int64" });
const big = 2n ** 60n;

test("beside integers -0 is the integer 0, beside floats it is -0.0", () => {
  const labels = int(1, 2, 3);
  const results = [
    labels.add(-0),
    labels.sub(-0),
    labels.mul(-0),
    labels.rsub(-0),
    labels.clamp(-0, 5),
    labels.maskedFill(labels.gt(1), -0),
    torch.where(labels.gt(1), -0, labels),
    torch.foreachAdd([labels], -0)[0],
    torch.call("aten::add.Scalar", labels, -0) as torch.Tensor,
  ];
  for (const result of results) assertEquals(result.dtype, "int64");
  assertEquals(results[0].toArray(), [1, 2, 3]);
  assertEquals(results[5].toArray(), [1, 0, 0]);
  const x = torch.tensor([1, -2]);
  assertEquals([...x.mul(-0).data() as Float32Array].map((v) => Object.is(v, -0)), [true, false]);
  assertEquals(x.maskedFill(x.gt(0), -0).reciprocal().toArray(), [-Infinity, -0.5]);
  assertEquals(torch.ones([1]).copysign(-0).item(), -1);
});

test("a BigInt is that integer, exactly", () => {
  const x = int(1n, big, big + 1n);
  assertEquals(x.add(big).data(), new BigInt64Array([big + 1n, 2n * big, 2n * big + 1n]));
  assertEquals(x.eq(big).toArray(), [false, true, false]);
  assertEquals(x.eq(big + 1n).toArray(), [false, false, true]);
  assertEquals(x.add(-big).data(), new BigInt64Array([1n - big, 0n, 1n]));
  assertEquals(x.clamp(big, big).data(), new BigInt64Array([big, big, big]));
  assertEquals(torch.where(x.gt(big), -big, x).data(), new BigInt64Array([1n, big, -big]));
  assertEquals(x.sub(1n, { alpha: big }).data(), new BigInt64Array([1n - big, 0n, 1n]));
  assertEquals(torch.full([2], big).data(), new BigInt64Array([big, big]));
  assertEquals(torch.full([1], big, { dtype: "float64" }).item(), 2 ** 60);
  x.indexPut_([0], big);
  assertEquals((x.data() as BigInt64Array)[0], big);
  assertEquals(torch.tensor([0.5]).add(2n).toArray(), [2.5]);
  assertEquals((torch.call("aten::add.Scalar", x, big) as torch.Tensor).dtype, "int64");
  assertThrows(() => x.add(2n ** 64n), DTypeError, "beyond 64 bits");
  assertThrows(() => x.add(-(2n ** 63n) - 1n), DTypeError, "beyond 64 bits");
});

test("a number beyond 2^53 is an error beside integers and a float beside floats", () => {
  const x = int(1n, big + 1n);
  const calls = [
    () => x.add(2 ** 60),
    () => x.eq(2 ** 60),
    () => x.lt(1e300),
    () => x.clamp(0, 2 ** 53),
    () => x.maskedFill(x.gt(1), -(2 ** 60)),
    () => torch.where(x.gt(1), 2 ** 60, x),
    () => torch.foreachMul([x], 2 ** 60),
    () => torch.call("aten::add.Scalar", x, 2 ** 60),
  ];
  for (const call of calls) assertThrows(call, ArgumentError, "BigInt");
  assertThrows(() => x.add(2 ** 60), ArgumentError, "1152921504606846976n");
  assertEquals(x.add(2 ** 53 - 1).dtype, "int64");
  assertEquals(x.lt(Infinity).toArray(), [true, true]);
  assertEquals(x.lt(torch.float(1e300)).toArray(), [true, true]);
  assertEquals(torch.tensor([2], { dtype: "float64" }).mul(1e300).item(), 2e300);
  assertEquals(torch.tensor([2], { dtype: "float64" }).mul(2 ** 60).item(), 2 ** 61);
});

test("torch.float() is a float in every operator, a whole number an integer", () => {
  const x = int(1, 2, 3);
  const yes = x.gt(1);
  const pairs: [torch.Tensor, torch.Tensor][] = [
    [x.add(2), x.add(torch.float(2))],
    [x.sub(2), x.sub(torch.float(2))],
    [x.mul(2), x.mul(torch.float(2))],
    [x.rsub(2), x.rsub(torch.float(2))],
    [x.pow(2), x.pow(torch.float(2))],
    [torch.pow(2, x), torch.pow(torch.float(2), x)],
    [x.fmod(2), x.fmod(torch.float(2))],
    [x.remainder(2), x.remainder(torch.float(2))],
    [x.clamp(2, 3), x.clamp(torch.float(2), 3)],
    [x.clampMin(2), x.clampMin(torch.float(2))],
    [x.floorDivide(2), x.floorDivide(torch.float(2))],
    [torch.where(yes, 2, x), torch.where(yes, torch.float(2), x)],
    [torch.where(yes, x, 2), torch.where(yes, x, torch.float(2))],
    [torch.where(yes, 1, 2), torch.where(yes, 1, torch.float(2))],
    [x.where(yes, 2), x.where(yes, torch.float(2))],
    [torch.foreachAdd([x], 2)[0], torch.foreachAdd([x], torch.float(2))[0]],
    [torch.foreachAdd([x], [2])[0], torch.foreachAdd([x], [torch.float(2)])[0]],
    [x.add(x, { alpha: 2 }), x.mul(torch.float(1))],
    [
      torch.call("aten::mul.Scalar", x, 2) as torch.Tensor,
      torch.call("aten::mul.Scalar", x, torch.float(2)) as torch.Tensor,
    ],
  ];
  for (const [whole, float] of pairs) {
    assertEquals([whole.dtype, float.dtype], ["int64", "float32"]);
  }
  assertEquals(x.pow(torch.float(-1)).toArray()[0 as never], 1 as never);
  assertAlmostEquals(x.pow(torch.float(-1)).index(1).item(), 0.5);
  assertEquals(x.add(torch.float(-0)).dtype, "float32");
  assertEquals(`${torch.float(2)}`, "float(2)");
  assertEquals(torch.float(2) as unknown as number * 3, 6);
  assertThrows(() => torch.float("2" as unknown as number), ArgumentError, "got string");
});

test("what is no number is refused in words", () => {
  const x = torch.ones([1]);
  for (const bad of ["2", {}, [], null, undefined, () => 1, Symbol("a")]) {
    assertThrows(() => x.mul_(bad as never), ArgumentError);
    assertThrows(() => x.add(x, { alpha: (bad ?? {}) as never }), ArgumentError);
  }
  assertEquals(x.toArray(), [1]);
});
