/** What fails beside the steps themselves, after work that was done: it is kept, and the run goes on to the same numbers. */

import { assertEquals, assertRejects } from "@std/assert";
import { ArgumentError, FileError } from "../../src/base/errors.ts";
import { checkWritable } from "../../src/train/checkpoint.ts";
import type { MetricRecord } from "../../src/report/metrics.ts";
import { inFolder, test } from "../helpers.ts";
import { BATCHES, stateOf, training } from "./trainings.ts";

/** Trains to the end. */
async function whole(checkpoint: string): Promise<unknown> {
  using made = training("adamw");
  const evaluate = () => ({ accuracy: 1 });
  await made.fit({ epochs: 2, checkpoint, resume: true, evaluate, progress: false });
  return stateOf(made);
}

test("an evaluation that fails loses nothing of its epoch", async () => {
  await inFolder(async (folder) => {
    const expected = await whole(`${folder}/whole`);
    const checkpoint = `${folder}/failed`;
    {
      using made = training("adamw");
      const evaluate = () => Promise.reject(new Error("no such folder"));
      const options = { epochs: 2, checkpoint, evaluate, progress: false };
      await assertRejects(() => made.fit(options), Error, "no such folder");
    }
    using again = training("adamw");
    let steps = 0;
    again.onStep = () => steps++;
    const evaluate = () => ({ accuracy: 1 });
    const options = { epochs: 2, checkpoint, resume: true, evaluate, progress: false };
    const { epochs } = await again.fit(options);
    assertEquals(steps, BATCHES);
    assertEquals(epochs.map(({ accuracy }) => accuracy), [1, 1]);
    assertEquals(stateOf(again), expected);
  });
});

test("batches that fail lose nothing of the steps before them", async () => {
  await inFolder(async (folder) => {
    const expected = await whole(`${folder}/whole`);
    const checkpoint = `${folder}/failed`;
    {
      using made = training("adamw");
      // The images are gone after some steps, as on a disk that fails.
      made.onStep = (step) => step === 3 && made.images.dispose();
      const options = { epochs: 2, checkpoint, progress: false };
      await assertRejects(() => made.fit(options));
    }
    using again = training("adamw");
    let steps = 0;
    again.onStep = () => steps++;
    const evaluate = () => ({ accuracy: 1 });
    await again.fit({ epochs: 2, checkpoint, resume: true, evaluate, progress: false });
    assertEquals(steps < 2 * BATCHES - 2, true, `${steps}`);
    assertEquals(stateOf(again), expected);
  });
});

test("an evaluation has no name of what the loop records, a loss included", async () => {
  using made = training("adamw");
  for (const name of ["loss", "step"]) {
    const evaluate = (): MetricRecord => ({ [name]: 1 });
    const options = { epochs: 1, evaluate, progress: false };
    await assertRejects(() => made.fit(options), ArgumentError, `evaluate() returned ${name},`);
  }
});

test("a checkpoint whose folder cannot be made: the reason and one advice", async () => {
  const file = await Deno.makeTempFile();
  try {
    const { message } = await assertRejects(() => checkWritable(`${file}/below`), FileError);
    assertEquals(message.match(/another place/g)?.length, 1, message);
  } finally {
    await Deno.remove(file);
  }
});
