import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { type MetricRecord, readMetrics } from "../../src/report/metrics.ts";
import { BATCHES } from "./trainings.ts";
import { inFolder } from "../helpers.ts";

const EPOCHS = 40;
const windows = Deno.build.os === "windows";

/** How a training in a process of its own ended. */
interface Ended {
  code: number;
  /** The steps that it began. */
  steps: number;
  err: string;
}

/** Trains in a process of its own; at the step `at` it gets the signal, `delay` ms late. */
async function child(folder: string, signal?: Deno.Signal, at = 0, delay = 0): Promise<Ended> {
  const here = (name: string) => fromFileUrl(new URL(name, import.meta.url));
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", "--config", here("../../deno.json")]
      .concat(here("child.ts"), folder, String(EPOCHS)),
    stdout: "piped",
    stderr: "piped",
    stdin: "null",
  }).spawn();
  const errors = new Response(process.stderr).text();
  let steps = 0;
  let sent = false;
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    steps += text.split("\n").length - 1;
    if (signal === undefined || sent || steps < at) continue;
    sent = true;
    await new Promise((resolve) => setTimeout(resolve, delay));
    try {
      process.kill(signal);
    } catch {
      // It was done before.
    }
  }
  const { code } = await process.status;
  return { code, steps, err: await errors };
}

const inFolders = (work: (one: string, other: string) => Promise<void>) =>
  inFolder((one) => inFolder((other) => work(one, other)));

/** Asserts that two finished runs left the same. */
async function assertSame(actual: string, expected: string): Promise<void> {
  const bytes = (folder: string) => Deno.readFile(`${folder}/student.safetensors`);
  assertEquals(await bytes(actual), await bytes(expected));
  const records = (folder: string): MetricRecord[] =>
    readMetrics(`${folder}/metrics.jsonl`).map(({ seconds: _, ...rest }) => rest);
  assertEquals(records(actual), records(expected));
  const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assertEquals(names(actual), ["checkpoint.safetensors", "metrics.jsonl", "student.safetensors"]);
}

Deno.test({
  name:
    "interrupted and killed at random moments, a run ends in the same bytes as one that was not",
  ignore: windows,
  fn: () =>
    inFolders(async (broken, whole) => {
      const reference = await child(whole);
      assertEquals([reference.code, reference.err], [0, ""]);
      assertEquals(reference.steps, EPOCHS * BATCHES);

      const interrupted = await child(broken, "SIGINT", 3);
      assertEquals(interrupted.code, 130);
      assertStringIncludes(interrupted.err, "stopping after this step");
      assert(interrupted.steps < EPOCHS * BATCHES);
      assert((await Deno.stat(`${broken}/checkpoint.safetensors`)).isFile);

      const moments: string[] = [];
      let midway = 0;
      for (let i = 0; i < 3; i++) {
        const at = 1 + Math.floor(Math.random() * 14);
        const delay = Math.random() * 6;
        moments.push(`step ${at} + ${delay.toFixed(1)} ms`);
        const { code, err } = await child(broken, "SIGKILL", at, delay);
        assertEquals(err, "", `killed at ${moments}`);
        if (code !== 0) midway++;
      }
      assert(midway > 0, `the process was done before it could be killed: ${moments}`);

      const { code, err } = await child(broken);
      assertEquals([code, err], [0, ""], `killed at ${moments}`);
      await assertSame(broken, whole);
    }),
});
