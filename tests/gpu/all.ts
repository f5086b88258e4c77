/**
 * Runs the parts of `parts.ts`, each with a time limit, and writes what came of them: see `all.sh`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { type Part, partsOf, type Size, slug } from "./parts.ts";
import { busyShares, type Sample, watchCard } from "./watch_card.ts";

/** What came of a part. */
interface Outcome {
  name: string;
  /** Whether it ended by itself, and well. */
  passed: boolean;
  seconds: number;
  /** Why it did not pass. */
  why?: string;
  tests?: Counts;
  figures?: Record<string, unknown>;
}

/** How many tests ended how. */
interface Counts {
  passed: number;
  failed: number;
  ignored: number;
  failures: string[];
}

const { values } = parseArgs({
  options: {
    small: { type: "boolean", default: false },
    tiny: { type: "boolean", default: false },
    out: { type: "string", default: "gpu-results" },
    python: { type: "string" },
    cache: { type: "string" },
    parts: { type: "string" },
    device: { type: "string" },
    minutes: { type: "string", default: "25" },
  },
});
const size: Size = values.tiny ? "tiny" : values.small ? "small" : "full";
const device = values.device ?? (size === "full" ? "cuda" : "cpu");
const folder = values.out;
const python = await hasTorch(values.python ?? null);
const ends = performance.now() + 60_000 * Number(values.minutes);
await Deno.mkdir(folder, { recursive: true });

/** The interpreter, if it has torch. */
async function hasTorch(command: string | null): Promise<string | null> {
  if (command === null) return null;
  const { success } = await new Deno.Command(command, { args: ["-c", "import torch"] }).output();
  if (!success) throw new Error(`${command} has no torch.`);
  return command;
}

async function runPart(part: Part): Promise<Outcome> {
  const { name, command: [program, ...args], gives } = part;
  const start = performance.now();
  const limit = Math.min(part.limit, (ends - start) / 1000);
  if (limit <= 1) return { name, passed: false, seconds: 0, why: "no time was left" };
  const aborted = new AbortController();
  const timer = setTimeout(() => aborted.abort(), 1000 * limit);
  const samples: Sample[] = [];
  using _card = gives === "figures" && device !== "cpu" ? watchCard(samples) : undefined;
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, {
      args,
      env: part.env === undefined ? {} : { ...part.env },
      signal: aborted.signal,
    }).output();
  } catch (error) {
    return { name, passed: false, seconds: 0, why: (error as Error).message };
  } finally {
    clearTimeout(timer);
  }
  const seconds = (performance.now() - start) / 1000;
  const [said, told] = [output.stdout, output.stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  await Deno.writeTextFile(
    `${folder}/${slug(name)}.txt`,
    `$ ${[program, ...args].join(" ")}\n${said}${told}`,
  );
  const outcome: Outcome = { name, passed: output.success, seconds };
  if (aborted.signal.aborted) outcome.why = `it took more than ${limit.toFixed(0)} s`;
  else if (!output.success) outcome.why = lastLine(told) || lastLine(said);
  if (gives === "tests") outcome.tests = await countTests(name);
  if (gives === "figures" && output.success) {
    const figures = JSON.parse(said.trim().split("\n").at(-1)!);
    outcome.figures = { ...figures, ...busyShares(samples, figures.window) };
  }
  return outcome;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

/** What the report of `deno test` says; undefined where there is none, as after a time limit. */
async function countTests(name: string): Promise<Counts | undefined> {
  const text = await Deno.readTextFile(`${folder}/${slug(name)}.xml`).catch(() => undefined);
  if (text === undefined) return undefined;
  const cases = text.split("<testcase ").slice(1);
  const failed = cases.filter((one) => one.includes("<failure"));
  const ignored = cases.filter((one) => one.includes("<skipped"));
  const passed = cases.length - failed.length - ignored.length;
  const failures = failed.map((one) => /name="([^"]*)"/.exec(one)?.[1] ?? "?");
  return { passed, failed: failed.length, ignored: ignored.length, failures };
}

const wanted = values.parts?.split(",");
const parts = partsOf({ size, device, python, folder }).filter(({ name }) =>
  wanted === undefined || wanted.some((one) => name === one || name.startsWith(`${one}/`))
);
const outcomes: Outcome[] = [];
for (const part of parts) {
  console.log(`== ${part.name}: ${part.command.slice(1).join(" ")}`);
  const outcome = await runPart(part);
  outcomes.push(outcome);
  console.log(`-- ${lineOf(outcome)}`);
  // Each time: what is done is kept if the machine goes.
  await Deno.writeTextFile(
    `${folder}/results.json`,
    `${JSON.stringify({ size, device, date: new Date().toISOString(), outcomes }, null, 2)}\n`,
  );
}

function lineOf({ name, passed, seconds, why, tests, figures }: Outcome): string {
  const counts = tests &&
    `${tests.passed} passed, ${tests.failed} failed, ${tests.ignored} left out`;
  const numbers = figures && Object.entries(figures)
    .filter(([, value]) => typeof value === "number")
    .map(([key, value]) => `${key} ${(value as number).toPrecision(4)}`).join(", ");
  return [
    passed ? "ok    " : "FAILED",
    `${seconds.toFixed(1)} s`.padStart(8),
    name.padEnd(28),
    counts,
    numbers,
    why,
    ...(tests?.failures ?? []).map((one) => `\n        ${one}`),
  ].filter(Boolean).join("  ");
}

/** Our figures by PyTorch's, where both are there. */
function ratios(): string[] {
  const by = new Map(outcomes.map(({ name, figures }) => [name, figures]));
  return [...by].flatMap(([name, figures]) => {
    const theirs = by.get(name.replace(/\/[^/]+$/, "/pytorch"));
    const ours = by.get(name.replace(/\/[^/]+$/, "/ours"));
    if (figures === undefined || name.endsWith("/pytorch")) return [];
    const beside = (other: Record<string, unknown> | undefined, whom: string) =>
      Object.entries(figures).flatMap(([key, value]) => {
        const their = other?.[key];
        if (typeof value !== "number" || typeof their !== "number") return [];
        return [`${name}: ${key} ${(value / their).toFixed(2)} x ${whom}`];
      });
    const captured = name.endsWith("/captured") ? beside(ours, "uncaptured") : [];
    return [...beside(theirs, "PyTorch"), ...captured];
  });
}

const summary = [...outcomes.map(lineOf), "", ...ratios(), ""].join("\n");
await Deno.writeTextFile(`${folder}/summary.txt`, summary);
console.log(`\n${summary}`);
console.log(`Logs, results.json and summary.txt are in ${folder}.`);
if (outcomes.some(({ passed }) => !passed)) Deno.exit(1);
