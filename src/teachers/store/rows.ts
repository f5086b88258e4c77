/**
 * Rows of images that lie in several shards.
 *
 * @module
 */

import { fromRawBytes } from "../../torch/data_transfer.ts";
import { cat } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import type { StoredOutput } from "./types.ts";

/**
 * The rows of some images as float32, in their order.
 *
 * @param indices The images' numbers.
 * @param shardImages How many images a shard has.
 * @param shardOf Gives a shard; asked once for each that is needed.
 */
export function gatherRows(
  indices: Int32Array,
  shardImages: number,
  shardOf: (shard: number) => StoredOutput,
): StoredOutput {
  const count = indices.length;
  // In the order of the images, the rows of one shard follow each other.
  const order = Uint32Array.from(indices, (_, i) => i).sort((a, b) => indices[a] - indices[b]);
  return scope(() => {
    const local = new BigInt64Array(count);
    const places = new BigInt64Array(count);
    const groups: { shard: number; begin: number; end: number }[] = [];
    for (let i = 0; i < count; i++) {
      const index = indices[order[i]];
      const shard = Math.floor(index / shardImages);
      const last = groups.at(-1);
      if (last?.shard === shard) last.end = i + 1;
      else groups.push({ shard, begin: i, end: i + 1 });
      local[i] = BigInt(index - shard * shardImages);
      places[order[i]] = BigInt(i);
    }
    const rows = longs(local);
    const back = longs(places);
    const features: Tensor[] = [];
    const logits: Tensor[] = [];
    for (const { shard, begin, end } of groups) {
      const stored = shardOf(shard);
      const own = groups.length === 1 ? rows : rows.narrow(0, begin, end - begin);
      features.push(stored.features.indexSelect(0, own));
      if (stored.logits) logits.push(stored.logits.indexSelect(0, own));
    }
    const together = (parts: Tensor[]): Tensor =>
      (parts.length === 1 ? parts[0] : cat(parts)).indexSelect(0, back).to("float32");
    return {
      features: together(features),
      ...(logits.length > 0 && { logits: together(logits) }),
    };
  });
}

function longs(values: BigInt64Array): Tensor {
  return fromRawBytes(new Uint8Array(values.buffer), "int64", [values.length]);
}
