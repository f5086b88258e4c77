/**
 * The first weights of mobile networks.
 *
 * @module
 */

import type { Module } from "../../../nn/mod.ts";
import { initAsTimm } from "../../init_as_timm.ts";
import { MultiQueryAttention } from "./mobile_attention.ts";

/** Draws the first weights of a mobile network as timm does: those of attention as Glorot and Bengio. */
export function initMobile(model: Module): void {
  initAsTimm(model);
  for (const part of model.modules()) if (part instanceof MultiQueryAttention) part.initialize();
}
