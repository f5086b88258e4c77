/**
 * MobileOne.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { BuildOptions } from "./entry.ts";
import { checkCounts, checkList } from "./parts/size_checks.ts";
import { squeezedWidth, SqueezeExcite } from "./parts/squeeze_excite.ts";
import { type RepBlock, RepNet } from "./rep_net.ts";

/** What makes one MobileOne another. */
export interface MobileOneOptions extends BuildOptions {
  /** Pairs of a depthwise and a pointwise block in each stage. */
  readonly depths: readonly number[];
  /** Channels of each stage. */
  readonly widths: readonly number[];
  /** How many convolutions every block is trained as (k of the paper's table 7); 1 by default. */
  readonly branches?: number;
  /** How many of the last pairs of each stage have squeeze and excitation; none by default. */
  readonly squeezed?: readonly number[];
}

/**
 * MobileOne (Vasu et al., An improved one millisecond mobile backbone, 2023, table 2): depthwise 3x3 and pointwise
 * convolutions in turn, each trained as several (figure 3). Parameters have timm's names; `models.fold` makes the plain
 * network. Its stages are at strides 4, 8, 16 and 32.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.MobileOne({ numClasses: 10, depths: [1, 2], widths: [16, 32] });
 * model.forward(torch.zeros([2, 3, 32, 32])).shape; // [2, 10]
 * ```
 */
export class MobileOne extends RepNet {
  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: MobileOneOptions) {
    const { depths, widths, branches = 1, squeezed } = options;
    checkList("MobileOne", "depths", depths);
    checkList("MobileOne", "widths", widths, depths.length);
    checkCounts("MobileOne", { branches });
    if (squeezed !== undefined && squeezed.length !== depths.length) {
      throw new ArgumentError(
        `MobileOne: squeezed must have ${depths.length} numbers, one for each stage, got ${squeezed.length}.`,
      );
    }
    const attention = (channels: number) => {
      const few = squeezedWidth(channels);
      const own = new SqueezeExcite(channels, few, { activation: "relu", gate: "sigmoid" });
      return ["attn", own] as const;
    };
    const first = Math.min(64, widths[0]);
    let before = first;
    const stages = widths.map((width, stage) =>
      Array.from({ length: depths[stage] }, (_, i): RepBlock[] => {
        const own = {
          branches,
          attention: i >= depths[stage] - (squeezed?.[stage] ?? 0) ? attention : undefined,
        };
        const depthwise = { ...own, width: before, groups: before };
        before = width;
        return [depthwise, { ...own, width, kernel: 1 }];
      }).flat()
    );
    super("MobileOne", options, { width: first, branches: 1 }, stages);
  }
}
