/** Every method, taught by several processes that share batches, as by one. */

import { assert, assertEquals } from "@std/assert";
import { test } from "../helpers.ts";
import { resultsOf, startRanks } from "../torch/distributed/start_ranks.ts";
import { type Came, COMPARED, trainAll } from "./shared_trainings.ts";

const child = new URL("shared_child.ts", import.meta.url);

const onProcessor = { within: 120, env: { APPRENTICE_TEST_DEVICE: "cpu" } };

/** What one process came to: once is enough for all numbers of processes. */
let trained: Promise<Came[]> | undefined;

for (const size of [2, 4]) {
  test(`${size} processes have the losses, gradients and weights of one, by every method`, async () => {
    const running = startRanks(size, child, onProcessor);
    // As what comes from the others: in JSON there are no infinities.
    const alone = await (trained ??= trainAll(null).then((all) => JSON.parse(JSON.stringify(all))));
    resultsOf<Came[]>(await running).forEach((came, rank) => {
      COMPARED.forEach(([name, dtype], i) => {
        const what = `${name} in ${dtype}, rank ${rank}`;
        if (dtype === "float64") return assertSame(came[i], alone[i], 1e-12, what);
        const [{ gradients, ...rest }, { gradients: expected, ...others }] = [came[i], alone[i]];
        assertSame(rest, others, 1e-5, what);
        // Those of large weights and of sums over triplets keep fewer digits.
        assertSame({ gradients }, { gradients: expected }, 5e-5, what);
      });
    });
  });
}

Deno.test("processes agree on who teaches, on random numbers and on what was seen of all images", async () => {
  const ended = await startRanks(2, new URL("shared_parts_child.ts", import.meta.url), onProcessor);
  assertEquals(resultsOf(ended), [true, true]);
});

/** Asserts that all numbers are there, and at most so far from what is expected, as a part of it where it is above 1. */
function assertSame(
  actual: Partial<Came>,
  expected: Partial<Came>,
  most: number,
  what: string,
): void {
  const compare = (a: unknown, b: unknown, path: string): void => {
    if (typeof b === "number") {
      const apart = Math.abs(a as number - b);
      assert(apart <= most * Math.max(1, Math.abs(b)), `${path}: ${a}, expected ${b}`);
    } else if (typeof b === "object" && b !== null) {
      assertEquals(Object.keys(a as object), Object.keys(b), path);
      for (const key in b) compare((a as Came)[key as "terms"], b[key as never], `${path}, ${key}`);
    } else assertEquals(a, b, path);
  };
  compare(actual, expected, what);
}
