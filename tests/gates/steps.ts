/**
 * All gates, in the order that they run: what is quick comes first. `deno task ok` and `.ci/run` have the same.
 *
 * @module
 */

/** One gate: a command of Deno that exits with 0 if all is well. */
export interface Step {
  /** What it is called on the command line and in the table. */
  readonly name: string;
  /** What is given to `deno`. */
  readonly args: readonly string[];
  /** Whether what it prints on success is of no interest. */
  readonly quiet?: boolean;
}

/** What is imported by a name of its own, beside `mod.ts`. */
const ENTRIES = ["src/cli/main.ts", "src/setup/mod.ts", "src/setup/compiled_packages.ts"];

/** The gates. */
export const STEPS: readonly Step[] = [
  { name: "setup", args: ["task", "setup"] },
  { name: "fmt", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint"] },
  { name: "check", args: ["check", "-q", "mod.ts", "ffi", "src", "examples", "recipes", "tests"] },
  { name: "doc", args: ["doc", "--lint", "mod.ts", ...ENTRIES], quiet: true },
  { name: "rooms", args: ["run", "-A", "tests/gates/rooms.ts"] },
  { name: "words", args: ["run", "-A", "tests/gates/words.ts"] },
  { name: "publish", args: ["publish", "--dry-run", "--allow-dirty"], quiet: true },
  { name: "test", args: ["task", "test"] },
];
