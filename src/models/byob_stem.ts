/**
 * The stems of networks put together of blocks.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import type { ByobOptions } from "./byob_options.ts";
import { convBn } from "./parts/conv_norm_act.ts";
import { NamedChain } from "./parts/named_chain.ts";

/** One convolution under the name of the stem, or several in it, with a pool or with a stride at the end. */
export function byobStem(
  inChannels: number,
  { stem, stemPool, stemPlain = 0, activation = "relu" }: ByobOptions,
): nn.Module {
  const convs = stem.map((width, i) => {
    const before = i === 0 ? inChannels : stem[i - 1];
    const last = i === stem.length - 1;
    const stride = i === 0 || (last && stemPool === undefined) ? 2 : 1;
    return i < stemPlain
      ? new nn.Conv2d(before, width, 3, { stride, padding: 1, bias: false })
      : convBn(before, width, { kernel: 3, stride, activation });
  });
  if (convs.length === 1) return convs[0];
  const pool = stemPool === "max"
    ? new nn.MaxPool2d(3, { stride: 2, padding: 1 })
    : stemPool === "average"
    ? new nn.AvgPool2d(2)
    : undefined;
  return new NamedChain({
    ...Object.fromEntries(convs.map((conv, i) => [`conv${i + 1}`, conv])),
    ...(pool && { pool }),
  });
}
