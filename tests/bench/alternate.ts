/**
 * Runs programs by turns, because a machine's speed drifts.
 *
 * @module
 */

import { ArgumentError } from "../../src/base/errors.ts";

/** What a program prints: figures by name. */
export type Figures = Record<string, number>;

/**
 * Runs all programs, one after the other, `rounds` times over.
 *
 * @returns By name of the program, its figures of every round.
 * @throws {ArgumentError} if a program cannot be run, or fails.
 */
export async function alternate<Name extends string>(
  programs: Record<Name, readonly string[]>,
  rounds: number,
): Promise<Record<Name, Figures[]>> {
  const entries = Object.entries(programs) as [Name, readonly string[]][];
  const found = Object.fromEntries(entries.map(([name]) => [name, []])) as unknown as Record<
    Name,
    Figures[]
  >;
  for (let round = 0; round < rounds; round++) {
    for (const [name, [command, ...args]] of entries) {
      found[name].push(JSON.parse(await output(command, args)));
    }
  }
  return found;
}

/** What a program prints. */
export async function output(command: string, args: readonly string[]): Promise<string> {
  let result: Deno.CommandOutput;
  try {
    result = await new Deno.Command(command, { args: [...args], stderr: "inherit" }).output();
  } catch (error) {
    throw new ArgumentError(`${command} cannot be run: ${(error as Error).message}`);
  }
  if (!result.success) throw new ArgumentError(`${command} ${args.join(" ")} failed; see above.`);
  return new TextDecoder().decode(result.stdout);
}

/** The best value of each figure over all rounds: the one that other work on the machine disturbed least. */
export function best(rounds: readonly Figures[], better: "lower" | "higher"): Figures {
  const pick = better === "lower" ? Math.min : Math.max;
  const names = Object.keys(rounds[0]);
  return Object.fromEntries(
    names.map((name) => [name, pick(...rounds.map((figures) => figures[name]))]),
  );
}
