import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ShapeError } from "../../src/base/errors.ts";
import { agreementOf, signTest } from "../../src/evaluation/mod.ts";
import { test } from "../helpers.ts";

test("agreement and kappa of the example that Cohen's coefficient is explained by", () => {
  // 20 times both say yes, 15 times both say no, 5 times only the first says yes, 10 times only the second.
  const pairs = [[1, 1, 20], [1, 0, 5], [0, 1, 10], [0, 0, 15]].flatMap(([a, b, times]) =>
    Array.from({ length: times }, () => [a, b])
  );
  const found = agreementOf(pairs.map(([a]) => a), pairs.map(([, b]) => b));
  assertEquals(found.images, 50);
  assertAlmostEquals(found.agreement, 0.7, 1e-15);
  assertAlmostEquals(found.kappa, 0.4, 1e-15);
});

test("kappa by its definition, over random classes with gaps", () => {
  let state = 5;
  const below = (limit: number) => (state = (state * 1103515245 + 12345) % 2 ** 31) % 1000 % limit;
  for (let trial = 0; trial < 50; trial++) {
    const [a, b] = [0, 1].map(() => Array.from({ length: 40 }, () => below(5) - 1));
    const both = a.map((x, i) => [x, b[i]]).filter(([x, y]) => x >= 0 && y >= 0);
    const observed = both.filter(([x, y]) => x === y).length / both.length;
    const expected = [0, 1, 2, 3].reduce(
      (sum, c) =>
        sum + both.filter(([x]) => x === c).length * both.filter(([, y]) => y === c).length /
          both.length ** 2,
      0,
    );
    const found = agreementOf(Int32Array.from(a), b);
    assertEquals(found.images, both.length);
    assertAlmostEquals(found.agreement, observed, 1e-12);
    assertAlmostEquals(found.kappa, (observed - expected) / (1 - expected), 1e-12);
  }
});

test("kappa where there is nothing to compare, or one class only", () => {
  assertEquals(agreementOf([0, -1], [-1, 0]), { images: 0, agreement: NaN, kappa: NaN });
  assertEquals(agreementOf([], []), { images: 0, agreement: NaN, kappa: NaN });
  assertEquals(agreementOf([2, 2, 2], [2, 2, 2]), { images: 3, agreement: 1, kappa: NaN });
  assertEquals(agreementOf([2, 2, 2], [1, 1, 1]), { images: 3, agreement: 0, kappa: 0 });
  assertEquals(agreementOf([0, 1], [1, 0]), { images: 2, agreement: 0, kappa: -1 });
  assertThrows(() => agreementOf([0], [0, 1]), ShapeError, "1 and 2");
});

test("the sign test by all ways in which coins fall", () => {
  for (let coins = 1; coins <= 10; coins++) {
    for (let heads = 0; heads <= coins; heads++) {
      let [atLeast, all] = [0, 0];
      for (let way = 0; way < 2 ** coins; way++) {
        const found = [...way.toString(2)].filter((bit) => bit === "1").length;
        all++;
        if (Math.abs(2 * found - coins) >= Math.abs(2 * heads - coins)) atLeast++;
      }
      assertAlmostEquals(signTest(heads, coins - heads), atLeast / all, 1e-12);
    }
  }
  assertEquals(signTest(0, 0), 1);
  assertEquals(signTest(3000, 3000), 1);
  assertAlmostEquals(signTest(1, 9), 22 / 1024, 1e-15);
});
