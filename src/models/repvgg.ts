/**
 * RepVGG.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import type { BuildOptions } from "./entry.ts";
import { checkCounts, checkFactors, checkList } from "./parts/size_checks.ts";
import { squeezedWidth, SqueezeExcite } from "./parts/squeeze_excite.ts";
import { RepNet } from "./rep_net.ts";

/** What makes one RepVGG another. */
export interface RepVggOptions extends BuildOptions {
  /** Blocks in each stage after the first block. */
  readonly depths: readonly number[];
  /** Channels of each stage. */
  readonly widths: readonly number[];
  /** Into how many groups every other block splits channels; 1 by default. */
  readonly groups?: number;
  /** The part of a block's channels that its squeeze and excitation has; none by default. */
  readonly squeeze?: number;
}

/**
 * RepVGG (Ding et al., RepVGG: Making VGG-style ConvNets great again, 2021, tables 2 and 3): 3x3 convolutions that are
 * trained with a 1x1 convolution and the identity beside them. Parameters have timm's names; `models.fold` makes the
 * plain network of figure 2c. Its stages are at strides 4, 8, 16 and 32.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.RepVgg({ numClasses: 10, depths: [1, 2], widths: [16, 32] });
 * const { stages } = model.forwardStages(torch.zeros([2, 3, 32, 32]));
 * stages.map((map) => map.shape); // [2, 16, 8, 8], [2, 32, 4, 4]
 * ```
 */
export class RepVgg extends RepNet {
  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: RepVggOptions) {
    const { depths, widths, groups = 1, squeeze } = options;
    checkList("RepVgg", "depths", depths);
    checkList("RepVgg", "widths", widths, depths.length);
    checkCounts("RepVgg", { groups });
    if (squeeze !== undefined) checkFactors("RepVgg", { squeeze });
    const attention = squeeze === undefined ? undefined : (channels: number) => {
      const squeezed = squeezedWidth(channels, squeeze, 1);
      const own = new SqueezeExcite(channels, squeezed, { activation: "relu", gate: "sigmoid" });
      return ["attn", own] as const;
    };
    super(
      "RepVgg",
      options,
      { width: Math.min(64, widths[0]), attention },
      widths.map((width, stage) =>
        Array.from({ length: depths[stage] }, (_, i) => ({
          width,
          attention,
          groups: i % 2 === 1 ? groups : 1,
        }))
      ),
    );
    // The norms of branches start with small values (timm's choice).
    for (const module of this.modules()) {
      if (!(module instanceof nn.BatchNorm2d)) continue;
      nn.init.normal_(module.weight!, 0.1, 0.1);
      nn.init.normal_(module.bias!, 0, 0.1);
    }
  }
}
