/**
 * Runs all gates, or those that are named, and ends with a table of what they said and how long they took.
 *
 *     deno task ok [setup|fmt|lint|check|doc|rooms|words|publish|test ...]
 *
 * Exits with 1 if a gate failed; the others run all the same, so that one run shows everything.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { type Step, STEPS } from "./steps.ts";
import { testCounts } from "./test_counts.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What came of a gate. */
interface Outcome {
  name: string;
  passed: boolean;
  seconds: number;
  /** How many tests passed and failed, for a gate that runs tests. */
  tests: string;
}

/** Runs one gate. What it prints is shown as it comes, or, if it is of interest for failures only, then. */
async function run({ name, args, quiet = false }: Step): Promise<Outcome> {
  console.log(`== ${name}: deno ${args.join(" ")}`);
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  const decoder = new TextDecoder();
  const read = async (from: ReadableStream<Uint8Array>, to: typeof Deno.stdout): Promise<void> => {
    for await (const chunk of from) {
      said += decoder.decode(chunk);
      if (!quiet) await write(to, chunk);
    }
  };
  await Promise.all([read(child.stdout, Deno.stdout), read(child.stderr, Deno.stderr)]);
  const passed = (await child.status).success;
  if (quiet && !passed) console.log(said);
  const seconds = (performance.now() - start) / 1000;
  console.log(`-- ${name}: ${passed ? "ok" : "FAILED"}, ${seconds.toFixed(1)} s\n`);
  return { name, passed, seconds, tests: testCounts(said) };
}

async function write(to: typeof Deno.stdout, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}

const unknown = Deno.args.filter((name) => STEPS.every((step) => step.name !== name));
if (unknown.length > 0) {
  const names = STEPS.map(({ name }) => name).join(", ");
  console.error(`There is no gate ${unknown.join(", ")}; there are ${names}.`);
  Deno.exit(2);
}
const outcomes: Outcome[] = [];
for (const step of STEPS) {
  if (Deno.args.length === 0 || Deno.args.includes(step.name)) outcomes.push(await run(step));
}
const width = Math.max(...outcomes.map(({ name }) => name.length));
for (const { name, passed, seconds, tests } of outcomes) {
  const time = `${seconds.toFixed(1).padStart(7)} s`;
  console.log(`${name.padEnd(width)}  ${passed ? "ok    " : "FAILED"} ${time}  ${tests}`.trimEnd());
}
const total = outcomes.reduce((sum, { seconds }) => sum + seconds, 0);
console.log(`${"".padEnd(width)}         ${total.toFixed(1).padStart(7)} s`);
for (const { tests } of outcomes) if (tests !== "") console.log(tests);
if (outcomes.some(({ passed }) => !passed)) Deno.exit(1);
