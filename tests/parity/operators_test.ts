import { assertEquals } from "@std/assert";
import { test } from "../helpers.ts";
import { replay } from "./replay.ts";

// A small part of what `operators.py` writes; `operators.ts` goes through all of it.
const folder = new URL("../golden/operators", import.meta.url).pathname;
const names = [...Deno.readDirSync(folder)].map((entry) => entry.name)
  .filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5)).sort();

test("there is test data of PyTorch's", () => {
  assertEquals(names.length, 10);
});

for (const name of names) {
  test(`${name}: values and gradients are PyTorch's on its own test data`, () => {
    const report = replay(`${folder}/${name}`);
    assertEquals([report.wrongValues, report.wrongGradients, report.refused], [0, 0, 0]);
    assertEquals(report.values > 0 && report.absent === 0, true, [...report.notes.keys()].join());
  });
}
