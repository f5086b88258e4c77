/**
 * What the processes of one launch are told about each other: torchrun's environment variables.
 *
 * @module
 */

import { ERROR_FILE } from "../base/error_file.ts";

/** All processes of one launch, on one machine or several. */
export interface World {
  /** Processes on this machine; every machine has as many. */
  readonly processes: number;
  /** Machines. */
  readonly nodes: number;
  /** This machine's number among them, from 0. */
  readonly nodeRank: number;
  /** The address of machine 0, where the processes meet. */
  readonly address: string;
  /** The port there. */
  readonly port: number;
  /** The processor's cores on this machine. */
  readonly cores: number;
}

/** The number of a process among all, from its number on this machine. */
export function rankOf({ nodeRank, processes }: World, localRank: number): number {
  return nodeRank * processes + localRank;
}

/** How many processes there are on all machines. */
export function sizeOf({ processes, nodes }: World): number {
  return processes * nodes;
}

/**
 * The variables of one process, as torchrun sets them.
 *
 * @param errorFile Where it may write down what it failed of.
 * @param given Reads the launcher's own environment, which goes before where a variable only tunes something.
 */
export function rankVariables(
  world: World,
  localRank: number,
  errorFile: string,
  given: (name: string) => string | undefined,
): Record<string, string> {
  const rank = String(rankOf(world, localRank));
  const size = String(sizeOf(world));
  const variables: Record<string, string> = {
    RANK: rank,
    LOCAL_RANK: String(localRank),
    ROLE_RANK: rank,
    GROUP_RANK: String(world.nodeRank),
    WORLD_SIZE: size,
    LOCAL_WORLD_SIZE: String(world.processes),
    ROLE_WORLD_SIZE: size,
    GROUP_WORLD_SIZE: String(world.nodes),
    ROLE_NAME: "default",
    MASTER_ADDR: world.address,
    MASTER_PORT: String(world.port),
    TORCHELASTIC_RUN_ID: "none",
    TORCHELASTIC_RESTART_COUNT: "0",
    TORCHELASTIC_MAX_RESTARTS: "0",
    // Rank 0 opens the port itself; torchrun's agent would have done it.
    TORCHELASTIC_USE_AGENT_STORE: "False",
    [ERROR_FILE]: errorFile,
    TORCH_NCCL_ASYNC_ERROR_HANDLING: given("TORCH_NCCL_ASYNC_ERROR_HANDLING") ?? "1",
  };
  // torchrun says 1 thread here, whatever the machine has.
  const threads = given("OMP_NUM_THREADS") ??
    (world.processes > 1 ? String(Math.max(1, Math.floor(world.cores / world.processes))) : null);
  if (threads !== null) variables.OMP_NUM_THREADS = threads;
  return variables;
}
