/** Every method, taught by several processes that share batches, as by one. */

import { assert, assertEquals } from "@std/assert";
import { inFolder, test } from "../helpers.ts";
import { runRanks } from "../ranks.ts";
import { type Came, STEPS, train, TRAININGS } from "./shared_trainings.ts";

const child = new URL("shared_child.ts", import.meta.url);

for (const size of [2, 4]) {
  test(`${size} processes have the losses, gradients and weights of one, by every method`, async () => {
    await inFolder(async (folder) => {
      const running = runRanks(child, size, [folder]);
      const alone = await trainAll();
      await running;
      for (let rank = 0; rank < size; rank++) {
        const came = JSON.parse(await Deno.readTextFile(`${folder}/${rank}.json`));
        assertEquals(Object.keys(came), Object.keys(TRAININGS));
        for (const [name, expected] of Object.entries(alone)) {
          assertSame(came[name], expected, `${name}, rank ${rank}`);
        }
      }
    });
  });
}

Deno.test("processes agree on who teaches, on random numbers and on what was seen of all images", async () => {
  await runRanks(new URL("shared_parts_child.ts", import.meta.url), 2);
});

/** Once is enough for all numbers of processes. */
let trained: Promise<Record<string, Came>> | undefined;
function trainAll(): Promise<Record<string, Came>> {
  return trained ??= (async () => {
    const came: Record<string, Came> = {};
    for (const name of Object.keys(TRAININGS)) came[name] = await train(name, null);
    // As what comes from the others: in JSON there are no infinities.
    return JSON.parse(JSON.stringify(came));
  })();
}

/** Asserts that all numbers are there, and the same to 1e-12. */
function assertSame(actual: Came, expected: Came, what: string): void {
  assertEquals(actual.losses.length, STEPS, what);
  const compare = (a: unknown, b: unknown, path: string): void => {
    if (typeof b === "number") {
      const apart = Math.abs(a as number - b);
      assert(apart <= 1e-12 * Math.max(1, Math.abs(b)), `${path}: ${a}, expected ${b}`);
    } else if (typeof b === "object" && b !== null) {
      assertEquals(Object.keys(a as object), Object.keys(b), path);
      for (const key in b) compare((a as Came)[key as "terms"], b[key as never], `${path}, ${key}`);
    } else assertEquals(a, b, path);
  };
  compare(actual, expected, what);
}
