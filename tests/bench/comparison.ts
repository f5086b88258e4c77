/**
 * What a comparison with PyTorch is.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { alternate, best, type Figures } from "./alternate.ts";

/** What the command line says of how to compare. */
export interface Settings {
  /** A Python interpreter with the same version of torch. */
  readonly python: string;
  /** How often each program runs. */
  readonly rounds: number;
  /** The device that both compute on, where a comparison has one. */
  readonly device: string;
  /** The dtype that both compute in, where a comparison has one: float32, or bfloat16 by autocast. */
  readonly dtype: string;
  /** Images in a batch, where a comparison has one to choose. */
  readonly batch?: string;
  /** How many threads both compute with, where a comparison has them to choose. */
  readonly threads?: string;
  /** Architectures, where a comparison has some to choose. */
  readonly models?: string;
  /** A folder of photographs, for what decodes them. */
  readonly photos?: string;
}

/** One figure of both sides. */
export interface Pair {
  /** What was measured. */
  readonly name: string;
  /** This package's best figure. */
  readonly ours: number;
  /** PyTorch's best figure. */
  readonly theirs: number;
}

/** A program in TypeScript beside its twin in Python. */
export interface Comparison {
  /** What the figures are, with their unit, in one line. */
  readonly about: string;
  /** Which figures are better, and so which ratios of ours to PyTorch's. */
  readonly better: "lower" | "higher";
  /** Runs both sides by turns. */
  run(settings: Settings): Promise<Pair[]>;
}

const here = fileURLToPath(new URL(".", import.meta.url));

/** The command of a program of this folder in TypeScript. */
export function denoCommand(script: string, args: readonly string[] = []): string[] {
  return [Deno.execPath(), "run", "-A", `${here}${script}.ts`, ...args];
}

/** The command of a program of this folder in Python. */
export function pythonCommand(python: string, script: string, args: readonly string[]): string[] {
  return [python, `${here}${script}.py`, ...args];
}

/** Compares a program with its twin of the same name, which print figures of the same names. */
export async function compareTwins(
  script: string,
  { python, rounds }: Settings,
  better: "lower" | "higher",
  args: readonly string[] = [],
  fold: (figures: Figures) => Figures = (figures) => figures,
): Promise<Pair[]> {
  const found = await alternate({
    ours: denoCommand(script, args),
    theirs: pythonCommand(python, script, args),
  }, rounds);
  const ours = fold(best(found.ours, better));
  const theirs = fold(best(found.theirs, better));
  return Object.keys(ours).map((name) => ({ name, ours: ours[name], theirs: theirs[name] }));
}
