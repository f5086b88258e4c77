/**
 * Meta's names of DeiT III, made those of timm. DeiT's own are timm's already.
 *
 * @module
 */

import { translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

/** The dialects that become timm's names. */
export const deitDialects: readonly Dialect[] = [{
  name: "Meta's DeiT III",
  recognizes: (keys, own) =>
    own !== undefined && own.has("blocks.0.ls1.gamma") && keys.has("blocks.0.gamma_1") &&
    keys.has("blocks.0.attn.qkv.bias"),
  translate: (state) => translated(state, [[/\.gamma_([12])$/, ".ls$1.gamma"]]),
}];
