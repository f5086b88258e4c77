/**
 * Starting a program several times on one machine, as processes that work together.
 *
 * @module
 */

import { ArgumentError, FileError } from "../base/errors.ts";
import { type Failure, failureOf } from "./failure_text.ts";
import { Guard } from "./guard.ts";
import { checkPort, freePort } from "./port.ts";
import { RankProcess } from "./rank_process.ts";
import { watchRanks } from "./watch_ranks.ts";
import { rankOf, rankVariables, sizeOf, type World } from "./world.ts";

/** What to launch, and how. */
export interface LaunchOptions {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Processes on this machine. */
  readonly processes: number;
  /** The processor's cores on this machine, which are divided among the processes. */
  readonly cores: number;
  /** Machines (default 1). */
  readonly nodes?: number;
  /** This machine's number among them, from 0 (default 0). */
  readonly nodeRank?: number;
  /** The address of machine 0; needed with several machines. */
  readonly address?: string;
  /** The port there (default: a free one, or 29500 with several machines). */
  readonly port?: number;
  /** Whether the lines of all ranks are shown, not those of the first alone. */
  readonly verbose?: boolean;
  /** Seconds between SIGTERM and SIGKILL (default 30). */
  readonly grace?: number;
  /** Verbs to suggest where the program is not there. */
  readonly verbs?: readonly string[];
}

/** The port of torchrun, which all machines know without being told. */
const USUAL_PORT = 29500;

/**
 * Starts the processes, and waits for all of them. The first on this machine has the launcher's own input and output.
 *
 * @returns What failed, or null if nothing did. After a signal to end that is how the first ended, without a text.
 * @throws {ArgumentError} If options do not fit together, the port is in use, or there is no such program.
 * @throws {FileError} If no temporary folder can be made.
 */
export async function launch(options: LaunchOptions): Promise<Failure | null> {
  const { command, processes, verbose = false, grace = 30, verbs = [] } = options;
  const world = worldOf(options);
  const folder = temporaryFolder();
  try {
    await using guard = new Guard(grace, folder);
    const start = (local: number) => {
      const rank = rankOf(world, local);
      const errorFile = `${folder}/rank_${rank}.json`;
      const variables = rankVariables(world, local, errorFile, Deno.env.get);
      const direct = local === 0;
      return new RankProcess({ rank, command, variables, errorFile, direct, verbose, verbs });
    };
    const outcome = await watchRanks({
      processes,
      start,
      grace,
      onChange: (left) => guard.watch(left.map(({ pid }) => pid)),
    });
    const failure = failureOf(outcome, sizeOf(world));
    const code = outcome.endings.find((ending) => ending.code !== 0)?.code;
    return failure ?? (code === undefined ? null : { code, text: "" });
  } finally {
    removeFolder(folder);
  }
}

/** Makes the folder for what processes failed of. */
function temporaryFolder(): string {
  try {
    return Deno.makeTempDirSync({ prefix: "apprentice-launch-" });
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new FileError(
      `launch: a temporary folder cannot be made: ${reason}. Set TMPDIR to a folder that can be written.`,
      { cause },
    );
  }
}

function removeFolder(folder: string): void {
  try {
    Deno.removeSync(folder, { recursive: true });
  } catch {
    // Somebody has cleared up already, or is still writing: how the processes ended is what counts.
  }
}

function worldOf(options: LaunchOptions): World {
  const { processes, cores, nodes = 1, nodeRank = 0, address, port } = options;
  if (nodeRank >= nodes) {
    throw new ArgumentError(
      `launch: --node-rank is ${nodeRank} of ${nodes} machines (--nnodes); it is from 0 to ${
        nodes - 1
      }.`,
    );
  }
  if (nodes > 1 && address === undefined) {
    throw new ArgumentError(
      "launch: with several machines, give --master-addr: the address of machine 0 as the others reach it.",
    );
  }
  const chosen = port ?? (nodes > 1 ? USUAL_PORT : freePort());
  if (nodeRank === 0) checkPort(chosen);
  const meeting = { address: address ?? "127.0.0.1", port: chosen };
  return { processes, nodes, nodeRank, cores, ...meeting };
}
