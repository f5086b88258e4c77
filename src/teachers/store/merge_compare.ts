/**
 * Whether two stores say the same in the same rows.
 *
 * @module
 */

import { StoreError } from "../../base/errors.ts";
import { openFileSync } from "../../base/regular_files.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { shardPath, shardRange } from "./layout.ts";
import type { Holding } from "./merge_plan.ts";
import { rowParts } from "./row_parts.ts";
import { mapShardFile, type ShardWanted } from "./shard_file.ts";

/** How much is compared at a time. */
const BLOCK = 2 ** 20;

/**
 * Makes sure that two stores have the same numbers in a shard.
 *
 * @param tolerance How far they may be apart, as a share of the largest number.
 * @throws {StoreError} naming the image and both values, if they have not.
 */
export function compareShards(
  first: Holding,
  other: Holding,
  wanted: ShardWanted,
  tolerance: number,
): void {
  const paths = [first, other].map(({ folder }) => shardPath(folder, wanted));
  if (haveSameBytes(paths[0], paths[1])) return;
  scope(() => {
    const [one, two] = paths.map((path) => mapShardFile(path, wanted));
    for (const { name } of rowParts(wanted.sizes)) {
      const [before, now] = [one[name]!, two[name]!].map((all) => all.to("float32").flatten(1));
      checkClose(before, now, tolerance, (row, column) => {
        const image = shardRange(wanted.sizes, wanted.shard).begin + row;
        const values = [before, now].map((all) => all.select(0, row).select(0, column).item());
        return `${paths[0]} and ${
          paths[1]
        } do not say the same: of image ${image} in variant ${wanted.variant}, ${name} ` +
          `${column} of teacher "${first.file.teacher}" is ${values[0]} and ${values[1]}`;
      });
    }
  });
}

function checkClose(
  before: Tensor,
  now: Tensor,
  tolerance: number,
  where: (row: number, column: number) => string,
): void {
  // At classes that a teacher does not know both are -Infinity.
  const far = before.sub(now).abs().maskedFill_(before.eq(now), 0).nanToNum(Infinity, Infinity);
  const finite = before.abs().maskedFill_(before.abs().eq(Infinity), 0);
  const most = Math.max(finite.max().item() as number, 1e-30);
  const largest = (far.max().item() as number) / most;
  if (largest <= tolerance) return;
  const at = Number(far.argmax().item());
  const width = before.size(1);
  throw new StoreError(
    `${where(Math.floor(at / width), at % width)}, ${
      Number.isFinite(largest) ? largest.toPrecision(3) : "infinitely"
    } of the largest number apart; allowed is ${tolerance}. Machines of other kinds differ by 0.001 or so in float16: then ` +
      "give a tolerance (--tolerance 0.002), which keeps the first. Else the weights or the images of one are others: remove " +
      "its entry.",
  );
}

function haveSameBytes(first: string, other: string): boolean {
  using one = openFileSync(first);
  using two = openFileSync(other);
  if (one.statSync().size !== two.statSync().size) return false;
  const blocks = [new Uint8Array(BLOCK), new Uint8Array(BLOCK)];
  for (;;) {
    const [count, same] = [one, two].map((file, i) => fillBuffer(file, blocks[i]));
    if (count !== same) return false;
    if (count === 0) return true;
    for (let i = 0; i < count; i++) if (blocks[0][i] !== blocks[1][i]) return false;
  }
}

/** Reads until a buffer is full or the file ends; returns how many bytes that were. */
function fillBuffer(file: Deno.FsFile, buffer: Uint8Array): number {
  let filled = 0;
  while (filled < buffer.length) {
    const count = file.readSync(buffer.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return filled;
}
