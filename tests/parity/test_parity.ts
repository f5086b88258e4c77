/**
 * Tests that small networks compute what their publisher's code computes.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Classifier } from "../../src/nn/mod.ts";
import { test } from "../helpers.ts";
import { assertParity, compare, goldenNames } from "./parity.ts";

/** One test for each network of a golden file, by the names there, and one that none is left out. */
export function testParity(path: string, makers: Readonly<Record<string, () => Classifier>>): void {
  const file = path.split("/").at(-1);
  test(`${file} has every network that is compared`, () => {
    assertEquals(goldenNames(path).sort(), Object.keys(makers).sort());
  });
  for (const [name, make] of Object.entries(makers)) {
    test(`${file}, ${name}: outputs, features, stages, statistics and gradients are the publisher's`, () => {
      using model = make();
      assertParity(compare(model, path, name));
    });
  }
}
