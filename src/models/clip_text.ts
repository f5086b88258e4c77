/**
 * CLIP's text towers.
 *
 * @module
 */

import { DTypeError, ShapeError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { ClipBlock, ClipBlocks } from "./parts/clip_blocks.ts";
import { type TokenActivation, tokenActivation } from "./parts/gelu.ts";
import { checkHeads } from "./parts/self_attention.ts";
import {
  checkCounts,
  checkFactors,
  checkParameterCount,
  transformerParameters,
} from "./parts/size_checks.ts";
import { chain } from "./parts/stage.ts";

/** Options of {@linkcode ClipTextTower}. */
export interface ClipTextOptions {
  /** How many tokens there are; 49,408 by default. */
  vocabSize?: number;
  /** How many tokens a text may have, the first and the last included; 77 by default. */
  contextLength?: number;
  /** The width of the tokens, D; 512 by default. */
  dim?: number;
  /** The number of blocks; 12 by default. */
  depth?: number;
  /** The number of attention heads; by default one for each 64 of the width, as all of OpenAI's have. */
  heads?: number;
  /** The hidden width of the blocks' MLPs over that of the tokens; 4 by default. */
  mlpRatio?: number;
  /** The width of the embedding that texts share with images, E; 512 by default. */
  embedDim?: number;
  /** The activation of the MLPs: `"quickGelu"` as OpenAI's (the default), `"gelu"` as most of OpenCLIP's. */
  activation?: TokenActivation;
}

/**
 * The text tower of CLIP (Radford et al., Learning transferable visual models from natural language supervision,
 * 2021, section 2.4): a transformer in which a token sees only those before it. What it makes of the last token of a
 * text is normalized and projected to the width that texts share with images.
 *
 * Parameters have OpenAI's and OpenCLIP's names. The last token of a text is the one with the largest number, as in
 * both; what stands after it changes nothing, so that texts may be cut off behind the longest one's. The embeddings are
 * not normalized. {@linkcode loadClipText} makes one of published weights, a {@linkcode ClipTokenizer} tokens of texts.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using tower = new models.ClipTextTower({ vocabSize: 600, dim: 64, depth: 2, embedDim: 24 });
 * const tokens = torch.tensor([[598, 32, 599, 0], [598, 32, 125, 599]], { dtype: "int64" });
 * tower.forward(tokens).shape; // [2, 24]
 * ```
 */
export class ClipTextTower extends nn.Module {
  /** The vectors of the tokens, by OpenAI's name. */
  readonly token_embedding: nn.Embedding;
  /** The position embedding, (contextLength, D). */
  readonly positions: Tensor;
  /** The transformer's blocks. */
  readonly transformer: ClipBlocks;
  /** The norm after them, by OpenAI's name. */
  readonly ln_final: nn.LayerNorm;
  /** The projection to the embedding, (D, E). */
  readonly projection: Tensor;
  /** How many tokens there are. */
  readonly vocabSize: number;
  /** How many tokens a text may have. */
  readonly contextLength: number;
  /** The width of the embedding, E. */
  readonly embedDim: number;
  readonly #blocks: readonly ClipBlock[];

  /**
   * Builds the tower with OpenAI's initial weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: ClipTextOptions = {}) {
    super();
    const name = "ClipTextTower";
    const { vocabSize = 49408, contextLength = 77, dim = 512, depth = 12, mlpRatio = 4 } = options;
    const { heads = Math.max(1, Math.floor(dim / 64)), embedDim = 512 } = options;
    const { activation = "quickGelu" } = options;
    checkCounts(name, { vocabSize, contextLength, dim, depth, heads, embedDim });
    checkFactors(name, { mlpRatio });
    checkHeads(name, dim, heads);
    tokenActivation(activation);
    const hidden = Math.trunc(dim * mlpRatio);
    checkCounts(name, { "dim times mlpRatio": Math.min(hidden, 1) });
    checkParameterCount(
      name,
      transformerParameters(depth, dim, hidden) + dim * (vocabSize + contextLength + embedDim),
      { vocabSize, contextLength, dim, depth, mlpRatio, embedDim },
    );
    this.positions = this.#parameter("positional_embedding", [contextLength, dim], 0.01);
    this.projection = this.#parameter("text_projection", [dim, embedDim], dim ** -0.5);
    this.token_embedding = new nn.Embedding(vocabSize, dim);
    nn.init.normal_(this.token_embedding.weight, 0, 0.02);
    this.#blocks = Array.from({ length: depth }, () => {
      const block = new ClipBlock(dim, heads, hidden, { activation, causal: true });
      initialize(block, dim, depth);
      return block;
    });
    this.transformer = new ClipBlocks(this.#blocks);
    this.ln_final = new nn.LayerNorm(dim);
    this.vocabSize = vocabSize;
    this.contextLength = contextLength;
    this.embedDim = embedDim;
  }

  #parameter(name: string, shape: number[], std: number): Tensor {
    return this.registerParameter(
      name,
      torch.scope(() => nn.init.normal_(torch.empty(shape), 0, std)),
    );
  }

  /**
   * The embeddings of texts: tokens (B, L), with L at most the context length, to (B, E).
   *
   * @throws {ShapeError} if the tokens are no matrix, none, or too many.
   * @throws {DTypeError} if they are not whole numbers.
   * @throws {IndexError} if a token is none of the vocabulary.
   */
  override forward(tokens: Tensor): Tensor {
    const shape = tokens.shape;
    const length = shape[1] ?? 0;
    if (shape.length !== 2 || length === 0 || length > this.contextLength) {
      throw new ShapeError(
        `ClipTextTower: tokens are (B, L), with L from 1 to ${this.contextLength}, got [${
          shape.join(", ")
        }].`,
      );
    }
    if (tokens.dtype !== "int64" && tokens.dtype !== "int32") {
      throw new DTypeError(
        `ClipTextTower: tokens are whole numbers, int64 or int32, got ${tokens.dtype}.`,
      );
    }
    return torch.scope(() => {
      const embedded = this.token_embedding.forward(tokens)
        .add(this.positions.narrow(0, 0, length));
      const x = chain(this.#blocks, embedded);
      // A norm is of one token alone: only those that are looked at need it.
      const last = tokens.argmax(1, true).unsqueeze(2).expand(-1, -1, x.size(2));
      return this.ln_final.forward(x.gather(1, last).squeeze(1)).matmul(this.projection);
    });
  }
}

/** OpenAI's initial weights of a block. */
function initialize({ attn, mlp }: ClipBlock, dim: number, depth: number): void {
  const [inner, outer] = [dim ** -0.5, (2 * dim * depth) ** -0.5];
  nn.init.normal_(attn.inProjWeight!, 0, inner);
  nn.init.normal_(attn.outProj.weight, 0, outer);
  nn.init.normal_(mlp.fc1.weight, 0, (2 * dim) ** -0.5);
  nn.init.normal_(mlp.fc2.weight, 0, outer);
}
