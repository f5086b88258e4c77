/**
 * Which card a process takes, and what carries the tensors that lie on it.
 *
 * @module
 */

import { ArgumentError, DistributedError } from "../../base/errors.ts";
import { deviceCount, setDevice } from "../cuda/devices.ts";

/** Variables of libtorch that decide what it does when a card waits in vain, by what this package wants it to do. */
const CLEAN_UP = { name: "TORCH_NCCL_ASYNC_ERROR_HANDLING", value: "2" };

/**
 * Tells whether there is a card for this process, whose tensors NCCL is to carry.
 *
 * @throws {DistributedError} if NCCL is asked for and there is none.
 * @throws {ArgumentError} if there is no such backend.
 */
export function hasCard(backend: string | undefined, rank: number, localRank: number): boolean {
  if (!["gloo", "nccl", "cpu:gloo,cuda:nccl", undefined].includes(backend)) {
    throw new ArgumentError(
      `The backend is "gloo", "nccl" or "cpu:gloo,cuda:nccl", got "${backend}".`,
    );
  }
  if (backend === "gloo") return false;
  const cards = deviceCount();
  if (localRank < cards || backend === undefined) return localRank < cards;
  throw new DistributedError(
    `Rank ${rank} has no card for NCCL: it is process ${localRank} of its machine, counted from 0, which has ${cards} ` +
      `CUDA devices. Start one process for each card, use the backend "gloo", or see what \`deno task doctor\` says.`,
    rank,
  );
}

/**
 * Takes this process's card as its current device, if all processes have one: else Gloo alone carries tensors, in all.
 *
 * @param all Whether each process has a card, by rank.
 * @returns Whether NCCL carries CUDA tensors.
 * @throws {DistributedError} if NCCL is asked for and another process has none.
 */
export function useCards(
  backend: string | undefined,
  all: readonly boolean[],
  localRank: number,
): boolean {
  const without = all.indexOf(false);
  if (without < 0) {
    setDevice(localRank);
    endQuietly();
    return true;
  }
  if (backend === undefined || backend === "gloo") return false;
  throw new DistributedError(
    `Rank ${without} takes no part in NCCL: give all processes a card and the same backend.`,
    without,
  );
}

/**
 * Has libtorch end what waits in vain, so that the next call throws, instead of the process. Whoever has set the variable is
 * obeyed.
 */
function endQuietly(): void {
  const { state } = Deno.permissions.querySync({ name: "env", variable: CLEAN_UP.name });
  if (state === "granted" && Deno.env.get(CLEAN_UP.name) === undefined) {
    Deno.env.set(CLEAN_UP.name, CLEAN_UP.value);
  }
}
