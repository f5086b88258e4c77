/** Ctrl-C while `fit` trains and nobody else listens, in processes of their own. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { BATCHES } from "./trainings.ts";
import { inFolder } from "../helpers.ts";

const EPOCHS = 50;
const ignore = Deno.build.os === "windows";

interface Ended {
  code: number;
  signal: Deno.Signal | null;
  steps: number;
  err: string;
}

/** Trains in a process of its own, which gets the signal in its step `at` and waits for it there. */
async function child(
  folder: string,
  kind: "plain" | "none" | "two" | "worker",
  send?: { signal: Deno.Signal; at: number },
  permissions = ["-A"],
): Promise<Ended> {
  const here = (name: string) => fromFileUrl(new URL(name, import.meta.url));
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, "--quiet", "--no-check", "--no-prompt"]
      .concat("--config", here("../../deno.json"), here("interrupted_child.ts"))
      .concat(folder, String(EPOCHS), kind, String(send?.at ?? 0)),
    stdout: "piped",
    stderr: "piped",
    stdin: "null",
  }).spawn();
  const errors = new Response(process.stderr).text();
  let said = "";
  let sent = false;
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (send === undefined || sent || !said.includes("ready\n")) continue;
    sent = true;
    process.kill(send.signal);
    await Deno.writeTextFile(`${folder}.go`, "");
  }
  const steps = said.match(/step/g)?.length ?? 0;
  const { code, signal } = await process.status;
  await Deno.remove(`${folder}.go`).catch(() => {});
  return { code, signal, steps, err: await errors };
}

const inFolders = (work: (one: string, other: string) => Promise<void>) =>
  inFolder((one) => inFolder((other) => work(one, other)));

Deno.test({
  name: "Ctrl-C writes the checkpoint, says so and ends the process; the run goes on to the bit",
  ignore,
  fn: () =>
    inFolders(async (broken, whole) => {
      const reference = await child(whole, "plain");
      assertEquals([reference.code, reference.err], [0, ""]);
      for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
        const stopped = await child(broken, "plain", { signal, at: 4 });
        assertEquals(stopped.code, code, stopped.err);
        assertStringIncludes(stopped.err, "stopping after this step");
        assertStringIncludes(stopped.err, `interrupted at step`);
        assertStringIncludes(stopped.err, `${broken}/checkpoint.safetensors`);
        assert(stopped.steps < EPOCHS * BATCHES);
        assertEquals([...Deno.readDirSync(broken)].map(({ name }) => name), [
          "checkpoint.safetensors",
        ]);
      }
      const { code, err } = await child(broken, "plain");
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
      const { signal, err } = await child(folder, "none", {
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
      const { code, err } = await child(folder, "two", {
        signal: "SIGINT",
        at: 3,
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
      const { code, signal, err } = await child(folder, "worker", {
        signal: "SIGTERM",
        at: 2,
      });
      assertEquals([code, signal, err], [143, "SIGTERM", ""]);
      const few = ["--allow-ffi", "--allow-read", "--allow-write", "--allow-env", "--allow-sys"];
      const stopped = await child(folder, "plain", { signal: "SIGINT", at: 2 }, few);
      assertEquals(stopped.code, 130, stopped.err);
    }),
});
