/**
 * The ResNeSts, by name.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { ResNeStBottleneck } from "./parts/split_attention.ts";
import { ResNet, type ResNetOptions } from "./resnet.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

/** `stem`: channels of the first two of its three convolutions. */
function resnest(
  depths: readonly number[],
  stem: number,
  style: Pick<ResNetOptions, "radix" | "groups" | "widthPerGroup" | "averageFirst"> = {},
): Build {
  const structure = {
    block: ResNeStBottleneck,
    depths,
    stem: { convolutions: [stem, stem, 2 * stem] as const },
    averageDown: true,
    zeroInit: true,
    radix: 2,
    ...style,
  };
  return (options) => new ResNet({ ...structure, ...options });
}

/** The registry's ResNeSts. */
export const resNeSt: readonly ModelEntry[] = timmEntries(
  "Zhang et al., ResNeSt: Split-attention networks, CVPR workshops 2022",
  {
    resnest14d: resnest([1, 1, 1, 1], 32),
    resnest26d: resnest([2, 2, 2, 2], 32),
    resnest50d: resnest([3, 4, 6, 3], 32),
    resnest50d_1s4x24d: resnest([3, 4, 6, 3], 32, {
      radix: 1,
      groups: 4,
      widthPerGroup: 24,
      averageFirst: true,
    }),
    resnest50d_4s2x40d: resnest([3, 4, 6, 3], 32, {
      radix: 4,
      groups: 2,
      widthPerGroup: 40,
      averageFirst: true,
    }),
    resnest101e: resnest([3, 4, 23, 3], 64),
    resnest200e: resnest([3, 24, 36, 3], 64),
    resnest269e: resnest([3, 30, 48, 8], 64),
  },
);
