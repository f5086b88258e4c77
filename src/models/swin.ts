/**
 * Swin Transformers.
 *
 * @module
 */

import { ArgumentError } from "../errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import { type BuildOptions, IMAGENET_MEAN, IMAGENET_STD, type ModelEntry } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { CIFAR10_IMAGES } from "./parts/cifar.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { DropPath, dropPathRates } from "./parts/drop_path.ts";
import { Mlp } from "./parts/mlp.ts";
import { residual } from "./parts/residual.ts";
import {
  checkBlocks,
  checkCounts,
  checkFactors,
  checkList,
  checkParameterCount,
  transformerParameters,
} from "./parts/size_checks.ts";
import { chainGroups, groupsEndingAt, Stage } from "./parts/stage.ts";
import { checkHeads } from "./parts/self_attention.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";
import { WindowAttention } from "./parts/window_attention.ts";

/** Whose names the parameters of a Swin have. */
type Names = "torchvision" | "timm";

/** What the blocks of a Swin share, and in what they differ. */
interface BlockOptions {
  readonly names: Names;
  readonly heads: number;
  readonly window: number;
  readonly shift: number;
  readonly mlpRatio: number;
  readonly dropPath: number;
}

/** Attention within windows, then an MLP, each after a norm (Liu et al. 2021, figure 3b). */
class SwinBlock extends nn.Module {
  /** The norm before the attention. */
  readonly norm1: nn.LayerNorm;
  /** The attention. */
  readonly attn: WindowAttention;
  /** The norm before the MLP. */
  readonly norm2: nn.LayerNorm;
  /** The MLP; torchvision calls its layers 0 and 3, as it has the activation and dropout between them. */
  readonly mlp: Mlp;
  readonly #dropPath: DropPath;

  /** For maps of `dim` channels. */
  constructor(dim: number, options: BlockOptions) {
    super();
    const { names, heads, window, shift, mlpRatio, dropPath } = options;
    const timm = names === "timm";
    this.norm1 = new nn.LayerNorm(dim);
    this.attn = new WindowAttention(dim, heads, window, shift, { keepsIndex: !timm });
    this.norm2 = new nn.LayerNorm(dim);
    this.mlp = new Mlp(dim, dim * mlpRatio, { names: timm ? ["fc1", "fc2"] : ["0", "3"] });
    this.#dropPath = this.registerModule("stochastic_depth", new DropPath(dropPath));
  }

  /** Shapes: (B, H, W, dim) to its own. */
  override forward(x: Tensor): Tensor {
    const mixed = torch.scope(() => {
      const branch = this.attn.forward(this.norm1.forward(x));
      return residual(x, this.#dropPath.forward(branch));
    });
    return torch.scope(() => {
      const branch = this.mlp.forward(this.norm2.forward(mixed));
      return residual(mixed, this.#dropPath.forward(branch));
    });
  }
}

/**
 * Makes one pixel of every 2x2, with twice the channels (Liu et al. 2021, section 3.1). Maps with odd sides are padded
 * with zeros. Keys as torchvision's and timm's: `reduction`, `norm`.
 */
class PatchMerging extends nn.Module {
  /** From four pixels to one. */
  readonly reduction: nn.Linear;
  /** The norm before it. */
  readonly norm: nn.LayerNorm;

  /** For maps of `dim` channels. */
  constructor(dim: number) {
    super();
    this.reduction = new nn.Linear(4 * dim, 2 * dim, { bias: false });
    this.norm = new nn.LayerNorm(4 * dim);
  }

  /** (B, H, W, dim) to (B, H / 2, W / 2, 2 dim), rounded up. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const [batch, height, width, dim] = x.shape;
      const odd = height % 2 !== 0 || width % 2 !== 0;
      const even = odd ? torch.pad(x, [0, 0, 0, width % 2, 0, height % 2]) : x;
      const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
      // The four pixels come column by column.
      const joined = even.reshape(batch, rows, 2, columns, 2, dim).permute(0, 1, 3, 4, 2, 5)
        .reshape(batch, rows, columns, 4 * dim);
      return this.reduction.forward(this.norm.forward(joined));
    });
  }
}

/**
 * From images to patches with channels last. Keys as torchvision's: `0` (the convolution), `2` (the norm); or as timm's:
 * `proj`, `norm`.
 */
class Stem extends nn.Module {
  readonly #patches: nn.Conv2d;
  readonly #norm: nn.LayerNorm;

  constructor(names: Names, inChannels: number, dim: number, patchSize: number) {
    super();
    const [conv, norm] = names === "timm" ? ["proj", "norm"] : ["0", "2"];
    const patches = new nn.Conv2d(inChannels, dim, patchSize, { stride: patchSize });
    this.#patches = this.registerModule(conv, patches);
    this.#norm = this.registerModule(norm, new nn.LayerNorm(dim));
  }

  override forward(images: Tensor): Tensor {
    return torch.scope(() => this.#norm.forward(this.#patches.forward(images).permute(0, 2, 3, 1)));
  }
}

/** A stage with timm's names: what halves the map before it, if anything does, and the blocks. Only holds them. */
class NamedStage extends nn.Module {
  readonly downsample?: nn.Module;
  readonly blocks: Stage;

  constructor(downsample: nn.Module | undefined, blocks: Stage) {
    super();
    if (downsample !== undefined) this.downsample = downsample;
    this.blocks = blocks;
  }

  override forward(x: Tensor): Tensor {
    return this.blocks.forward(this.downsample?.forward(x) ?? x);
  }
}

/** A head with timm's name for its layer, `fc`. */
class NamedHead extends nn.Module {
  readonly fc: nn.Module;

  constructor(fc: nn.Module) {
    super();
    this.fc = fc;
  }

  override forward(features: Tensor): Tensor {
    return this.fc.forward(features);
  }
}

/** What makes one Swin another. */
export interface SwinOptions extends BuildOptions {
  /** Channels of the first stage; every other has twice as many as the one before. */
  readonly dim: number;
  /** Blocks in each stage. */
  readonly depths: readonly number[];
  /** Attention heads in each stage. */
  readonly heads: readonly number[];
  /** The side of a window; 7 by default. */
  readonly window?: number;
  /** Height and width of a patch in pixels; 4 by default. */
  readonly patchSize?: number;
  /** The hidden width of a block's MLP over its own; 4 by default. */
  readonly mlpRatio?: number;
  /** Whose names the parameters have; `"torchvision"` by default. */
  readonly names?: "torchvision" | "timm";
}

/**
 * Swin Transformer (Liu et al., Swin transformer: hierarchical vision transformer using shifted windows, 2021).
 * Parameters have torchvision's names, or timm's. Images may have any size of at least a patch. Its stages are those of the
 * paper's figure 3a, as maps (B, C, H, W), at strides 4, 8, 16 and 32.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.Swin({ numClasses: 10, dim: 16, depths: [2, 2], heads: [1, 2], window: 4 });
 * const { stages } = model.forwardStages(torch.zeros([2, 3, 32, 32]));
 * stages.map((map) => map.shape); // [2, 16, 8, 8], [2, 32, 4, 4]
 * ```
 */
export class Swin extends Backbone {
  /** The stages, each with the patches or what halves the map before it. */
  readonly #groups: nn.Module[][];
  /** The last norm. */
  readonly norm: nn.LayerNorm;
  /** From features to logits. */
  override readonly head: nn.Module;
  /** Channels of the stages. */
  override readonly stageDims: readonly number[];
  /** Channels of the last stage. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: SwinOptions) {
    super();
    const { dim, depths, heads, window = 7, patchSize = 4, mlpRatio = 4 } = options;
    const { names = "torchvision" } = options;
    if (names !== "torchvision" && names !== "timm") {
      throw new ArgumentError(`Swin: names is "torchvision" or "timm", got "${names}".`);
    }
    const checked = checkBuildOptions("Swin", options);
    checkCounts("Swin", { dim, window, patchSize });
    checkFactors("Swin", { mlpRatio });
    checkList("Swin", "depths", depths);
    checkList("Swin", "heads", heads, depths.length);
    const total = depths.reduce((a, b) => a + b);
    checkBlocks("Swin", `depths [${depths.join(", ")}]`, total);
    this.stageDims = depths.map((_, i) => dim * 2 ** i);
    checkCounts("Swin", { "dim of the last of the depths": this.stageDims.at(-1)! });
    this.stageDims.forEach((width, i) => {
      checkHeads(`Swin's stage ${i}`, width, heads[i]);
      checkCounts("Swin", { "dim times mlpRatio": width * mlpRatio });
    });
    checkParameterCount(
      "Swin",
      this.stageDims.reduce(
        (sum, width, i) =>
          sum + transformerParameters(depths[i], width, width * mlpRatio) + 8 * width * width +
          depths[i] * heads[i] * (2 * window - 1) ** 2,
        dim * checked.inChannels * patchSize ** 2,
      ) + this.stageDims.at(-1)! * checked.numClasses,
      { dim, depths, heads, window, patchSize, mlpRatio, ...checked },
    );
    const rates = dropPathRates(checked.dropPath, total);
    const parts: nn.Module[] = [new Stem(names, checked.inChannels, dim, patchSize)];
    this.stageDims.forEach((width, i) => {
      if (i > 0) parts.push(new PatchMerging(this.stageDims[i - 1]));
      const shared = { names, heads: heads[i], window, mlpRatio };
      const blocks = rates.splice(0, depths[i]).map((dropPath, at) => {
        const shift = at % 2 === 0 ? 0 : Math.floor(window / 2);
        return new SwinBlock(width, { ...shared, shift, dropPath });
      });
      parts.push(new Stage(...blocks));
    });
    if (names === "timm") {
      this.registerModule("patch_embed", parts[0]);
      const stages = depths.map((_, i) =>
        new NamedStage(i === 0 ? undefined : parts[2 * i], parts[2 * i + 1] as Stage)
      );
      this.registerModule("layers", new nn.ModuleList(stages));
    } else this.registerModule("features", new nn.ModuleList(parts));
    this.#groups = groupsEndingAt(parts, depths.slice(1).map((_, i) => 2 * i + 1));
    this.featureDim = this.stageDims.at(-1)!;
    this.norm = new nn.LayerNorm(this.featureDim);
    this.numClasses = checked.numClasses;
    const head = classifierHead(this.featureDim, checked.numClasses, checked.dropout);
    this.head = names === "timm" ? new NamedHead(head) : head;
    initTruncNormal(this, [nn.Linear]);
  }

  /** (B, C, H, W) to the maps of the stages, and the mean of the last after a norm. */
  override forwardStages(images: Tensor): StagedFeatures {
    const maps = chainGroups(this.#groups, images);
    const features = torch.scope(() => this.norm.forward(maps.at(-1)!).mean([1, 2]));
    const stages = maps.map((map) => map.permute(0, 3, 1, 2));
    for (const map of maps) map.dispose();
    return { stages, features };
  }

  /** A state dict of the same network without what follows from the windows' sizes, where this one does not keep it. */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const own = this.stateDict();
    return Object.fromEntries(
      Object.entries(state).filter(([key]) =>
        Object.hasOwn(own, key) || !/\.(relative_position_index|attn_mask)$/.test(key)
      ),
    );
  }
}

const paper =
  "Liu, Lin, Cao, Hu, Wei, Zhang, Lin, Guo: Swin Transformer: Hierarchical Vision Transformer using Shifted " +
  "Windows, ICCV 2021";

type Shape = Required<Pick<SwinOptions, "dim" | "depths" | "heads">>;

/** Table 7 of the paper's appendix. */
const shapes: Readonly<Record<string, Shape>> = {
  tiny: { dim: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24] },
  small: { dim: 96, depths: [2, 2, 18, 2], heads: [3, 6, 12, 24] },
  base: { dim: 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32] },
  large: { dim: 192, depths: [2, 2, 18, 2], heads: [6, 12, 24, 48] },
};

function imagenet(
  name: string,
  shape: Shape,
  facts: { names: Names; cropFraction: number; dropPath: number },
): ModelEntry {
  const { names, cropFraction, dropPath: published } = facts;
  return {
    name,
    source: names,
    paper,
    inputSize: 224,
    cropFraction,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
    interpolation: "bicubic",
    featureDim: 8 * shape.dim,
    numClasses: 1000,
    build: ({ dropPath = published, ...options }) =>
      new Swin({ ...options, ...shape, names, dropPath }),
  };
}

/** torchvision's, whose published weights resize images to `resizeSize` pixels first. */
function torchvision(name: string, shape: Shape, resizeSize: number, dropPath: number) {
  return imagenet(name, shape, { names: "torchvision", cropFraction: 224 / resizeSize, dropPath });
}

/** timm's, whose weights are Microsoft's own. */
function timm(size: string): ModelEntry {
  const facts = { names: "timm", cropFraction: 0.9, dropPath: 0.1 } as const;
  return imagenet(`swin_${size}_patch4_window7_224`, shapes[size], facts);
}

/** The registry's Swins. */
export const swin: readonly ModelEntry[] = [
  torchvision("swin_t", shapes.tiny, 232, 0.2),
  torchvision("swin_s", shapes.small, 246, 0.3),
  torchvision("swin_b", shapes.base, 238, 0.5),
  ...Object.keys(shapes).map(timm),
  {
    name: "swin_tiny_32",
    source: "torchvision's names, without published weights",
    paper:
      `${paper}; for small images as in Lee, Lee, Song: Vision Transformer for Small-Size Datasets, 2021`,
    ...CIFAR10_IMAGES,
    featureDim: 384,
    build: ({ dropPath = 0.1, ...options }) =>
      new Swin({
        ...options,
        dim: 96,
        depths: [2, 6, 4],
        heads: [3, 6, 12],
        window: 4,
        patchSize: 2,
        mlpRatio: 2,
        dropPath,
      }),
  },
];
