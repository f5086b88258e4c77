import { assertEquals } from "@std/assert";
import { test } from "../helpers.ts";
import { torch } from "../../mod.ts";

test("creation: a shape is a list or numbers one after the other", () => {
  for (const make of [torch.zeros, torch.ones, torch.empty, torch.rand, torch.randn]) {
    assertEquals(make([2, 3]).shape, [2, 3]);
    assertEquals(make(2, 3).shape, [2, 3]);
    assertEquals(make(4).shape, [4]);
    assertEquals(make([]).shape, []);
    assertEquals(make([2], { dtype: "float64" }).dtype, "float64");
  }
});

test("arange: options may follow the end, the start and end, or the step", () => {
  assertEquals(torch.arange(3, { dtype: "float64" }).dtype, "float64");
  assertEquals(torch.arange(1, 3, { dtype: "int32" }).toArray(), [1, 2]);
  assertEquals(torch.arange(1, 3, { dtype: "int32" }).dtype, "int32");
  assertEquals(torch.arange(0, 6, 2, { dtype: "uint8" }).toArray(), [0, 2, 4]);
});
