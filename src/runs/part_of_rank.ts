/**
 * Which share of the work a process has that was started with others.
 *
 * @module
 */

import { readEnv } from "../base/read_env.ts";
import type { Part } from "../teachers/store/types.ts";
import * as torch from "../torch/mod.ts";

/**
 * The share of this process: by its rank in the current process group, or where it is in none, by what torchrun, Slurm or
 * Kubernetes say in its environment. Where they meet it need not know: a store is shared by its folder. Undefined where there is one
 * process only.
 *
 * @param env The variables; the process's own by default.
 * @throws {ArgumentError} if the rank is none of that many processes.
 */
export function partOfRank(env?: torch.distributed.Variables): Part | undefined {
  const { ProcessGroup, isLaunched, readEnvironment } = torch.distributed;
  const group = env === undefined ? ProcessGroup.current : undefined;
  if (group !== undefined) return partOf(group.rank, group.size);
  if (!isLaunched(env)) return undefined;
  const read = env ?? readEnv;
  const { rank, worldSize } = readEnvironment((name) => read(name) ?? MEETING[name]);
  return partOf(rank, worldSize);
}

/** What is read beside, and not used. */
const MEETING: Readonly<Record<string, string>> = { MASTER_ADDR: "none", MASTER_PORT: "1" };

function partOf(index: number, of: number): Part | undefined {
  return of === 1 ? undefined : { index, of };
}
