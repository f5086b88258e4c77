import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, VersionError } from "../../src/base/errors.ts";
import { checkSignature, parseSchema } from "../../src/torch/schema.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const two = () => torch.ones([2], { device });

test("call: arguments in order, by name, by default", () => {
  const a = two();
  assertClose(torch.call("aten::add.Tensor", a, a) as torch.Tensor, [2, 2]);
  assertClose(torch.call("aten::add.Tensor", a, a, { alpha: 3 }) as torch.Tensor, [4, 4]);
  assertClose(torch.call("aten::add.Tensor", { other: a, self: a }) as torch.Tensor, [2, 2]);
  assertClose(torch.call("aten::add.Scalar", a, 1.5) as torch.Tensor, [2.5, 2.5]);
  assertClose(torch.call("aten::sum.dim_IntList", a, [0], true) as torch.Tensor, [2]);
  assertClose(
    torch.call("aten::sum.dim_IntList", a, null, { dtype: "float64" }) as torch.Tensor,
    2,
  );
  const out = torch.zeros([2], { device });
  assert(torch.call("aten::add.out", a, a, { out }) === out);
  assertClose(out, [2, 2]);
  assert(torch.call("aten::mul_.Scalar", out, 2) === out);
});

test("call: several results, lists, numbers, booleans, dtypes, nothing", () => {
  const a = torch.tensor([[3, 1], [2, 4]], { device });
  const [values, indices] = torch.call("aten::sort", a) as torch.Tensor[];
  assertEquals([values.toArray(), indices.toArray()], [[[1, 3], [2, 4]], [[1, 0], [0, 1]]]);
  assertEquals((torch.call("aten::unbind.int", a) as torch.Tensor[]).length, 2);
  assertEquals(torch.call("aten::equal", a, a), true);
  assertEquals(torch.call("aten::result_type.Tensor", a, two().half()), "float32");
  assertEquals(torch.call("aten::sym_size.int", a, 1), 2);
  assertEquals(torch.call("aten::item", a.sum()), 10);
  assertEquals(torch.call("aten::_foreach_zero_", [a]), undefined);
  assertEquals(a.sum().item(), 0);
  const wide = torch.zeros([100, 1], { device });
  assertEquals((torch.call("aten::unbind.int", wide) as torch.Tensor[]).length, 100);
});

test("call: strings, lists of fixed length, optional tensors, devices, memory formats", () => {
  assertClose(
    torch.call("aten::einsum", "i,i->", [two(), two()]) as torch.Tensor,
    2,
  );
  const image = torch.ones([1, 1, 4, 4], { device });
  assertEquals((torch.call("aten::max_pool2d", image, 2) as torch.Tensor).shape, [1, 1, 2, 2]);
  assertEquals(
    (torch.call("aten::contiguous", image, { memory_format: "channelsLast" }) as torch.Tensor)
      .shape,
    [1, 1, 4, 4],
  );
  assertEquals(
    (torch.call("aten::clamp.Tensor", two(), null, torch.zeros([1], { device })) as torch.Tensor)
      .toArray(),
    [0, 0],
  );
  assertEquals(
    (torch.call("aten::empty.memory_format", [2], { device, dtype: "int8" }) as torch.Tensor).dtype,
    "int8",
  );
  // A string first looked up by a call whose text must survive the look-up of the operator.
  assertEquals(two().div(two(), { roundingMode: "floor" }).toArray(), [1, 1]);
});

test("call: mistakes are ArgumentErrors that name the argument", () => {
  const a = two();
  const cases: [() => unknown, string][] = [
    [() => torch.call("aten::nothing"), "aten::nothing"],
    [() => torch.call("aten::add.Nothing", a, a), "aten::add.Nothing"],
    [() => torch.call(""), "operator"],
    [() => torch.call("aten::add.Tensor", a), "other"],
    [() => torch.call("aten::add.Tensor", a, 1), "other of aten::add.Tensor must be a tensor"],
    [() => torch.call("aten::add.Tensor", a, a, 1, 2), "3 arguments"],
    [() => torch.call("aten::add.Tensor", a, a, { beta: 1 }), '"beta"'],
    [() => torch.call("aten::add.Tensor", a, null), "other"],
    [() => torch.call("aten::sum.dim_IntList", a, ["x" as never]), "dim"],
    [() => torch.call("aten::sum.dim_IntList", a, [0.5]), "whole number"],
    [() => torch.call("aten::cat", [a, null as never]), "tensors"],
    [() => torch.call("aten::cat", a), "array"],
    [() => torch.call("aten::einsum", 3, [a]), "equation"],
    [() => torch.call("aten::reshape", a, new Array(70_000).fill(1)), "frame"],
  ];
  for (const [body, words] of cases) assertThrows(body, ArgumentError, words);
  assertThrows(() => torch.call("aten::einsum", "x".repeat(70_000), [a]), Error, "70000");
});

test("an operator of another signature than the generated code's is a VersionError", () => {
  const text = "aten::f(Tensor self, int dim, bool keepdim=False) -> Tensor";
  const check = (kinds: string, found: string | undefined) => () =>
    checkSignature("aten::f", kinds, found);
  check("TIB>T", `${text}\nTIB>T`)();
  // Symbolic whole numbers, and arguments added with a default, are no difference.
  check("TNB>T", `${text}\nTIB>T`)();
  check("TI>T", `${text}\nTIB>T`)();
  for (const kinds of ["T>T", "TIBB>T", "TFB>T", "TIB>TT", "TI>L"]) {
    assertThrows(check(kinds, `${text}\nTIB>T`), VersionError, "aten::f");
  }
  assertThrows(check("TIB>T", undefined), VersionError, "aten::f");
});

test("parseSchema: names, kinds, defaults, keywords, lengths", () => {
  const schema = parseSchema(
    'aten::f.x(Tensor(a!) self, int[2] k=[1, 2], str m="a, b", *, Scalar alpha=1) -> (Tensor v, Tensor i)',
    "TAHS>TT",
  );
  assertEquals(schema.name, "aten::f.x");
  assertEquals(schema.arguments.map((a) => [a.name, a.kind, a.fallback, a.keyword, a.length]), [
    ["self", "T", undefined, false, undefined],
    ["k", "A", "[1, 2]", false, 2],
    ["m", "H", '"a, b"', false, undefined],
    ["alpha", "S", "1", true, undefined],
  ]);
  assertEquals([schema.results, schema.resultNames], [["T", "T"], ["v", "i"]]);
});
