/**
 * Where a block of a mobile network is.
 *
 * @module
 */

import type { BlockRow } from "./rows.ts";

/** One block of a row. */
export interface BlockPlace {
  /** The row. */
  readonly row: BlockRow;
  /** Channels that come in. */
  readonly before: number;
  /** The stride of this block. */
  readonly stride: number;
  /** The probability of leaving out its branch. */
  readonly dropPath: number;
}

/** Whether what comes into a block is added to what comes out. */
export function hasShortcut({ row, before, stride }: BlockPlace): boolean {
  return row.shortcut !== false && stride === 1 && before === row.width;
}
