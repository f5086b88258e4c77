/**
 * Which process of how many this is, as whoever started it says.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";

/** What a process is told about itself and where to meet the others. */
export interface ProcessEnvironment {
  /** Its number among all, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly worldSize: number;
  /** Its number among those of its machine, from 0: which card it takes. */
  readonly localRank: number;
  /** The host where all meet. */
  readonly host: string;
  /** The port where all meet. */
  readonly port: number;
  /** Whether whoever started the processes keeps the store there; else rank 0 does. */
  readonly served: boolean;
  /** How often the processes were started again, which keeps the attempts apart. */
  readonly attempt: number;
}

/** A variable of the environment; undefined where there is none. */
export type Variables = (name: string) => string | undefined;

const RANK = ["RANK", "SLURM_PROCID", "JOB_COMPLETION_INDEX"];
const SIZE = ["WORLD_SIZE", "SLURM_NTASKS"];
const LOCAL = ["LOCAL_RANK", "SLURM_LOCALID"];

/**
 * Tells whether the environment names this process as one of several: torchrun's variables, Slurm's, or the index of a
 * Kubernetes job beside `WORLD_SIZE`. Slurm sets its own in shells that start nothing, so that they count only where
 * `MASTER_ADDR` says where to meet.
 */
export function isLaunched(env: Variables = variables): boolean {
  const size = first(env, env("MASTER_ADDR") === undefined ? ["WORLD_SIZE"] : SIZE);
  return size !== undefined && size.value.trim() !== "" && size.value.trim() !== "1" &&
    first(env, env("MASTER_ADDR") === undefined ? ["RANK"] : RANK) !== undefined;
}

/**
 * Reads what the environment says: `RANK`, `WORLD_SIZE`, `LOCAL_RANK`, `MASTER_ADDR`, `MASTER_PORT` as torchrun sets them;
 * the first three may be Slurm's (`SLURM_PROCID`, `SLURM_NTASKS`, `SLURM_LOCALID`), the rank a Kubernetes job's
 * `JOB_COMPLETION_INDEX`.
 *
 * @throws {ArgumentError} if a variable is missing, or is no number of its kind.
 */
export function readEnvironment(env: Variables = variables): ProcessEnvironment {
  const worldSize = numberOf(env, SIZE, 1, 1 << 20);
  const rank = numberOf(env, RANK, 0, worldSize - 1);
  const localRank = first(env, LOCAL) === undefined ? 0 : numberOf(env, LOCAL, 0, worldSize - 1);
  const host = env("MASTER_ADDR")?.trim() || undefined;
  if (host === undefined) throw missing("MASTER_ADDR", "the host of rank 0");
  return {
    rank,
    worldSize,
    localRank,
    host,
    port: numberOf(env, ["MASTER_PORT"], 1, 65535),
    served: env("TORCHELASTIC_USE_AGENT_STORE") === "True",
    attempt: Number(env("TORCHELASTIC_RESTART_COUNT") ?? 0) || 0,
  };
}

/** The process's own environment, as far as it may be read. */
export function variables(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

function first(env: Variables, names: readonly string[]) {
  for (const name of names) {
    const value = env(name);
    if (value !== undefined) return { name, value };
  }
}

function numberOf(env: Variables, names: readonly string[], least: number, most: number): number {
  const found = first(env, names);
  if (found === undefined) throw missing(names[0], `a number from ${least}`);
  const value = Number(found.value);
  if (/^\s*\d+\s*$/.test(found.value) && value >= least && value <= most) return value;
  throw new ArgumentError(
    `The variable ${found.name} is a whole number from ${least} to ${most}, got "${found.value}". ` +
      "`apprentice launch` and torchrun set it for each process they start.",
  );
}

function missing(name: string, what: string): ArgumentError {
  return new ArgumentError(
    `The variable ${name} is not set (${what}): processes that work together are told by it who they are. Start them ` +
      "with `apprentice launch` or torchrun, or set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT for each.",
  );
}
