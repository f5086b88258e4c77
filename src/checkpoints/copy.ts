/**
 * Copying stored tensors into a model's own, with next to no memory beside them.
 *
 * @module
 */

import { countOf, isContiguous } from "../archive/pytorch/arrangement.ts";
import { dtypes } from "../base/dtypes.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { ByteSource } from "./bytes.ts";
import { elements, type StoredTensor, viewOf } from "./stored_tensor.ts";

/** The most that is copied at once. */
const pieceBytes = 2 ** 23;

/**
 * Pages of a mapped file that were touched count as this process's memory until it is unmapped, so that is done so
 * often; more often takes time.
 */
const mostTouched = 2 ** 24;

/** Copies stored tensors, and counts what it has touched of each source's pages. */
export class Copier {
  readonly #touched = new Map<ByteSource, number>();

  /**
   * Copies the values of `stored` into `target`, which keeps its device and dtype. Their shapes must be the same, and no
   * gradients recorded.
   */
  copy(target: Tensor, stored: StoredTensor): void {
    const bytes = countOf(stored.shape) * dtypes[stored.dtype].bytes;
    if (bytes === 0) return;
    if (bytes <= pieceBytes || !stored.source.mapped || !isContiguous(stored)) {
      this.#copyWhole(target, stored, bytes);
      return;
    }
    torch.scope(() => {
      const own = target.detach();
      if (own.isContiguous) this.#copyPieces(own.view(-1), stored);
      else this.#copyWhole(own, stored, bytes);
    });
  }

  #copyWhole(target: Tensor, stored: StoredTensor, bytes: number): void {
    torch.scope(() => void target.copy_(viewOf(stored)));
    this.#touch(stored.source, bytes);
  }

  #copyPieces(target: Tensor, { dtype, shape, offset, source, begin }: StoredTensor): void {
    const size = dtypes[dtype].bytes;
    const first = begin + offset * size;
    const same = target.dtype === dtype;
    // Bytes need no alignment.
    const flat = same ? target.view("uint8") : target;
    const unit = same ? 1 : size;
    const all = (countOf(shape) * size) / unit;
    const step = pieceBytes / unit;
    for (let at = 0; at < all; at += step) {
      const length = Math.min(step, all - at);
      torch.scope(() => {
        const from = first + at * unit;
        const bytes = source.view(from, from + length * unit);
        flat.narrow(0, at, length).copy_(same ? bytes : elements(bytes, dtype, from));
      });
      this.#touch(source, length * unit);
    }
  }

  #touch(source: ByteSource, bytes: number): void {
    const touched = (this.#touched.get(source) ?? 0) + bytes;
    // What was unpacked is as large as one tensor or a few that share it: kept no longer than mapped pages are.
    if (touched >= mostTouched) source.release();
    this.#touched.set(source, touched >= mostTouched ? 0 : touched);
  }

  /** Lets go of all sources that were read. */
  done(): void {
    for (const source of this.#touched.keys()) source.release();
  }
}
