/**
 * Rows made blocks.
 *
 * @module
 */

import type { Module } from "../../../nn/mod.ts";
import type { BlockPlace } from "./block_place.ts";
import { FusedMBConv, MBConv, Separable, SingleConv } from "./conv_blocks.ts";
import { MobileAttention } from "./mobile_attention.ts";
import type { BlockRow } from "./rows.ts";
import type { MobileStyle } from "./style.ts";
import { UniversalBlock } from "./universal.ts";

const KINDS: Readonly<
  Record<BlockRow["kind"], new (place: BlockPlace, style: MobileStyle) => Module>
> = {
  conv: SingleConv,
  separable: Separable,
  mbConv: MBConv,
  fused: FusedMBConv,
  universal: UniversalBlock,
  attention: MobileAttention,
};

/** The block that a row has at a place. */
export function blockOf(place: BlockPlace, style: MobileStyle): Module {
  return new KINDS[place.row.kind](place, style);
}
