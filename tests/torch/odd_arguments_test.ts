import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, IndexError, ShapeError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";

/** Numbers nested in so many arrays. */
function nested(depth: number): torch.NestedArray {
  let values: torch.NestedArray = [1];
  for (let i = 1; i < depth; i++) values = [values];
  return values;
}

Deno.test("arrays nested deeply are refused in words, and 128 deep are a tensor", () => {
  torch.scope(() => {
    assertEquals(torch.tensor(nested(128)).ndim, 128);
    for (const depth of [129, 100_000]) {
      assertThrows(() => torch.tensor(nested(depth)), ShapeError, "at most 128 deep");
    }
    const itself: unknown[] = [];
    itself.push(itself);
    assertThrows(() => torch.tensor(itself as number[]), ShapeError, "contain itself");
    // Forty times two of the one before: 2^40 numbers in 40 arrays.
    let shared: torch.NestedArray = [1, 2];
    for (let i = 1; i < 40; i++) shared = [shared, shared];
    assertThrows(() => torch.tensor(shared), ShapeError, "hold at most 67108864");
    assertThrows(() => torch.ones(new Array(129).fill(1)).toArray(), ShapeError, "129 dimensions");
  });
});

Deno.test("an index of anything but whole numbers is refused with its place", () => {
  torch.scope(() => {
    const x = torch.ones([2, 3]);
    const index = (part: unknown) => () => x.index(part as number[]);
    assertThrows(index(nested(100_000)), ArgumentError, "got an array at place 0");
    assertThrows(index([0, 0.5]), ArgumentError, "got 0.5 at place 1");
    // deno-lint-ignore no-sparse-arrays -- it is what is refused
    assertThrows(index([0, , 1]), ArgumentError, "got undefined at place 1");
    assertThrows(index([7]), IndexError);
  });
});

Deno.test("lists with holes, or too long for a call, are refused before they are written", () => {
  torch.scope(() => {
    const x = torch.ones([2, 3]);
    // deno-lint-ignore no-sparse-arrays -- it is what is refused
    const holes = [1, , 2] as number[];
    assertThrows(
      () => x.sum(holes),
      ArgumentError,
      "Element 1 of an array should be a number, got a hole",
    );
    assertThrows(
      () => torch.cat([x, undefined as unknown as torch.Tensor]),
      ArgumentError,
      "Element 1 of an array should be a tensor, got undefined",
    );
    assertThrows(() => torch.cat([x, null as unknown as torch.Tensor]), ArgumentError, "got null");
    const started = performance.now();
    for (const length of [65_536, 2 ** 32 - 1]) {
      const long = new Array(length);
      assertThrows(() => x.sum(long), ArgumentError, `${length} numbers is too long`);
      assertThrows(() => torch.cat(long), ArgumentError, `${length} tensors is too long`);
      assertThrows(() => torch.foreachAdd([x], long), ArgumentError, "too long");
      assertThrows(() => x.flip(long), ArgumentError, "too long");
      assertThrows(() => torch.call("aten::cat", long), ArgumentError, "too long");
    }
    assertEquals(performance.now() - started < 1000, true);
  });
});

Deno.test("an argument given in order and by name is refused", () => {
  torch.scope(() => {
    const x = torch.ones([2]);
    assertThrows(
      () => torch.call("aten::add.Tensor", x, x, { self: x }),
      ArgumentError,
      "self of aten::add.Tensor is given twice",
    );
  });
});
