/**
 * The first SE-ResNets.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions } from "./parts/build_options.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { initConvolutions } from "./parts/conv_init.ts";
import { convNorm } from "./parts/conv_norm_act.ts";
import { DropPath, dropPathRates } from "./parts/drop_path.ts";
import { globalAvgPool } from "./parts/global_pool.ts";
import { NamedChain } from "./parts/named_chain.ts";
import { batchNorm, conv3x3, projection, residualSum } from "./parts/residual_block.ts";
import { checkBlocks, checkList } from "./parts/size_checks.ts";
import { SqueezeExcite } from "./parts/squeeze_excite.ts";
import { Stage } from "./parts/stage.ts";
import { FOUR_REDUCTIONS } from "./untagged.ts";

/** A convolution of a block: its kernel, channels for every `width` of the stage, groups, whether it has the stride. */
type Row = readonly [kernel: 1 | 3, channels: number, groups: number, strides: boolean];

/** The convolutions of a block of each kind (Hu et al. 2018, table 1). */
const KINDS = {
  basic: [[3, 1, 1, true], [3, 1, 1, false]],
  bottleneck: [[1, 1, 1, true], [3, 1, 1, false], [1, 4, 1, false]],
  resnext: [[1, 2, 1, false], [3, 2, 32, true], [1, 4, 1, false]],
  senet154: [[1, 2, 1, false], [3, 4, 64, true], [1, 4, 1, false]],
} as const satisfies Readonly<Record<string, readonly Row[]>>;

/** A kind of blocks of the first SE-ResNets. */
export type LegacySeKind = "basic" | "bottleneck" | "resnext" | "senet154";

/** What makes one of the first SE-ResNets another. */
export interface LegacySeNetOptions extends BuildOptions {
  /** The blocks; `"resnext"` has 32 groups of 4 channels. */
  readonly kind: LegacySeKind;
  /** Blocks in each of the four stages. */
  readonly depths: readonly number[];
}

/** A residual block with squeeze and excitation. Keys: `conv1`, `bn1`, …, `se_module`, `downsample`. */
class SeBlock extends nn.Module {
  readonly #rows: readonly (readonly [nn.Conv2d, nn.Module])[];
  readonly #parts: { readonly se: nn.Module; readonly downsample?: Stage };
  readonly #dropPath: DropPath;
  readonly #isBasic: boolean;

  constructor(
    before: number,
    width: number,
    { kind, stride, dropPath }: { kind: LegacySeKind; stride: number; dropPath: number },
  ) {
    super();
    const rows: readonly Row[] = KINDS[kind];
    const after = width * rows.at(-1)![1];
    let from = before;
    this.#rows = rows.map(([kernel, channels, groups, strides], i) => {
      const to = width * channels;
      const own = { stride: strides ? stride : 1, groups, bias: false, padding: (kernel - 1) / 2 };
      const conv = this.registerModule(`conv${i + 1}`, new nn.Conv2d(from, to, kernel, own));
      const norm = this.registerModule(`bn${i + 1}`, batchNorm(to));
      from = to;
      return [conv, norm];
    });
    const few = Math.floor(after / 16);
    const se = new SqueezeExcite(after, few, { activation: "relu", gate: "sigmoid" });
    const downKernel = kind === "senet154" ? 3 : 1;
    const downsample = projection(before, after, { stride, downKernel });
    this.registerModule("se_module", se);
    if (downsample !== undefined) this.registerModule("downsample", downsample);
    this.#parts = { se, downsample };
    this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
    this.#isBasic = kind === "basic";
  }

  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      let map = x;
      this.#rows.forEach(([conv, norm], i) => {
        map = convNorm(conv, norm, map);
        // The smallest ones' last norm has an activation too.
        if (this.#isBasic || i < this.#rows.length - 1) map = map.relu_();
      });
      return residualSum(x, map, this.#parts, this.#dropPath);
    });
  }
}

/**
 * SENet, SE-ResNet and SE-ResNeXt as they were first published (Hu et al., Squeeze-and-excitation networks, 2018, table 1),
 * whose later versions are {@linkcode ResNet}s. Parameters have timm's names. Its stages are at strides 4, 8, 16 and 32.
 */
export class LegacySeNet extends Backbone {
  /** One convolution of 7x7, or three of 3x3. */
  readonly layer0: NamedChain;
  /** Channels of the four stages. */
  override readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  override readonly stageReductions: readonly number[] = FOUR_REDUCTIONS;
  /** Channels of the last stage. */
  override readonly featureDim: number;
  /** The number of classes. */
  override readonly numClasses: number;
  readonly #stages: readonly Stage[];
  readonly #last: nn.Module;

  /**
   * Builds the network with fresh weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: LegacySeNetOptions) {
    super();
    const { kind, depths } = options;
    const checked = checkBuildOptions("LegacySeNet", options, { dropout: 0.2 });
    const { numClasses, inChannels, dropout, dropPath } = checked;
    if (!Object.hasOwn(KINDS, kind)) {
      throw new ArgumentError(
        `LegacySeNet: kind must be one of ${Object.keys(KINDS).join(", ")}, got ${kind}.`,
      );
    }
    checkList("LegacySeNet", "depths", depths, 4);
    const total = depths.reduce((a, b) => a + b);
    checkBlocks("LegacySeNet", `depths [${depths.join(", ")}]`, total);
    let before = kind === "senet154" ? 128 : 64;
    const stem = kind === "senet154"
      ? [conv3x3(inChannels, 64, { stride: 2 }), conv3x3(64, 64), conv3x3(64, before)]
      : [new nn.Conv2d(inChannels, 64, 7, { stride: 2, padding: 3, bias: false })];
    this.layer0 = new NamedChain(Object.fromEntries(
      stem.flatMap((conv, i) => [
        [`conv${i + 1}`, conv],
        [`bn${i + 1}`, batchNorm(conv.outChannels)],
        [`relu${i + 1}`, new nn.ReLU({ inplace: true })],
      ]),
    ));
    const rates = dropPathRates(dropPath, total);
    this.#stages = depths.map((depth, stage) => {
      const width = 64 * 2 ** stage;
      const blocks = Array.from({ length: depth }, (_, i) => {
        const stride = stage > 0 && i === 0 ? 2 : 1;
        const block = new SeBlock(before, width, { kind, stride, dropPath: rates.shift()! });
        before = width * KINDS[kind].at(-1)![1];
        return block;
      });
      return this.registerModule(`layer${stage + 1}`, new Stage(...blocks));
    });
    this.stageDims = depths.map((_, stage) => before / 2 ** (3 - stage));
    this.featureDim = before;
    this.numClasses = numClasses;
    this.#last = this.registerModule("last_linear", classifierHead(before, numClasses, dropout));
    initConvolutions(this);
  }

  /** From features to logits. */
  override get head(): nn.Module {
    return this.#last;
  }

  /** (B, C, H, W) to the maps of the stages, and the mean of the last. */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      let map = torch.maxPool2d(this.layer0.forward(images), 3, 2, 0, 1, true);
      const stages = this.#stages.map((stage) => map = stage.forward(map));
      return { stages, features: globalAvgPool(map) };
    });
  }
}
