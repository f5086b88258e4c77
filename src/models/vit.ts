/**
 * The vision transformer.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { type TokenActivation, tokenActivation } from "./parts/gelu.ts";
import { fitPositions } from "./parts/fit_positions.ts";
import { PatchEmbed } from "./parts/patch_embed.ts";
import { checkGrid, type Grid, resamplePositions } from "./parts/positions.ts";
import { checkHeads } from "./parts/self_attention.ts";
import {
  checkCounts,
  checkFactors,
  checkParameterCount,
  checkSmall,
  countPatches,
  transformerParameters,
} from "./parts/size_checks.ts";
import { PackedSwiGlu } from "./parts/swiglu.ts";
import { asMap, stageEnds, throughBlocks, TokenBackbone } from "./parts/token_stages.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";
import { VitBlock } from "./parts/vit_block.ts";

/** Options of {@linkcode VisionTransformer}. */
export interface VitOptions {
  /** The number of classes; 0 for no head: the logits are then the features. */
  numClasses: number;
  /** Height and width of the images; 224 by default. */
  imageSize?: number;
  /** Channels of the images; 3 by default. */
  inChannels?: number;
  /** Height and width of a patch; 16 by default. */
  patchSize?: number;
  /** The width of the tokens; 768 by default. */
  dim?: number;
  /** The number of blocks; 12 by default. */
  depth?: number;
  /** The number of attention heads; 12 by default. */
  heads?: number;
  /** The hidden width of the blocks' MLPs over that of the tokens; 4 by default. */
  mlpRatio?: number;
  /** The activation of the MLPs; `"gelu"` by default. `"swiglu"` makes them gated (DINOv2's giant). */
  activation?: TokenActivation | "swiglu";
  /** Whether queries, keys and values have biases; true by default. */
  qkvBias?: boolean;
  /** What learned scales of the residual branches start with (DINOv2: 1e-5); there are none by default. */
  layerScale?: number;
  /** Whether there is a class token; true by default. */
  classToken?: boolean;
  /** The number of register tokens (Darcet et al., Vision transformers need registers, 2024); 0 by default. */
  registers?: number;
  /** Whether class token and registers have position embeddings too; true by default. */
  prefixPositions?: boolean;
  /** Whether the tokens are normalized before the blocks, and patches have no bias (CLIP); false by default. */
  preNorm?: boolean;
  /** What the features are: the class token (`"token"`) or the mean of the patches (`"avg"`); by what there is. */
  pool?: "token" | "avg";
  /** Whether the last norm comes after the pooling; true for `"avg"` by default. */
  fcNorm?: boolean;
  /** What the norms add to the variance; 1e-6 by default. */
  eps?: number;
  /** Whether images of other sizes are taken, for which positions are interpolated; false by default. */
  dynamicImageSize?: boolean;
  /** The probability of dropout before the head; 0 by default. */
  dropout?: number;
  /** The probability that the last block's branches are left out; 0 by default. */
  dropPath?: number;
}

/**
 * The vision transformer (Dosovitskiy et al., An image is worth 16x16 words, 2021, figure 1), with what later ones
 * added: layer scale, registers and a gated MLP (Oquab et al., DINOv2, 2024; Darcet et al. 2024), a norm before the
 * blocks and quick GELU (Radford et al., CLIP, 2021). Images are square, unless `dynamicImageSize` is on.
 *
 * Parameters have timm's names. The stages are the patch tokens after a quarter, a half, three quarters and all of
 * the blocks, before the last norm; the features are the class token, or the mean of the patches, after it.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.VisionTransformer({
 *   numClasses: 10, imageSize: 32, patchSize: 4, dim: 48, depth: 4, heads: 3,
 * });
 * const images = torch.zeros([2, 3, 32, 32]);
 * model.forward(images).shape; // [2, 10]
 * model.forwardStages(images).stages[0].shape; // [2, 48, 8, 8]
 * ```
 */
export class VisionTransformer extends TokenBackbone {
  /** The class token, (1, 1, D), or null. */
  readonly classToken: Tensor | null = null;
  /** The registers, (1, R, D), or null. */
  readonly registers: Tensor | null = null;
  /** The position embedding, (1, tokens, D). */
  readonly positions: Tensor;
  /** From images to tokens. */
  readonly patchEmbed: PatchEmbed;
  /** The norm before the blocks, or null. */
  readonly normPre: nn.LayerNorm | null = null;
  /** The transformer's blocks. */
  readonly blocks: nn.ModuleList;
  /** The norm after the blocks, or null if it comes after the pooling. */
  readonly norm: nn.LayerNorm | null = null;
  /** The norm after the pooling, or null. */
  readonly fcNorm: nn.LayerNorm | null = null;
  /** From features to logits. */
  override readonly head: nn.Module;
  /** The width of the tokens, D. */
  override readonly featureDim: number;
  /** The number of classes; 0 where there is no head. */
  override readonly numClasses: number;
  /** D for each of the stages, which are four where there are as many blocks. */
  override readonly stageDims: readonly number[];
  /** Height and width of the images. */
  readonly imageSize: number;
  /** Height and width of a patch. */
  override readonly patchSize: number;
  /** Rows and columns of patches. */
  readonly grid: Grid;
  /** Whether images of other sizes are taken. */
  readonly dynamicImageSize: boolean;
  readonly #pool: "token" | "avg";
  /** How many tokens come before the patches, and how many of them have positions. */
  readonly #prefix: number;
  readonly #prefixPositions: number;

  /**
   * Builds the network with timm's initial weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: VitOptions) {
    super();
    const name = "VisionTransformer";
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions(name, options);
    const { imageSize = 224, patchSize = 16, dim = 768, depth = 12 } = options;
    const { heads = 12, mlpRatio = 4, activation = "gelu", qkvBias = true, layerScale } = options;
    const { classToken = true, registers = 0, prefixPositions = true, preNorm = false } = options;
    const { pool = classToken ? "token" : "avg", eps = 1e-6 } = options;
    checkCounts(name, { dim, depth, heads });
    checkCounts(name, { registers }, 0);
    checkFactors(name, { mlpRatio });
    checkSmall(name, { eps, ...(layerScale === undefined ? {} : { layerScale }) });
    checkHeads(name, dim, heads);
    const patches = countPatches(name, imageSize, patchSize);
    const hidden = Math.trunc(dim * mlpRatio);
    checkCounts(name, { "dim times mlpRatio": Math.min(hidden, 1) });
    checkParameterCount(
      name,
      transformerParameters(depth, dim, hidden) +
        dim * (patches + registers + inChannels * patchSize ** 2 + numClasses),
      { imageSize, patchSize, inChannels, dim, depth, mlpRatio, registers, numClasses },
    );
    if (pool !== "avg" && (pool !== "token" || !classToken)) {
      throw new ArgumentError(
        `${name}: pool is "avg", or "token" where there is a class token, got "${pool}".`,
      );
    }
    if (activation !== "swiglu") tokenActivation(activation);
    const fcNorm = options.fcNorm ?? pool === "avg";

    this.#prefix = Number(classToken) + registers;
    this.#prefixPositions = prefixPositions ? this.#prefix : 0;
    if (classToken) this.classToken = this.#token("cls_token", 1, dim, 1e-6);
    if (registers) this.registers = this.#token("reg_token", registers, dim, 1e-6);
    this.positions = this.#token("pos_embed", this.#prefixPositions + patches, dim, 0.02);
    this.patchEmbed = this.registerModule(
      "patch_embed",
      new PatchEmbed(patchSize, inChannels, dim, { bias: !preNorm }),
    );
    if (preNorm) this.normPre = this.registerModule("norm_pre", new nn.LayerNorm(dim, { eps }));
    const block = { heads, hidden, activation, qkvBias, eps, layerScale };
    const rates = dropPathRates(dropPath, depth);
    const blocks = rates.map((rate) => new VitBlock(dim, rate, block));
    this.blocks = this.registerModule("blocks", new nn.ModuleList(blocks));
    const last = new nn.LayerNorm(dim, { eps });
    if (fcNorm) this.fcNorm = this.registerModule("fc_norm", last);
    else this.norm = last;
    this.head = classifierHead(dim, numClasses, dropout);

    this.featureDim = dim;
    this.numClasses = numClasses;
    this.imageSize = imageSize;
    this.patchSize = patchSize;
    this.grid = [imageSize / patchSize, imageSize / patchSize];
    this.dynamicImageSize = options.dynamicImageSize ?? false;
    this.#pool = pool;
    this.stageDims = stageEnds(depth).map(() => dim);
    initTruncNormal(this, [nn.Linear]);
    openGates(this);
  }

  #token(name: string, count: number, dim: number, std: number): Tensor {
    const tokens = torch.scope(() => nn.init.normal_(torch.empty([1, count, dim]), 0, std));
    return this.registerParameter(name, tokens);
  }

  /** The features of images. @ignore */
  protected override run(images: Tensor, stages?: Tensor[]): Tensor {
    return this.#pooled(this.#tokens(images, this.#gridOf(images), stages));
  }

  /** The patches' tokens after the last norm, if there is one before the pooling, as a map. */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => {
      const grid = this.#gridOf(images);
      const x = this.#tokens(images, grid);
      return asMap(this.norm?.forward(x) ?? x, this.#prefix, grid);
    });
  }

  #tokens(images: Tensor, grid: Grid, stages?: Tensor[]): Tensor {
    const tokens = torch.scope(() => this.#embed(images, grid));
    return throughBlocks(this.blocks, tokens, { prefix: this.#prefix, grid }, stages);
  }

  /** Patches with class token, registers and positions: equation 1. */
  #embed(images: Tensor, grid: Grid): Tensor {
    const prefixTokens = this.#prefixPositions;
    const positions = resamplePositions(this.positions, grid, { from: this.grid, prefixTokens });
    const patches = this.patchEmbed.forward(images);
    const batch = images.size(0);
    const before = [this.classToken, this.registers]
      .flatMap((token) => token === null ? [] : [token.expand(batch, -1, -1)]);
    const join = (tokens: Tensor) => before.length > 0 ? torch.cat([...before, tokens], 1) : tokens;
    const tokens = prefixTokens > 0 ? join(patches).add(positions) : join(patches.add(positions));
    return this.normPre?.forward(tokens) ?? tokens;
  }

  /** The last norm and the pooling, in the order that is set; a norm before the class token is taken is the same. */
  #pooled(x: Tensor): Tensor {
    if (this.#pool === "token") return (this.norm ?? this.fcNorm)!.forward(x.select(1, 0));
    const normed = this.norm?.forward(x) ?? x;
    const mean = normed.narrow(1, this.#prefix, normed.size(1) - this.#prefix).mean(1);
    return this.fcNorm?.forward(mean) ?? mean;
  }

  #gridOf(images: Tensor): Grid {
    const grid = this.patchEmbed.grid(images);
    if (!this.dynamicImageSize) checkGrid("VisionTransformer", grid, this.grid, images);
    return grid;
  }

  /**
   * A state dict of the same network fitted to this one: its position embedding is interpolated to this one's grid,
   * class token and registers that have positions on one side only are reconciled (to the same outputs), and DINOv2's
   * mask token, which only its training uses, left out. Everything else is passed on as it is.
   *
   * @throws {ShapeError} if the position embedding is of another number of tokens before the patches.
   */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const { mask_token: _, ...adapted } = state;
    const classToken = this.classToken !== null;
    return fitPositions(adapted, {
      model: "VisionTransformer",
      grid: this.grid,
      classToken,
      registers: this.#prefix - Number(classToken),
      positions: this.#prefixPositions > 0 || this.#prefix === 0,
    });
  }
}

/** Gates of gated MLPs start open, as timm's do: with weights near 0 and biases of 1. */
function openGates(model: nn.Module): void {
  for (const [, module] of model.namedModules()) {
    if (!(module instanceof PackedSwiGlu)) continue;
    const { weight, bias } = module.fc1;
    torch.scope(() => {
      nn.init.normal_(torch.noGrad(() => weight.chunk(2)[1]), 0, 1e-6);
      nn.init.ones_(torch.noGrad(() => bias!.chunk(2)[1]));
    });
  }
}
