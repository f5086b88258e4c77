/** What the commands that run recipes share. @module */

import { InterruptedError, withInterrupt } from "../base/interrupt.ts";
import { formatPercent } from "../base/text.ts";
import type { Run } from "../runs/result.ts";
import { setup } from "../setup/setup.ts";
import { InvalidArgumentError } from "./commander.ts";

/** A whole number of at least 1 from the command line. */
export function count(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("it is a whole number from 1.");
}

/** A whole number of at least 0 from the command line. */
export function whole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("it is a whole number from 0.");
}

/** A port from the command line. */
export function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 65535) return value;
  throw new InvalidArgumentError("it is a port from 1 to 65535.");
}

/** Seconds from the command line, from 0 to a day. */
export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 86_400) return value;
  throw new InvalidArgumentError("it is a number of seconds, from 0 to 86400.");
}

/** Gathers an option that may be given several times. */
export function several(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** Titles with commas between. */
export const titles = (text: string): string[] => text.split(",").map((title) => title.trim());

/** An entry of a recipe, for `Command.option`. */
export const SET = [
  "--set <entry=value>",
  "an entry of the recipe, such as method.beta1=2; again for more",
  several,
] as const;
/** That all is to be JSON. */
export const JSON_TEXT = ["--json", "write all of it as JSON"] as const;
/** That there is to be no progress. */
export const QUIET = ["--quiet", "shows no progress"] as const;

/** Everything that needs libtorch, imported once it is there: the help of a command does not wait for it. */
export async function rooms(): Promise<typeof import("../../mod.ts")> {
  await setup();
  return await import("../../mod.ts");
}

/** Says how the student of a run does on its test images, and how it did before, where that was measured. */
export function printAccuracy({ result: { test, before } }: Run): void {
  if (test === null) return;
  const from = before ? `, before ${formatPercent(before.overall, 2)}` : "";
  console.log(`right on ${formatPercent(test.overall, 2)} of ${test.count} test images${from}`);
}

/**
 * Does work that processes which were started together do together, and alone where there is one; Ctrl-C stops it after the step
 * at hand. Of several, rank 0 prints.
 */
export async function workTogether(body: Parameters<typeof work>[0]): Promise<void> {
  await work((all, signal) =>
    all.runs.inGroup(async () => {
      if (all.torch.distributed.getRank() > 0) console.log = () => {};
      await body(all, signal);
    })
  );
}

/** Does work that Ctrl-C stops after the step at hand. */
export async function work(
  body: (all: Awaited<ReturnType<typeof rooms>>, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const all = await rooms();
  await withInterrupt(async (signal) => {
    try {
      await body(all, signal);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      throw new InterruptedError("Stopped. What was made is kept; the same command goes on.");
    }
  });
}
