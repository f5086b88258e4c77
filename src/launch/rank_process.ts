/**
 * One process of a launch.
 *
 * @module
 */

import { readErrorFile, type RecordedError } from "../base/error_file.ts";
import { ArgumentError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { PrefixedLines } from "./prefixed.ts";
import { signalGroup } from "./process_group.ts";
import { Tail } from "./tail.ts";

/** What a process is started with. */
export interface RankOptions {
  /** The process's number among all. */
  readonly rank: number;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Environment variables to add or replace. */
  readonly variables: Readonly<Record<string, string>>;
  /** Where the process may write down what it failed of. */
  readonly errorFile: string;
  /** Whether standard input, output and error are the launcher's own. */
  readonly direct: boolean;
  /** Whether the lines of a process that is not direct are shown. */
  readonly verbose: boolean;
  /** What the command may have been meant to be, if there is no such program. */
  readonly verbs: readonly string[];
}

/** How a process ended. */
export interface Ending {
  /** The process's number among all. */
  readonly rank: number;
  /** The exit status; 128 and the signal's number if a signal ended the process. */
  readonly code: number;
  /** The signal that ended it, or null. */
  readonly signal: Deno.Signal | null;
  /** The error that it wrote down, or null. */
  readonly error: RecordedError | null;
  /** The last lines that it wrote to standard error, or else to standard output; none if it was direct. */
  readonly lines: readonly string[];
  /** When the process ended, in milliseconds of the launcher's clock. */
  readonly at: number;
  /** Whether the process's lines went where the launcher's go. */
  readonly direct: boolean;
}

/** Lines that are told about a process that failed: an error's message with a whole call stack below it. */
const LINES = 20;
/** How long to wait for what a process wrote, in milliseconds: one that it started may hold the pipe open. */
const LAST_WORDS = 500;

/** A process that was started, first of a group of its own: a Ctrl-C at the terminal reaches the launcher alone. */
export class RankProcess {
  /** The process's number among all. */
  readonly rank: number;
  /** The number that the system knows it by, and its group. */
  readonly pid: number;
  /** How the process ended, once it has. */
  readonly ended: Promise<Ending>;

  /**
   * Starts it.
   *
   * @throws {ArgumentError} If there is no such program, or it may not be run.
   */
  constructor(options: RankOptions) {
    const { rank, direct, verbose } = options;
    const child = spawn(options);
    const [out, err] = [new Tail(), new Tail()];
    const read = direct ? [] : [
      drain(child.stdout, out, verbose ? new PrefixedLines(`[rank ${rank}] `, Deno.stdout) : null),
      drain(child.stderr, err, verbose ? new PrefixedLines(`[rank ${rank}] `, Deno.stderr) : null),
    ];
    this.rank = rank;
    this.pid = child.pid;
    this.ended = child.status.then(async ({ code, signal }) => {
      const at = performance.now();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const patience = new Promise((resolve) => timer = setTimeout(resolve, LAST_WORDS));
      await Promise.race([Promise.all(read), patience]);
      clearTimeout(timer);
      const said = err.lines(LINES);
      const lines = said.length > 0 ? said : out.lines(LINES);
      return { rank, code, signal, error: readErrorFile(options.errorFile), lines, at, direct };
    });
  }

  /** Sends a signal to it and all that it started. */
  signal(name: Deno.Signal): void {
    signalGroup(this.pid, name);
  }
}

function spawn({ command, variables, direct, verbs }: RankOptions): Deno.ChildProcess {
  const [program, ...args] = command;
  const output = direct ? "inherit" : "piped";
  try {
    return new Deno.Command(program, {
      args,
      env: { ...variables },
      detached: true,
      stdin: direct ? "inherit" : "null",
      stdout: output,
      stderr: output,
    }).spawn();
  } catch (error) {
    const reason = (error as Error).message;
    if (!(error instanceof Deno.errors.NotFound)) {
      throw new ArgumentError(`launch: ${program} cannot be run: ${reason}.`, { cause: error });
    }
    const other = program.includes("/") || verbs.length === 0
      ? "."
      : `, nor a command of apprentice (did you mean ${nearest(program, verbs).join(", ")}?).`;
    throw new ArgumentError(`launch: there is no program "${program}"${other}`, { cause: error });
  }
}

async function drain(
  stream: ReadableStream<Uint8Array>,
  tail: Tail,
  shown: PrefixedLines | null,
): Promise<void> {
  for await (const chunk of stream) {
    tail.add(chunk);
    shown?.add(chunk);
  }
  shown?.end();
}
