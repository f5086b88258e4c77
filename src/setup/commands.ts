/**
 * Running other programs: the compiler, pip, Deno itself.
 *
 * @module
 */

/** What a program that was run left behind. */
export interface CommandResult {
  /** The exit status. */
  code: number;
  /** What the command wrote to standard output. */
  stdout: string;
  /** What the command wrote to standard error. */
  stderr: string;
}

/** How to run a program. */
export interface CommandOptions {
  /** The folder to run it in. */
  cwd?: string;
  /** Environment variables to add or replace. */
  env?: Record<string, string>;
}

/**
 * Runs a program to its end.
 *
 * @param command The program and its arguments; no shell reads them.
 * @returns Undefined if there is no such program.
 */
export async function runCommand(
  command: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult | undefined> {
  const [program, ...args] = command;
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args,
      cwd: options.cwd,
      env: options.env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotADirectory
    ) return undefined;
    throw error;
  }
}

/** The last lines of a long text. */
export function tailOf(text: string, lines: number): string {
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}
