/**
 * A convolution that is trained as several.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_, type Activation } from "./activation.ts";
import { convBn, type ConvNormAct } from "./conv_norm_act.ts";
import { DropPath } from "./drop_path.ts";
import {
  asReparamConv,
  foldNorm,
  identityKernels,
  type Kernels,
  sumBranches,
} from "./fold_branches.ts";
import type { Foldable } from "./foldable.ts";

/** Options of {@linkcode RepConv}. */
export interface RepConvOptions {
  /** Height and width of the kernel; 3 by default. */
  readonly kernel?: number;
  /** The distance between outputs; 1 by default. */
  readonly stride?: number;
  /** Into how many groups channels are split; 1 by default. */
  readonly groups?: number;
  /** How many branches have the whole kernel, in a list; by default one that is not in a list, as RepVGG has it. */
  readonly branches?: number;
  /** Whether a kernel of more than one pixel has a branch of 1x1 beside it; true by default. */
  readonly scale?: boolean;
  /** Height and width of the one kernel that a large one has beside it instead of all that, as RepLKNet has it. */
  readonly small?: number;
  /** What makes the attention of channels after the sum, and its name. */
  readonly attention?: readonly [name: string, module: nn.Module];
  /** What follows; nothing by default. */
  readonly activation?: Activation;
  /** The probability of leaving out the convolutions where there is an identity; 0 by default. */
  readonly dropPath?: number;
  /** Whether the branches are one convolution with bias; false by default. */
  readonly folded?: boolean;
}

/**
 * The sum of convolutions of one size, of a 1x1 convolution and of what comes in, each with a norm of its own (Ding et
 * al., RepVGG: Making VGG-style ConvNets great again, 2021, figure 2b; Vasu et al., An improved one millisecond mobile
 * backbone, 2023, figure 3). Folded it is one convolution (figure 4 of the first). Keys as timm's: `identity.…`,
 * `conv_kxk.…` (in a list `conv_kxk.0.…`), `conv_1x1.…` (beside a list `conv_scale.…`); with a small kernel beside a
 * large one (Ding et al., Scaling up your kernels to 31x31, 2022, figure 2) `large_conv.…`, `small_conv.…`; folded
 * `reparam_conv.…`.
 */
export class RepConv extends nn.Module implements Foldable {
  readonly #folded?: nn.Conv2d;
  readonly #identity?: nn.BatchNorm2d;
  /** The branches in the order in which they are added. */
  readonly #branches: readonly ConvNormAct[] = [];
  readonly #dropPath?: DropPath;
  readonly #attention?: nn.Module;
  readonly #attentionName: string = "";
  readonly #activation?: Activation;
  readonly #shape: { readonly kernel: number; readonly perGroup: number };

  /** From `before` channels to `width`. */
  constructor(before: number, width: number, options: RepConvOptions = {}) {
    super();
    const { kernel = 3, stride = 1, groups = 1, branches, small, dropPath = 0 } = options;
    this.#shape = { kernel, perGroup: before / groups };
    this.#activation = options.activation;
    if (options.folded) {
      const padding = (kernel - 1) / 2;
      const conv = new nn.Conv2d(before, width, kernel, { stride, padding, groups });
      this.#folded = this.registerModule("reparam_conv", conv);
    } else {
      const conv = (kernel: number) => convBn(before, width, { kernel, stride, groups });
      if (small === undefined && before === width && stride === 1) {
        this.#identity = this.registerModule("identity", new nn.BatchNorm2d(width));
        this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
      }
      const whole = Array.from({ length: branches ?? 1 }, () => conv(kernel));
      const named = branches === undefined ? whole[0] : new nn.ModuleList(whole);
      if (branches !== 0) this.registerModule(small ? "large_conv" : "conv_kxk", named);
      const beside = small ?? (kernel > 1 && (options.scale ?? true) ? 1 : null);
      const name = small ? "small_conv" : branches === undefined ? "conv_1x1" : "conv_scale";
      this.#branches = beside === null
        ? whole
        : [this.registerModule(name, conv(beside)), ...whole];
    }
    if (options.attention === undefined) return;
    this.#attentionName = options.attention[0];
    this.#attention = this.registerModule(...options.attention);
  }

  /** The attention of channels. */
  #finish(sum: Tensor): Tensor {
    const seen = this.#attention?.forward(sum) ?? sum;
    return this.#activation === undefined ? seen : activate_(seen, this.#activation);
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      if (this.#folded !== undefined) return this.#finish(this.#folded.forward(x));
      let sum: Tensor | undefined;
      for (const branch of this.#branches) {
        const map = branch.forward(x);
        if (sum !== undefined) {
          sum.add_(map);
          map.dispose();
        } else sum = map;
      }
      if (this.#identity === undefined) return this.#finish(sum!);
      const own = this.#identity.forward(x);
      return this.#finish(sum === undefined ? own : this.#dropPath!.forward(sum).add_(own));
    });
  }

  /** Sums the branches up to one convolution. */
  kernels(): Kernels {
    const kernels: Kernels[] = this.#branches.map((branch) => branch.kernels());
    const norm = this.#identity;
    if (norm !== undefined) {
      const { kernel, perGroup } = this.#shape;
      const one = identityKernels(norm.numFeatures, perGroup, kernel, norm.weight!.device);
      kernels.push(foldNorm(one, norm));
    }
    return sumBranches(kernels);
  }

  /** Says what the branches come to, and the attention as it is. */
  foldedState(): Record<string, Tensor> {
    const attention = Object.entries(this.#attention?.stateDict() ?? {});
    return {
      ...asReparamConv(this.kernels()),
      ...Object.fromEntries(
        attention.map(([key, tensor]) => [`${this.#attentionName}.${key}`, tensor]),
      ),
    };
  }
}
