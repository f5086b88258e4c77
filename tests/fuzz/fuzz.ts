/**
 * Runs calls of `operators.ts` or `modules.ts` in child processes, so that one that dies or hangs is found, and counts how they ended.
 *
 * @module
 */

/** How the calls ended. */
export interface Outcome {
  /** Calls that returned. */
  worked: number;
  /** Calls that ended in an error of this package, in words. */
  refused: number;
  /** By operator and error, the errors that were not, how often, and a call. */
  bare: Record<string, [count: number, call: string]>;
  /** The last calls of processes that died. */
  crashes: string[];
  /** The calls that did not come back. */
  hangs: string[];
  /** What appeared on the output beside the result. */
  printed: string[];
  /** Tensors that were left over. */
  left: number;
}

/** Options of {@linkcode fuzz}. */
export interface FuzzOptions {
  /** The seed of the first process; each further one has the next. */
  seed: number;
  /** How many processes. */
  processes: number;
  /** How many calls each makes. */
  calls: number;
  /** How many processes at a time; 1 by default. */
  atOnce?: number;
  /** What is called: operators by default. */
  script?: "operators" | "modules";
  /** Names of operators, as a regular expression; all by default. */
  pattern?: string;
  /** Called after each process. */
  onDone?: (seed: number) => void;
}

/** A single call that takes longer hangs. */
const SECONDS = 60;
/** What a process may allocate, in KiB: a call that asks for more is refused by the system. */
const MOST_KIB = 6_000_000;

/** Calls random operators and counts how the calls ended. */
export async function fuzz(options: FuzzOptions): Promise<Outcome> {
  const { seed, processes, atOnce = 1, onDone } = options;
  const total: Outcome = {
    worked: 0,
    refused: 0,
    bare: {},
    crashes: [],
    hangs: [],
    printed: [],
    left: 0,
  };
  const seeds = Array.from({ length: processes }, (_, i) => seed + i).values();
  const lane = async () => {
    for (const one of seeds) {
      await runOne(one, options, total);
      onDone?.(one);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return total;
}

async function runOne(
  seed: number,
  { calls, script: name = "operators", pattern = "" }: FuzzOptions,
  total: Outcome,
) {
  const log = await Deno.makeTempFile();
  try {
    const script = new URL(`${name}.ts`, import.meta.url).pathname;
    // A card's driver asks for more by itself.
    const most = Deno.env.get("APPRENTICE_TEST_DEVICE")?.startsWith("cuda")
      ? "unlimited"
      : MOST_KIB;
    const command = `ulimit -d ${most}; exec "$0" run -A --no-check "$@"`;
    const child = new Deno.Command("bash", {
      args: ["-c", command, Deno.execPath(), script, `${seed}`, `${calls}`, log, pattern],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    let hung = false;
    let [last, since] = ["", Date.now()];
    const watch = setInterval(async () => {
      const now = await Deno.readTextFile(log).catch(() => last);
      if (now !== last) [last, since] = [now, Date.now()];
      if (Date.now() - since < 1000 * SECONDS) return;
      hung = true;
      child.kill("SIGKILL");
    }, 1000);
    const { code, stdout, stderr } = await child.output();
    clearInterval(watch);
    const call = () => `seed ${seed}: ${Deno.readTextFileSync(log)}`;
    if (hung) total.hangs.push(call());
    else if (code !== 0) total.crashes.push(call());
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    const result = code === 0 ? JSON.parse(lines.pop()!) : undefined;
    total.printed.push(...lines, ...new TextDecoder().decode(stderr).split("\n"));
    total.printed = total.printed.filter((line) => line !== "");
    if (result === undefined) return;
    total.worked += result.worked;
    total.refused += result.refused;
    total.left += result.left;
    for (
      const [key, [count, example]] of Object.entries(result.bare) as [string, [number, string]][]
    ) {
      total.bare[key] = [(total.bare[key]?.[0] ?? 0) + count, example];
    }
  } finally {
    await Deno.remove(log);
  }
}
