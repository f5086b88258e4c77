/**
 * CLIP's image towers.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { ClipBlock, ClipBlocks } from "./parts/clip_blocks.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { fitPositions } from "./parts/fit_positions.ts";
import { type TokenActivation, tokenActivation } from "./parts/gelu.ts";
import { patchGrid } from "./parts/patch_embed.ts";
import { checkGrid, type Grid, resamplePositions } from "./parts/positions.ts";
import { checkHeads } from "./parts/self_attention.ts";
import { asMap, stageEnds, throughBlocks, TokenBackbone } from "./parts/token_stages.ts";
import {
  checkCounts,
  checkFactors,
  checkParameterCount,
  countPatches,
  transformerParameters,
} from "./parts/size_checks.ts";

/** Options of {@linkcode ClipImageTower}. */
export interface ClipOptions {
  /** The number of classes of a head on the features; 0 for none: the logits are then the features. */
  numClasses: number;
  /** Height and width of the images; 224 by default. */
  imageSize?: number;
  /** Channels of the images; 3 by default. */
  inChannels?: number;
  /** Height and width of a patch; 32 by default. */
  patchSize?: number;
  /** The width of the tokens, D; 768 by default. */
  dim?: number;
  /** The number of blocks; 12 by default. */
  depth?: number;
  /** The number of attention heads; 12 by default. */
  heads?: number;
  /** The hidden width of the blocks' MLPs over that of the tokens; 4 by default. */
  mlpRatio?: number;
  /** The width of the embedding that images share with texts, E; 512 by default. */
  embedDim?: number;
  /** The activation of the MLPs: `"quickGelu"` as OpenAI's (the default), `"gelu"` as most of OpenCLIP's. */
  activation?: TokenActivation;
  /**
   * What the features are: `"embedding"`, the class token projected to the width that is shared with texts (the
   * default; what CLIP compares), or `"pooled"`, the class token before that, without the projection.
   */
  features?: "embedding" | "pooled";
  /** Whether images of other sizes are taken, for which positions are interpolated; false by default. */
  dynamicImageSize?: boolean;
  /** The probability of dropout before the head; 0 by default. */
  dropout?: number;
  /** The probability that the last block's branches are left out; 0 by default. */
  dropPath?: number;
}

/**
 * The image tower of CLIP (Radford et al., Learning transferable visual models from natural language supervision,
 * 2021, section 2.4): a vision transformer with a norm before its blocks, whose class token is projected to the
 * width that images share with texts.
 *
 * Parameters have OpenAI's and OpenCLIP's names without `visual.` before them. The features are the projected
 * embedding, not normalized; `features: "pooled"` gives the class token before the projection. The stages are the
 * patch tokens after a quarter, a half, three quarters and all of the blocks, before the last norm. A head for
 * `numClasses` is this package's own: CLIP has none. The same networks by timm's names are
 * {@linkcode VisionTransformer}s.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using tower = new models.ClipImageTower({
 *   numClasses: 0, imageSize: 32, patchSize: 8, dim: 64, depth: 4, heads: 4, embedDim: 24,
 * });
 * tower.features(torch.zeros([2, 3, 32, 32])).shape; // [2, 24]
 * ```
 */
export class ClipImageTower extends TokenBackbone {
  /** The class token, (D). */
  readonly classToken: Tensor;
  /** The position embedding of class token and patches, (1 + patches, D). */
  readonly positions: Tensor;
  /** The projection to the embedding, (D, E), or null where the features come before it. */
  readonly proj: Tensor | null;
  /** From images to tokens. */
  readonly conv1: nn.Conv2d;
  /** The norm before the blocks. */
  readonly normPre: nn.LayerNorm;
  /** The transformer's blocks. */
  readonly transformer: nn.Module;
  /** The norm of the class token after them. */
  readonly normPost: nn.LayerNorm;
  /** From features to logits. */
  override readonly head: nn.Module;
  /** E; for features before the projection D. */
  override readonly featureDim: number;
  /** The number of classes; 0 where there is no head. */
  override readonly numClasses: number;
  /** D for each of the stages, which are four where there are as many blocks. */
  override readonly stageDims: readonly number[];
  /** Height and width of a patch. */
  override readonly patchSize: number;
  /** Rows and columns of patches. */
  readonly grid: Grid;
  /** Whether images of other sizes are taken. */
  readonly dynamicImageSize: boolean;
  readonly #blocks: readonly ClipBlock[];

  /**
   * Builds the tower with OpenAI's initial weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: ClipOptions) {
    super();
    const name = "ClipImageTower";
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions(name, options);
    const { imageSize = 224, patchSize = 32, dim = 768, depth = 12, heads = 12 } = options;
    const { mlpRatio = 4, embedDim = 512, activation = "quickGelu" } = options;
    const { features = "embedding", dynamicImageSize = false } = options;
    checkCounts(name, { dim, depth, heads, embedDim });
    checkFactors(name, { mlpRatio });
    checkHeads(name, dim, heads);
    tokenActivation(activation);
    const patches = countPatches(name, imageSize, patchSize);
    if (features !== "embedding" && features !== "pooled") {
      throw new ArgumentError(`${name}: features is "embedding" or "pooled", got "${features}".`);
    }
    const hidden = Math.trunc(dim * mlpRatio);
    checkCounts(name, { "dim times mlpRatio": Math.min(hidden, 1) });
    checkParameterCount(
      name,
      transformerParameters(depth, dim, hidden) + embedDim * (dim + numClasses) +
        dim * (patches + inChannels * patchSize ** 2 + numClasses),
      { imageSize, patchSize, inChannels, dim, depth, mlpRatio, embedDim, numClasses },
    );

    this.classToken = this.#parameter("class_embedding", [dim], dim);
    this.positions = this.#parameter("positional_embedding", [1 + patches, dim], dim);
    const projects = features === "embedding";
    this.proj = projects ? this.#parameter("proj", [dim, embedDim], dim) : null;
    this.conv1 = this.registerModule(
      "conv1",
      new nn.Conv2d(inChannels, dim, patchSize, { stride: patchSize, bias: false }),
    );
    this.normPre = this.registerModule("ln_pre", new nn.LayerNorm(dim));
    this.#blocks = dropPathRates(dropPath, depth)
      .map((dropPath) => new ClipBlock(dim, heads, hidden, { activation, dropPath }));
    this.transformer = this.registerModule("transformer", new ClipBlocks(this.#blocks));
    this.normPost = this.registerModule("ln_post", new nn.LayerNorm(dim));
    this.featureDim = projects ? embedDim : dim;
    this.head = classifierHead(this.featureDim, numClasses, dropout);

    this.numClasses = numClasses;
    this.patchSize = patchSize;
    this.grid = [imageSize / patchSize, imageSize / patchSize];
    this.dynamicImageSize = dynamicImageSize;
    this.stageDims = stageEnds(depth).map(() => dim);
  }

  #parameter(name: string, shape: number[], dim: number): Tensor {
    const values = torch.scope(() => nn.init.normal_(torch.empty(shape), 0, dim ** -0.5));
    return this.registerParameter(name, values);
  }

  /** The features of images. @ignore */
  protected override run(images: Tensor, stages?: Tensor[]): Tensor {
    const x = this.#tokens(images, this.#gridOf(images), stages);
    const pooled = this.normPost.forward(x.select(1, 0));
    return this.proj === null ? pooled : pooled.matmul(this.proj);
  }

  /** The patches' tokens after the last norm, as a map (B, D, rows, columns). */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => {
      const grid = this.#gridOf(images);
      return asMap(this.normPost.forward(this.#tokens(images, grid)), 1, grid);
    });
  }

  #gridOf(images: Tensor): Grid {
    const grid = patchGrid(images, this.conv1.inChannels, this.conv1.kernelSize[0]);
    if (!this.dynamicImageSize) checkGrid("ClipImageTower", grid, this.grid, images);
    return grid;
  }

  #tokens(images: Tensor, grid: Grid, stages?: Tensor[]): Tensor {
    const tokens = torch.scope(() => this.#embed(images, grid));
    return throughBlocks(this.#blocks, tokens, { prefix: 1, grid }, stages);
  }

  #embed(images: Tensor, grid: Grid): Tensor {
    const patches = this.conv1.forward(images).flatten(2).transpose(1, 2);
    const positions = resamplePositions(this.positions.unsqueeze(0), grid, { from: this.grid });
    const classTokens = this.classToken.expand(images.size(0), 1, -1);
    return this.normPre.forward(torch.cat([classTokens, patches], 1).add(positions));
  }

  /**
   * A state dict of the same tower fitted to this one: its position embedding is interpolated to this one's grid,
   * and the projection left out if this one has none. Everything else is passed on as it is.
   *
   * @throws {ShapeError} if the position embedding is not of a class token and the patches of a square image.
   */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const adapted: Record<string, Tensor> = { ...state };
    if (this.proj === null) delete adapted["proj"];
    const given = state["positional_embedding"];
    if (given === undefined || given.ndim !== 2) return adapted;
    const { pos_embed } = torch.noGrad(() =>
      fitPositions({ pos_embed: given.unsqueeze(0) }, {
        model: "ClipImageTower",
        grid: this.grid,
        classToken: true,
        registers: 0,
        positions: true,
      })
    );
    adapted["positional_embedding"] = torch.noGrad(() => pos_embed.squeeze(0));
    return adapted;
  }
}
