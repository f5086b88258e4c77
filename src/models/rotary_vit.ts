/**
 * The vision transformer with rotary positions.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { AttentionPoolLatent } from "./parts/attention_pool.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { fitPositions } from "./parts/fit_positions.ts";
import { PatchEmbed } from "./parts/patch_embed.ts";
import { checkGrid, type Grid, resamplePositions } from "./parts/positions.ts";
import { expandTokens } from "./parts/prefix_tokens.ts";
import { Rotary } from "./parts/rotary.ts";
import { RotaryBlock } from "./parts/rotary_block.ts";
import { initRotaryVit } from "./parts/rotary_init.ts";
import { asMap, stageEnds, throughBlocks, TokenBackbone } from "./parts/token_stages.ts";
import {
  type CheckedRotaryVit,
  checkRotaryVit,
  type RotaryVitOptions,
} from "./rotary_vit_options.ts";

/**
 * The vision transformer that turns queries and keys by the positions of patches, with what came with that: the gated MLPs
 * and sub-norms of EVA-02 (Fang et al., EVA-02: A visual representation for Neon Genesis, 2023, figure 3), the registers
 * and centered positions of DINOv3 (Siméoni et al., DINOv3, 2025, section 3.2), and the pooling by attention of the
 * Perception Encoder (Bolya et al., Perception Encoder, 2025, section 2.1).
 *
 * Parameters have timm's names. The stages are the patch tokens after a quarter, a half, three quarters and all of the
 * blocks, before the last norm.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.RotaryVit({
 *   numClasses: 10, patchSize: 4, dim: 48, depth: 4, heads: 3,
 *   positions: false, registers: 4, rotary: { kind: "centered", temperature: 100, half: true },
 * });
 * model.forward(torch.zeros([2, 3, 32, 48])).shape; // [2, 10]
 * model.forwardStages(torch.zeros([2, 3, 32, 48])).stages[0].shape; // [2, 48, 8, 12]
 * ```
 */
export class RotaryVit extends TokenBackbone {
  /** The class token, (1, 1, D), or null. */
  readonly classToken: Tensor | null = null;
  /** The registers, (1, R, D), or null. */
  readonly registers: Tensor | null = null;
  /** The position embedding, (1, tokens, D), or null. */
  readonly positions: Tensor | null = null;
  /** From images to tokens. */
  readonly patchEmbed: PatchEmbed;
  /** The turns of queries and keys, or null. */
  readonly rotary: Rotary | null = null;
  /** The norm before the blocks, or null. */
  readonly normPre: nn.Module | null = null;
  /** The transformer's blocks. */
  readonly blocks: nn.ModuleList;
  /** The norm of the tokens after the blocks, or null. */
  readonly norm: nn.Module | null = null;
  /** The attention that pools, or null. */
  readonly attentionPool: AttentionPoolLatent | null = null;
  /** The norm after the pooling, or null. */
  readonly fcNorm: nn.Module | null = null;
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
  /** Rows and columns of patches that the learned positions are for. */
  readonly grid: Grid;
  /** Whether images of other sizes are taken. */
  readonly dynamicImageSize: boolean;
  readonly #blocks: readonly RotaryBlock[];
  readonly #pool: "avg" | "token" | "map";
  /** How many tokens come before the patches, and how many of them have learned positions. */
  readonly #prefix: number;
  readonly #prefixPositions: number;

  /**
   * Builds the network with timm's initial weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: RotaryVitOptions) {
    super();
    const { numClasses, inChannels, dropout } = checkBuildOptions("RotaryVit", options);
    const all = checkRotaryVit("RotaryVit", options);
    const { dim, depth, heads, patchSize, imageSize, classToken, registers, patches, eps } = all;
    const norm = all.norm === "rms"
      ? (width: number) => new nn.RMSNorm(width, { eps })
      : (width: number) => new nn.LayerNorm(width, { eps });

    this.#prefix = Number(classToken) + registers;
    this.#prefixPositions = all.prefixPositions ? this.#prefix : 0;
    const tokens = (name: string, count: number) =>
      this.registerParameter(
        name,
        torch.scope(() => nn.init.normal_(torch.empty([1, count, dim]), 0, 0.02)),
      );
    if (classToken) this.classToken = tokens("cls_token", 1);
    if (registers) this.registers = tokens("reg_token", registers);
    if (all.positions) this.positions = tokens("pos_embed", this.#prefixPositions + patches);
    this.patchEmbed = this.registerModule(
      "patch_embed",
      new PatchEmbed(patchSize, inChannels, dim, {
        bias: !all.preNorm,
        norm: all.patchNorm ? norm : undefined,
      }),
    );
    if (all.rotary) {
      const of = { headDim: dim / heads, heads, depth, prefix: this.#prefix };
      this.rotary = this.registerModule("rope", new Rotary(of, all.rotary));
    }
    if (all.preNorm) this.normPre = this.registerModule("norm_pre", norm(dim));
    this.#blocks = blocksOf(all, norm);
    this.blocks = this.registerModule("blocks", new nn.ModuleList(this.#blocks));
    if (all.lastNorm === "tokens") this.norm = norm(dim);
    if (all.pool === "map") {
      const pool = new AttentionPoolLatent(dim, { heads: all.poolHeads, eps });
      this.attentionPool = this.registerModule("attn_pool", pool);
    }
    if (all.lastNorm === "pooled") this.fcNorm = this.registerModule("fc_norm", norm(dim));
    this.head = classifierHead(dim, numClasses, dropout);

    this.featureDim = dim;
    this.numClasses = numClasses;
    this.stageDims = stageEnds(depth).map(() => dim);
    this.patchSize = patchSize;
    this.grid = [imageSize / patchSize, imageSize / patchSize];
    this.dynamicImageSize = all.dynamicImageSize;
    this.#pool = all.pool;
    initRotaryVit(this, this.#blocks, this.head, all.init);
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
    const turns = this.rotary?.turns(grid, this.patchEmbed.proj.weight) ?? [];
    const blocks = this.#blocks.map((block, i) => ({
      forward: (x: Tensor) => block.forward(x, turns[i] ?? turns[0]),
    }));
    return throughBlocks(blocks, tokens, { prefix: this.#prefix, grid }, stages);
  }

  /** Patches with class token, registers and learned positions. */
  #embed(images: Tensor, grid: Grid): Tensor {
    const patches = this.patchEmbed.forward(images);
    const before = [this.classToken, this.registers].filter((token) => token !== null);
    const tokens = this.#prefixPositions > 0
      ? this.#placed(expandTokens(before, patches), grid)
      : expandTokens(before, this.#placed(patches, grid));
    return this.normPre?.forward(tokens) ?? tokens;
  }

  #placed(tokens: Tensor, grid: Grid): Tensor {
    if (this.positions === null) return tokens;
    const options = { from: this.grid, prefixTokens: this.#prefixPositions };
    return tokens.add(resamplePositions(this.positions, grid, options));
  }

  /** The last norm and the pooling; a norm before the class token is taken is the same after. */
  #pooled(x: Tensor): Tensor {
    if (this.#pool === "token") {
      const token = x.select(1, 0);
      const normed = this.norm?.forward(token) ?? token;
      return this.fcNorm?.forward(normed) ?? normed;
    }
    const normed = this.norm?.forward(x) ?? x;
    const pooled = this.attentionPool?.forward(normed) ??
      normed.narrow(1, this.#prefix, normed.size(1) - this.#prefix).mean(1);
    return this.fcNorm?.forward(pooled) ?? pooled;
  }

  #gridOf(images: Tensor): Grid {
    const grid = this.patchEmbed.grid(images);
    if (!this.dynamicImageSize) checkGrid("RotaryVit", grid, this.grid, images);
    return grid;
  }

  /**
   * A state dict of the same network fitted to this one: its position embedding is interpolated to this one's grid, and
   * the mask token, which only pre-training uses, left out. Everything else is passed on as it is.
   *
   * @throws {ShapeError} if the position embedding is of another number of tokens before the patches.
   */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const { mask_token: _, ...adapted } = state;
    if (this.positions === null) return adapted;
    const classToken = this.classToken !== null;
    return fitPositions(adapted, {
      model: "RotaryVit",
      grid: this.grid,
      classToken,
      registers: this.#prefix - Number(classToken),
      positions: this.#prefixPositions > 0 || this.#prefix === 0,
    });
  }
}

function blocksOf(all: CheckedRotaryVit, norm: (width: number) => nn.Module): RotaryBlock[] {
  const { dim, depth, kvHeads, qkNorm, rotary } = all;
  return dropPathRates(all.dropPath, depth).map((rate, i) =>
    new RotaryBlock(dim, rate, {
      ...all,
      kvHeads: kvHeads?.[i],
      half: rotary?.half,
      qkNorm: qkNorm ? norm : undefined,
      norm,
    })
  );
}
