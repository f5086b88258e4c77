import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

const shown = (x: torch.Tensor) => `${x.dtype} ${Array.from(x.data(), String).join(" ")}`;

test("ranges of BigInts are int64, those of torch.float() float32", () => {
  const { arange, float } = torch;
  assertEquals(shown(arange(3n)), "int64 0 1 2");
  assertEquals(shown(arange(0n, 3n)), "int64 0 1 2");
  assertEquals(shown(arange(1n, 6, 2n)), "int64 1 3 5");
  const big = 2n ** 60n;
  assertEquals(shown(arange(big, big + 2n)), `int64 ${big} ${big + 1n}`);
  assertEquals(shown(arange(float(3))), "float32 0 1 2");
  assertEquals(shown(arange(float(0), float(3))), "float32 0 1 2");
  assertEquals(shown(arange(0, 3, float(1))), "float32 0 1 2");
  assertEquals(shown(arange(0n, 3n, { dtype: "float64" })), "float64 0 1 2");
  assertEquals(shown(arange(2, { dtype: "int32" })), "int32 0 1");
  assertEquals(shown(torch.linspace(0n, float(2), 3)), "float32 0 1 2");
});

test("whole numbers beyond 2^53 want BigInt where an element is written, too", () => {
  const whole = { dtype: "int64" } as const;
  for (const value of [2 ** 53, 2 ** 60, 2 ** 63, -(2 ** 60)]) {
    assertThrows(() => torch.full([2], value, whole), ArgumentError, `BigInt ${BigInt(value)}n`);
    const x = torch.zeros([2], whole);
    assertThrows(() => x.indexPut_([0], value), ArgumentError, "BigInt");
  }
  assertEquals(shown(torch.full([1], 2n ** 60n + 1n, whole)), `int64 ${2n ** 60n + 1n}`);
  assertEquals(shown(torch.full([1], 2 ** 60, { dtype: "float64" })), `float64 ${2 ** 60}`);
  assertEquals(shown(torch.full([1], 2 ** 53 - 1, whole)), `int64 ${2 ** 53 - 1}`);
});

test("arrays nested without end are an error", () => {
  let deep: unknown = 0;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  const round: unknown[] = [];
  round.push(round);
  for (const values of [deep, round] as number[][]) {
    assertThrows(() => torch.tensor(values), ShapeError, "Nested arrays");
    assertThrows(() => torch.ones([2]).index(values), ArgumentError, "got an array");
    assertThrows(() => torch.ones([2]).indexPut_([values], 1), ArgumentError, "got an array");
  }
});

test("operators of whole numbers say so, whatever float is beside them", () => {
  const x = torch.tensor([1, 2], { dtype: "int64" });
  const refused = (name: string, run: () => unknown) =>
    assertThrows(run, DTypeError, `${name} does not take float32, only whole numbers`);
  refused("bitwise_and", () => x.bitwiseAnd(torch.float(2)));
  refused("bitwise_and", () => x.to("float32").bitwiseAnd(2));
  refused("bitwise_not", () => torch.ones([2]).bitwiseNot());
  assertThrows(
    () => x.to("uint16").add(1),
    DTypeError,
    'add does not take uint16. Convert it with to("int64")',
  );
});

test("grad() of tensors that are not in arrays says what it takes", () => {
  const x = torch.ones([1], { requiresGrad: true });
  // deno-lint-ignore no-explicit-any -- as from JavaScript
  const grad = torch.grad as any;
  assertThrows(() => grad(x.mul(2), x), ArgumentError, "takes an array of outputs");
});
