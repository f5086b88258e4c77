/**
 * RADIO.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { CpePatches } from "./parts/cpe_patches.ts";
import type { Grid } from "./parts/positions.ts";
import { InputConditioner, RadioNames } from "./parts/radio_names.ts";
import { asMap, stageEnds, throughBlocks, TokenBackbone } from "./parts/token_stages.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";
import { vitBlocks } from "./parts/vit_blocks.ts";
import type { RadioAdaptor, RadioOutput } from "./radio_adaptor.ts";
import { checkRadioOptions, type RadioOptions } from "./radio_options.ts";

/** What RADIO makes of images. */
export interface RadioTokens {
  /** A token for each teacher, (B, T, D). */
  readonly summaries: Tensor;
  /** The patches, row by row, (B, N, D). */
  readonly patches: Tensor;
}

/**
 * RADIO (Ranzinger et al., AM-RADIO: agglomerative vision foundation model, 2024, figure 2; Heinrich et al., RADIOv2.5, 2025):
 * a vision transformer that learned from several teachers, with a class token for each, and without a last norm. Positions
 * are learned for 2048 pixels; smaller images take the upper left part of what is resized to their longer side. Images
 * of any shape are taken whose sides are multiples of a patch's. **Pixels are from 0 to 1: RADIO normalizes them itself.**
 * The crops of positions at random that it was trained with are not here: training sees what evaluation does.
 *
 * Parameters have the names of NVIDIA's files on the hub. The features are the summary, (B, S · D): the class tokens of
 * the first S teachers in a row. The stages are the patch tokens after a quarter, a half, three quarters and all of the
 * blocks. What the heads of its training make of it is in the same file: {@linkcode loadRadioAdaptor}.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.Radio({
 *   numClasses: 0, teachers: ["siglip2-g", "dino_v3", "sam3"], summaries: 2,
 *   patchSize: 8, dim: 48, depth: 4, heads: 3, gridSize: 16,
 * });
 * model.features(torch.zeros([2, 3, 32, 48])).shape; // [2, 96]
 * ```
 */
export class Radio extends TokenBackbone {
  /** From features to logits. */
  override readonly head: nn.Module;
  /** The width of the summary, S · D. */
  override readonly featureDim: number;
  /** The number of classes; 0 where there is no head. */
  override readonly numClasses: number;
  /** D for each of the stages, which are four where there are as many blocks. */
  override readonly stageDims: readonly number[];
  /** Height and width of a patch. */
  override readonly patchSize: number;
  /** The teachers that it learned from, in the order of their tokens. */
  readonly teachers: readonly string[];
  readonly #conditioner: InputConditioner;
  readonly #patches: CpePatches;
  readonly #blocks: nn.ModuleList;
  readonly #summaries: number;
  readonly #prefix: number;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: RadioOptions) {
    super();
    const checked = checkRadioOptions(options);
    const { teachers, summaries, registers, gridSize, alignCorners } = checked;
    const { dim, depth, inChannels, patchSize } = checked.trunk;
    this.#prefix = teachers.length + registers;
    this.#summaries = summaries;
    this.#conditioner = new InputConditioner(inChannels);
    this.#patches = new CpePatches({
      ...{ inChannels, patchSize, dim, gridSize, alignCorners, tokens: this.#prefix },
    });
    this.#blocks = vitBlocks(checked.trunk);
    this.registerModule(
      "radio_model",
      new RadioNames(this.#conditioner, this.#patches, this.#blocks),
    );
    this.featureDim = this.#summaries * dim;
    this.head = classifierHead(this.featureDim, checked.trunk.numClasses, checked.trunk.dropout);
    this.numClasses = checked.trunk.numClasses;
    this.stageDims = stageEnds(depth).map(() => dim);
    this.patchSize = patchSize;
    this.teachers = [...teachers];
    initTruncNormal(this, [nn.Linear]);
  }

  /** The tokens of images (B, C, H, W). */
  tokens(images: Tensor): RadioTokens {
    return torch.scope(() => {
      const x = this.#through(images, this.#patches.grid(images));
      const count = this.teachers.length;
      return {
        summaries: x.narrow(1, 0, count),
        patches: x.narrow(1, this.#prefix, x.size(1) - this.#prefix),
      };
    });
  }

  /**
   * Images (B, C, H, W) as one of the teachers would see them: what its adaptor makes of its class token and the patches.
   *
   * @throws {ArgumentError} if RADIO did not learn from the adaptor's teacher.
   */
  adapted(images: Tensor, adaptor: RadioAdaptor): RadioOutput {
    const slot = this.teachers.indexOf(adaptor.teacher);
    if (slot < 0) {
      throw new ArgumentError(
        `This Radio learned from ${this.teachers.join(", ")}, not from "${adaptor.teacher}".`,
      );
    }
    return torch.scope(() => {
      const { summaries, patches } = this.tokens(images);
      return {
        summary: adaptor.summary(summaries.select(1, slot)),
        patches: adaptor.forward(patches),
      };
    });
  }

  /** The features of images. @ignore */
  protected override run(images: Tensor, stages?: Tensor[]): Tensor {
    const x = this.#through(images, this.#patches.grid(images), stages);
    return x.narrow(1, 0, this.#summaries).flatten(1);
  }

  /** The patches' tokens after the blocks, as a map (B, D, rows, columns). */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => {
      const grid = this.#patches.grid(images);
      return asMap(this.#through(images, grid), this.#prefix, grid);
    });
  }

  #through(images: Tensor, grid: Grid, stages?: Tensor[]): Tensor {
    const tokens = torch.scope(() => this.#patches.forward(this.#conditioner.forward(images)));
    return throughBlocks(this.#blocks, tokens, { prefix: this.#prefix, grid }, stages);
  }

  /** A state dict of the same network without the heads of its training, which {@linkcode loadRadioAdaptor} reads. */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const own = new Set(Object.keys(this.stateDict()));
    return Object.fromEntries(
      Object.entries(state).filter(([name, tensor]) =>
        own.has(name) || !(ASIDE.test(name) || SCALE.test(name) && isOne(tensor))
      ),
    );
  }
}

/** What files have beside the network: heads of its training, how its layers are made alike, patches of videos. */
const ASIDE =
  /^radio_model\.(adaptors\.|inter_feature_normalizer\.|model\.patch_generator\.video_embedder\.)/;

/** Scales of branches, which transformers writes where there are none. */
const SCALE = /\.ls[12]\.gamma$/;

function isOne(tensor: Tensor): boolean {
  return torch.noGrad(() => torch.scope(() => tensor.eq(1).all().item() as unknown as boolean));
}
