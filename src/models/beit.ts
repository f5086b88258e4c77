/**
 * BEiT.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { type BeitOptions, checkBeitOptions } from "./beit_options.ts";
import { fitTableWithToken, relativePositionsWithToken } from "./parts/beit_attention.ts";
import { BeitBlock } from "./parts/beit_block.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { PatchEmbed } from "./parts/patch_embed.ts";
import { checkGrid, type Grid } from "./parts/positions.ts";
import { expandTokens } from "./parts/prefix_tokens.ts";
import { shrinkBranches } from "./parts/shrink_branches.ts";
import { asMap, stageEnds, throughBlocks, TokenBackbone } from "./parts/token_stages.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";

/** The deviation of the first weights of the head. */
const HEAD_STD = 2e-5;

/**
 * BEiT (Bao et al., BEiT: BERT pre-training of image transformers, 2022) and BEiT v2 (Peng et al. 2022): a vision transformer
 * whose tokens have no positions of their own; instead every attention adds a learned bias for how far two patches
 * are apart. The features are the mean of the patches after the blocks, then normalized. Images are square, of one size.
 *
 * Parameters have timm's names. The stages are the patch tokens after a quarter, a half, three quarters and all of the
 * blocks.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.Beit({
 *   numClasses: 10, imageSize: 32, patchSize: 8, dim: 48, depth: 4, heads: 3,
 * });
 * model.forward(torch.zeros([2, 3, 32, 32])).shape; // [2, 10]
 * ```
 */
export class Beit extends TokenBackbone {
  /** The class token, (1, 1, D). */
  readonly classToken: Tensor;
  /** From images to tokens. */
  readonly patchEmbed: PatchEmbed;
  /** The transformer's blocks. */
  readonly blocks: nn.ModuleList;
  /** The norm after the pooling. */
  readonly fcNorm: nn.LayerNorm;
  /** From features to logits. */
  override readonly head: nn.Module;
  /** The width of the tokens, D. */
  override readonly featureDim: number;
  /** The number of classes; 0 where there is no head. */
  override readonly numClasses: number;
  /** D for each of the stages, which are four where there are as many blocks. */
  override readonly stageDims: readonly number[];
  /** Height and width of a patch. */
  override readonly patchSize: number;
  /** Rows and columns of patches. */
  readonly grid: Grid;

  /**
   * Builds the network with timm's initial weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: BeitOptions) {
    super();
    const checked = checkBeitOptions(options);
    const { numClasses, inChannels, dropout, dropPath, patchSize, side } = checked;
    const { dim, depth, heads, hidden, layerScale, eps } = checked;
    this.classToken = this.registerParameter(
      "cls_token",
      torch.scope(() => nn.init.truncNormal_(torch.empty([1, 1, dim]), 0, 0.02)),
    );
    this.patchEmbed = this.registerModule(
      "patch_embed",
      new PatchEmbed(patchSize, inChannels, dim),
    );
    const index = this.registerBuffer(
      "relative_position_index",
      torch.tensor(relativePositionsWithToken(side)),
      { persistent: false },
    );
    const block = { heads, hidden, eps, layerScale, side, index };
    const blocks = dropPathRates(dropPath, depth).map((rate) => new BeitBlock(dim, rate, block));
    this.blocks = this.registerModule("blocks", new nn.ModuleList(blocks));
    this.fcNorm = this.registerModule("fc_norm", new nn.LayerNorm(dim, { eps }));
    this.head = classifierHead(dim, numClasses, dropout);
    this.featureDim = dim;
    this.numClasses = numClasses;
    this.stageDims = stageEnds(depth).map(() => dim);
    this.patchSize = patchSize;
    this.grid = [side, side];
    initTruncNormal(this, [nn.Linear]);
    shrinkBranches(blocks);
    if (this.head instanceof nn.Linear) nn.init.truncNormal_(this.head.weight, 0, HEAD_STD);
  }

  /** The features of images. @ignore */
  protected override run(images: Tensor, stages?: Tensor[]): Tensor {
    const tokens = this.#tokens(images, stages);
    return this.fcNorm.forward(tokens.narrow(1, 1, tokens.size(1) - 1).mean(1));
  }

  /** The patches' tokens after the blocks, as a map. */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => asMap(this.#tokens(images), 1, this.grid));
  }

  #tokens(images: Tensor, stages?: Tensor[]): Tensor {
    const grid = this.patchEmbed.grid(images);
    checkGrid("Beit", grid, this.grid, images);
    const tokens = torch.scope(() =>
      expandTokens([this.classToken], this.patchEmbed.forward(images))
    );
    return throughBlocks(this.blocks, tokens, { prefix: 1, grid }, stages);
  }

  /**
   * A state dict of the same network fitted to this one: the tables of relative positions are those of this one's grid, and
   * what follows from it is left out.
   *
   * @throws {ShapeError} if a table is not of a square grid of patches and a class token.
   */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const adapted = Object.entries(state)
      .filter(([name]) => !/(^|\.)relative_position_index$|^mask_token$/.test(name))
      .map(([name, tensor]): [string, Tensor] => [
        name,
        name.endsWith(".relative_position_bias_table")
          ? fitTableWithToken(tensor, this.grid[0])
          : tensor,
      ]);
    return Object.fromEntries(adapted);
  }
}
