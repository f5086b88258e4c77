/** Processes that find each other and work together, whoever has started them. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { freePort } from "../../src/launch/port.ts";

const main = fromFileUrl(new URL("../../src/cli/main.ts", import.meta.url));
const sum = fromFileUrl(new URL("launch_sum.ts", import.meta.url));

interface Ended {
  code: number;
  out: string;
  errors: string;
}

async function run(words: string[], env: Record<string, string> = {}): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...words],
    env: { NO_COLOR: "1", OMP_NUM_THREADS: "1", ...env },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), errors: text(stderr) };
}

Deno.test("launch: what it starts works together, and when one is killed all end", async () => {
  const launched = (...args: string[]) =>
    run([main, "launch", "-n", "2", "--verbose", Deno.execPath(), "run", "-A", sum, ...args]);
  const [whole, broken] = await Promise.all([launched("3"), launched("1000", "5")]);
  assertEquals(whole.code, 0, whole.errors);
  assertEquals(whole.out.trim().split("\n").sort(), [
    "[rank 1] rank 1 of 2, on its machine 1: 3",
    "rank 0 of 2, on its machine 0: 3",
  ]);
  assertEquals([broken.code, broken.out], [137, ""], broken.errors);
  assertStringIncludes(broken.errors, "rank 1 of 2 was ended by SIGKILL");
});

Deno.test("launch: processes that Slurm or Kubernetes started find each other", async () => {
  const both = async (variables: (rank: string) => Record<string, string>) => {
    const where = { MASTER_ADDR: "127.0.0.1", MASTER_PORT: String(freePort()) };
    const ends = ["0", "1"].map((rank) => run([sum, "3"], { ...where, ...variables(rank) }));
    return (await Promise.all(ends)).map(({ code, out, errors }) => [code, out, errors]);
  };
  const [slurm, job] = await Promise.all([
    both((rank) => ({ SLURM_PROCID: rank, SLURM_NTASKS: "2", SLURM_LOCALID: rank })),
    // An index is all that such a job gives; the numbers on a machine are not known there.
    both((rank) => ({ JOB_COMPLETION_INDEX: rank, WORLD_SIZE: "2" })),
  ]);
  assertEquals(slurm, [
    [0, "rank 0 of 2, on its machine 0: 3\n", ""],
    [0, "rank 1 of 2, on its machine 1: 3\n", ""],
  ]);
  assertEquals(job, [
    [0, "rank 0 of 2, on its machine 0: 3\n", ""],
    [0, "rank 1 of 2, on its machine 0: 3\n", ""],
  ]);
});
