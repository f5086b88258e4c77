/**
 * Whether processes that work together have a folder in common.
 *
 * @module
 */

import { StoreError } from "../base/errors.ts";
import { writeAtomicSync } from "../base/files.ts";
import { peers } from "../nn/sharers.ts";
import { allGatherObject, broadcastObject } from "../torch/distributed/mod.ts";

/** How long a file of another machine may take to be seen, in milliseconds. */
const SEEN_WITHIN = 3000;

/**
 * Makes sure that all processes of the current group see one folder; does nothing where there is no group.
 *
 * @throws {StoreError} in all of them, naming the ranks that do not see it.
 * @throws {DistributedError} if one of them is gone.
 */
export async function checkSharedFolder(root: string): Promise<void> {
  const group = peers();
  if (group === null) return;
  const own = `rank-0-${crypto.randomUUID()}`;
  if (group.rank === 0) writeAtomicSync(`${root}/locks/${own}`, "");
  const name = broadcastObject(own);
  const seen = allGatherObject(await isSeen(`${root}/locks/${name}`));
  if (group.rank === 0) Deno.removeSync(`${root}/locks/${name}`);
  const blind = seen.flatMap((sees, rank) => sees ? [] : [rank]);
  if (blind.length === 0) return;
  throw new StoreError(
    `Rank ${
      blind.join(", ")
    } of ${group.size} does not see the store of rank 0 in ${root}, so that each would ask all teachers. ` +
      "Set store.root to a folder that all machines share; or fill it before, with --part on each machine and store merge.",
  );
}

async function isSeen(path: string): Promise<boolean> {
  for (const until = performance.now() + SEEN_WITHIN;;) {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      if (performance.now() > until) return false;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
