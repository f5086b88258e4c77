/**
 * TinyViT.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { convBn } from "./parts/conv_norm_act.ts";
import { dropPathRates } from "./parts/drop_path.ts";
import { NamedChain } from "./parts/named_chain.ts";
import { NamedHead } from "./parts/named_head.ts";
import { checkHeads } from "./parts/self_attention.ts";
import { checkBlocks, checkCounts, checkList, checkParameterCount } from "./parts/size_checks.ts";
import { chainGroups, Stage } from "./parts/stage.ts";
import { TinyConvs, TinyVitBlock } from "./parts/tiny_vit_blocks.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";

/** What makes one TinyViT another. */
export interface TinyVitOptions extends BuildOptions {
  /** Channels of each stage, the first of which has convolutions only. */
  readonly dims: readonly number[];
  /** Blocks in each stage. */
  readonly depths: readonly number[];
  /** Attention heads in each stage; those of the first are not used. */
  readonly heads: readonly number[];
  /** The side of the windows in each stage; that of the first is not used. */
  readonly windows: readonly number[];
}

/**
 * TinyViT (Wu et al., TinyViT: fast pretraining distillation for small vision transformers, 2022, figure 3): convolutions
 * first, then attention within windows, with a convolution between it and the MLP. Parameters have timm's names. Its stages are
 * at strides 4, 8, 16 and 32.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = models.create("tiny_vit_5m_224", { numClasses: 10 });
 * student.forward(torch.zeros([1, 3, 64, 64])).shape; // [1, 10]
 * ```
 */
export class TinyVit extends Backbone {
  /** The stages. */
  readonly stages: nn.ModuleList;
  /** Channels of the stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[];
  /** Channels of the last stage. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #stem: NamedChain;
  readonly #head: NamedHead;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: TinyVitOptions) {
    super();
    const { dims, depths, heads, windows } = options;
    const { numClasses, inChannels, dropout, dropPath } = checkBuildOptions("TinyVit", options);
    checkShape(options, inChannels);
    const half = Math.floor(dims[0] / 2);
    this.#stem = this.registerModule(
      "patch_embed",
      new NamedChain({
        conv1: convBn(inChannels, half, { kernel: 3, stride: 2, activation: "gelu" }),
        conv2: convBn(half, dims[0], { kernel: 3, stride: 2 }),
      }),
    );
    const rates = dropPathRates(dropPath, depths.reduce((a, b) => a + b));
    const stages = dims.map((dim, i) => {
      const blocks = rates.splice(0, depths[i]).map((rate) =>
        i === 0
          ? new TinyConvs(dim, dim, { hidden: 4 * dim, dropPath: rate })
          : new TinyVitBlock(dim, { heads: heads[i], window: windows[i], dropPath: rate })
      );
      const halving = () => new TinyConvs(dims[i - 1], dim, { hidden: dim });
      return new NamedChain({
        ...(i > 0 && { downsample: halving() }),
        blocks: new Stage(...blocks),
      });
    });
    this.stages = new nn.ModuleList(stages);
    this.stageDims = [...dims];
    this.stageReductions = dims.map((_, i) => 4 * 2 ** i);
    this.featureDim = dims.at(-1)!;
    this.numClasses = numClasses;
    const norm = new nn.LayerNorm(this.featureDim);
    const fc = classifierHead(this.featureDim, numClasses, dropout);
    this.#head = this.registerModule("head", new NamedHead(fc, { norm }));
    initTruncNormal(this, [nn.Linear]);
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.#head.fc;
  }

  /** (B, C, H, W) to the maps of the stages, and the normed mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    using first = this.#stem.forward(images);
    const stages = chainGroups([...this.stages].map((stage) => [stage]), first);
    const features = torch.scope(() => this.#head.forward(stages.at(-1)!.mean([2, 3])));
    return { stages, features };
  }

  /**
   * A state dict of the same network fitted to this one: biases of offsets are interpolated to this one's windows, as timm does,
   * and what older files keep that follows from the windows' sizes is left out.
   */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const own = this.stateDict();
    const kept = Object.entries(state).filter(([key]) => !key.endsWith(".attention_bias_idxs"));
    return Object.fromEntries(kept.map(([key, biases]) => {
      const isTable = key.endsWith(".attention_biases") && Object.hasOwn(own, key);
      return [key, isTable ? fitted(biases, own[key].size(1)) : biases];
    }));
  }
}

/** Biases (heads, places) for windows of another size. */
function fitted(biases: Tensor, places: number): Tensor {
  const [from, to] = [biases.size(-1), places].map(Math.sqrt);
  if (from === to || !Number.isInteger(from)) return biases;
  return torch.noGrad(() =>
    torch.scope(() => {
      const map = biases.float().reshape(1, -1, from, from);
      return torch.upsampleBicubic2dAntialias(map, [to, to], false).reshape(-1, places)
        .to(biases.dtype);
    })
  );
}

function checkShape(options: TinyVitOptions, inChannels: number): void {
  const { dims, depths, heads, windows, numClasses } = options;
  checkList("TinyVit", "dims", dims);
  for (const [name, list] of Object.entries({ depths, heads, windows })) {
    checkList("TinyVit", name, list, dims.length);
  }
  checkCounts("TinyVit", { "half of the first of the dims": Math.floor(dims[0] / 2) });
  checkBlocks("TinyVit", `depths [${depths.join(", ")}]`, depths.reduce((a, b) => a + b));
  dims.forEach((dim, i) => {
    if (i > 0) checkHeads(`TinyVit's stage ${i}`, dim, heads[i]);
    checkCounts("TinyVit", { window: windows[i] });
  });
  checkParameterCount(
    "TinyVit",
    dims.reduce(
      (sum, dim, i) =>
        sum + depths[i] * (12 * dim * dim + heads[i] * windows[i] ** 2) +
        2 * dim * dim + dim * (dims[i - 1] ?? inChannels),
      dims.at(-1)! * numClasses,
    ),
    { dims, depths, heads, windows, inChannels, numClasses },
  );
}
