/**
 * Rows of images that lie in several shards.
 *
 * @module
 */

import { fromRawBytes } from "../../torch/data_transfer.ts";
import { cat } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import type { TeacherOutput } from "../teacher_options.ts";
import { outputOf, type RowPart } from "./row_parts.ts";
import type { EntrySizes } from "./types.ts";

/**
 * libtorch shares work on more elements than this among threads, and waking them takes several times as long as copying a
 * batch's rows does: rows are copied in pieces that stay below.
 */
const GRAIN = 32768;

/** Rows that follow each other in the order of the images, and lie in one shard. */
interface Group {
  readonly shard: number;
  readonly begin: number;
  end: number;
}

/**
 * The rows of some images as float32, in their order.
 *
 * @param indices The images' numbers.
 * @param sizes How the shards are cut.
 * @param parts What is wanted of each row.
 * @param shardOf Gives a shard's parts as matrices, in words where that can be: copying counts elements. Asked once for
 * each that is needed.
 */
export function gatherRows(
  indices: Int32Array,
  sizes: EntrySizes,
  parts: readonly RowPart[],
  shardOf: (shard: number) => TeacherOutput,
): TeacherOutput {
  const { shardImages, dtype } = sizes;
  const count = indices.length;
  // An image and its place in one number, which sorts without a function: the rows of one shard then follow each other.
  const order = Float64Array.from(indices, (index, place) => index * count + place).sort();
  const local = new BigInt64Array(count);
  const places = new BigInt64Array(count);
  const groups: Group[] = [];
  order.forEach((both, i) => {
    const index = Math.floor(both / count);
    const shard = Math.floor(index / shardImages);
    const last = groups.at(-1);
    if (last?.shard === shard) last.end = i + 1;
    else groups.push({ shard, begin: i, end: i + 1 });
    local[i] = BigInt(index - shard * shardImages);
    places[both - index * count] = BigInt(i);
  });
  return scope(() => {
    const rows = longs(local);
    const back = longs(places);
    const found = groups.map(({ shard, begin, end }) => ({
      stored: shardOf(shard),
      own: groups.length === 1 ? rows : rows.narrow(0, begin, end - begin),
    }));
    const gathered = ({ name, shape }: RowPart): Tensor => {
      const sorted = together(found.flatMap(({ stored, own }) => selected(stored[name]!, own)));
      const words = together(selected(sorted, back));
      const matrix = (words.dtype === dtype ? words : words.view(dtype)).to("float32");
      return shape.length === 1 ? matrix : matrix.unflatten(1, [...shape]);
    };
    return outputOf(parts, gathered);
  });
}

/** Some rows of a matrix, in pieces of at most `GRAIN` elements. */
function selected(matrix: Tensor, rows: Tensor): Tensor[] {
  const count = rows.size(0);
  const most = Math.max(1, Math.floor(GRAIN / matrix.size(1)));
  if (count <= most) return [matrix.indexSelect(0, rows)];
  return Array.from({ length: Math.ceil(count / most) }, (_, i) => {
    const begin = i * most;
    return matrix.indexSelect(0, rows.narrow(0, begin, Math.min(most, count - begin)));
  });
}

function together(parts: Tensor[]): Tensor {
  return parts.length === 1 ? parts[0] : cat(parts);
}

function longs(values: BigInt64Array): Tensor {
  return fromRawBytes(new Uint8Array(values.buffer), "int64", [values.length]);
}
