/** Ctrl-C while `fit` trains and nobody else listens, in processes of their own. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { BATCHES } from "./trainings.ts";

const EPOCHS = 40;
const ignore = Deno.build.os === "windows";

interface Ended {
  code: number;
  signal: Deno.Signal | null;
  steps: number;
  err: string;
}

/** Trains in a process of its own, which gets the signal once it has begun step `at`, and again `times` times. */
async function child(
  args: string[],
  send?: { signal: Deno.Signal; at: number; again?: boolean },
  permissions = ["-A"],
): Promise<Ended> {
  const here = (name: string) => fromFileUrl(new URL(name, import.meta.url));
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, "--quiet", "--no-check", "--no-prompt"]
      .concat("--config", here("../../deno.json"), here("interrupted_child.ts"), ...args),
    stdout: "piped",
    stderr: "piped",
    stdin: "null",
  }).spawn();
  const errors = new Response(process.stderr).text();
  let steps = 0;
  let sent = 0;
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    steps += text.split("\n").length - 1;
    if (send === undefined || steps < send.at || sent > (send.again ? 1 : 0)) continue;
    sent++;
    try {
      process.kill(send.signal);
    } catch {
      // It is done already.
    }
  }
  const { code, signal } = await process.status;
  return { code, signal, steps, err: await errors };
}

async function inFolders(work: (one: string, other: string) => Promise<void>): Promise<void> {
  const folders = [await Deno.makeTempDir(), await Deno.makeTempDir()];
  try {
    await work(folders[0], folders[1]);
  } finally {
    for (const folder of folders) await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "Ctrl-C writes the checkpoint, says so and ends the process; the run goes on to the bit",
  ignore,
  fn: () =>
    inFolders(async (broken, whole) => {
      const reference = await child([whole, String(EPOCHS)]);
      assertEquals([reference.code, reference.err], [0, ""]);
      for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
        const stopped = await child([broken, String(EPOCHS)], { signal, at: 2 });
        assertEquals(stopped.code, code, stopped.err);
        assertStringIncludes(stopped.err, "stopping after this step");
        assertStringIncludes(stopped.err, `interrupted at step`);
        assertStringIncludes(stopped.err, `${broken}/checkpoint.safetensors`);
        assert(stopped.steps < EPOCHS * BATCHES);
        assertEquals([...Deno.readDirSync(broken)].map(({ name }) => name), [
          "checkpoint.safetensors",
        ]);
      }
      const { code, err } = await child([broken, String(EPOCHS)]);
      assertEquals([code, err], [0, ""]);
      const student = (folder: string) => Deno.readFile(`${folder}/student.safetensors`);
      assertEquals(await student(broken), await student(whole));
    }),
});

Deno.test({
  name: "without a checkpoint Ctrl-C does what it does in any process",
  ignore,
  fn: () =>
    inFolders(async (folder) => {
      const { signal, err } = await child([folder, String(EPOCHS), "none"], {
        signal: "SIGINT",
        at: 2,
      });
      assertEquals([signal, err], ["SIGINT", ""]);
    }),
});

Deno.test({
  name: "two runs side by side both write their checkpoints",
  ignore,
  fn: () =>
    inFolders(async (folder) => {
      const { code, err } = await child([folder, String(EPOCHS), "two"], {
        signal: "SIGINT",
        at: 40, // both have begun by then
      });
      assertEquals(code, 130, err);
      assertEquals(err.match(/interrupted at step/g)?.length, 2, err);
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
        "checkpoint.safetensors",
        "one.safetensors",
      ]);
    }),
});

Deno.test({
  name: "a worker's run leaves signals alone, and needs no more permissions than before",
  ignore,
  fn: () =>
    inFolders(async (folder) => {
      const { code, signal, err } = await child([folder, String(EPOCHS), "worker"], {
        signal: "SIGTERM",
        at: 2,
      });
      assertEquals([code, signal, err], [143, "SIGTERM", ""]);
      const few = ["--allow-ffi", "--allow-read", "--allow-write", "--allow-env", "--allow-sys"];
      const stopped = await child([folder, String(EPOCHS)], { signal: "SIGINT", at: 2 }, few);
      assertEquals(stopped.code, 130, stopped.err);
    }),
});
