/**
 * What a DenseNet has before its classifier.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { BlurPool2d } from "./blur_pool.ts";
import { DenseBlock, DenseTransition, normRelu } from "./dense_block.ts";

/** What a {@linkcode DenseTrunk} is made of: see `DenseNetOptions`. */
export interface DenseTrunkOptions {
  /** Channels that each layer adds. */
  readonly growth: number;
  /** Layers in each block. */
  readonly depths: readonly number[];
  /** Whether there are three 3x3 convolutions at the start. */
  readonly deepStem?: boolean;
  /** Whether the first pooling blurs. */
  readonly blurs?: boolean;
}

/** Everything before the classifier, by the names of both publishers. */
export class DenseTrunk extends nn.Module {
  /** The convolutions before the first block, each with the norm after it. */
  readonly convs: readonly [nn.Conv2d, nn.BatchNorm2d][];
  /** What halves the map before the first block, if that blurs. */
  readonly blur?: BlurPool2d;
  /** The blocks. */
  readonly blocks: readonly DenseBlock[];
  /** What is between two blocks. */
  readonly transitions: readonly DenseTransition[];
  /** The norm after the last block. */
  readonly lastNorm: nn.BatchNorm2d;
  /** Channels of the blocks' maps. */
  readonly dims: readonly number[];

  /** For images of `inChannels` channels. */
  constructor({ growth, depths, deepStem, blurs }: DenseTrunkOptions, inChannels: number) {
    super();
    let channels = 2 * growth;
    const widths = deepStem ? [growth, growth, channels] : [channels];
    const kernel = deepStem ? 3 : 7;
    this.convs = widths.map((width, i) => {
      const before = i === 0 ? inChannels : widths[i - 1];
      const stride = i === 0 ? 2 : 1;
      const options = { stride, padding: (kernel - 1) / 2, bias: false };
      return [
        this.registerModule(`conv${i}`, new nn.Conv2d(before, width, kernel, options)),
        this.registerModule(`norm${i}`, new nn.BatchNorm2d(width)),
      ];
    });
    if (blurs) this.blur = this.registerModule("blur", new BlurPool2d(channels));
    const blocks: DenseBlock[] = [];
    const transitions: DenseTransition[] = [];
    this.dims = depths.map((depth, i) => {
      if (i > 0) {
        const transition = new DenseTransition(channels);
        transitions.push(this.registerModule(`transition${i}`, transition));
        channels = Math.floor(channels / 2);
      }
      const block = new DenseBlock(channels, depth, growth);
      blocks.push(this.registerModule(`denseblock${i + 1}`, block));
      return channels += depth * growth;
    });
    this.blocks = blocks;
    this.transitions = transitions;
    this.lastNorm = this.registerModule("norm5", new nn.BatchNorm2d(channels));
  }

  /** Images to what the first block is given. */
  override forward(images: Tensor): Tensor {
    return torch.scope(() => {
      let x = images;
      for (const [conv, norm] of this.convs) x = normRelu(norm, conv.forward(x));
      return this.blur === undefined
        ? torch.maxPool2d(x, 3, 2, 1)
        : this.blur.forward(torch.maxPool2d(x, 3, 1, 1));
    });
  }
}
