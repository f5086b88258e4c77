/** Checkpoints that were damaged on the disk: found, and nothing of them is used. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ApprenticeError, ChecksumError } from "../../src/base/errors.ts";
import { inFolder, test } from "../helpers.ts";
import { stateOf, training } from "./trainings.ts";

const withCheckpoint = (work: (checkpoint: string) => Promise<void>) =>
  inFolder((folder) => work(`${folder}/checkpoint`));

const run = async (checkpoint: string, epochs: number, seed: number) => {
  using made = training("sgd", seed);
  const before = stateOf(made);
  try {
    await made.fit({ epochs, checkpoint, resume: true, progress: false });
    return stateOf(made);
  } catch (error) {
    assertEquals(stateOf(made), before);
    throw error;
  }
};

test("damage anywhere in a checkpoint is found, and nothing is taken from it", () =>
  withCheckpoint(async (checkpoint) => {
    await run(checkpoint, 1, 1);
    const good = await Deno.readFile(checkpoint);
    let damaged = 0;
    const attempt = async (bytes: Uint8Array, what: string) => {
      await Deno.writeFile(checkpoint, bytes);
      // Other weights to begin with, so that what is not loaded would be seen.
      const error = await assertRejects(() => run(checkpoint, 2, 9), ApprenticeError, "", what);
      assertStringIncludes(error.message, checkpoint);
      damaged++;
      return error;
    };
    for (let at = 0; at < good.length; at += 37) {
      const bad = good.slice();
      bad[at] ^= 1 << at % 8;
      await attempt(bad, `byte ${at} of ${good.length}`);
    }
    for (let at = 0; at < good.length; at += 4096) {
      await attempt(good.subarray(0, at), `cut at ${at}`);
      // The end of the checkpoint is the state of the random numbers, zeros among them.
      if (good.subarray(at, at + 4096).some((byte) => byte !== 0)) {
        await attempt(good.slice().fill(0, at, at + 4096), `zeros from ${at}`);
      }
    }
    assert(damaged > good.length / 37);
    const bad = good.slice();
    bad[bad.length - 100] ^= 1;
    const error = await attempt(bad, "in a tensor");
    assert(error instanceof ChecksumError);
    assertStringIncludes(error.message, "the bytes of its tensor");
    assertStringIncludes(
      error.message,
      "Go on from an earlier copy of the checkpoint, or remove it",
    );
    await Deno.writeFile(checkpoint, good);
    await run(checkpoint, 2, 9);
  }));
