/**
 * The head of RepViTs.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { classifierHead } from "./classifier_head.ts";
import type { Foldable } from "./foldable.ts";

/** Batch norm and a fully connected layer. Keys as the authors of LeViT have them: `bn`, `l`. */
class NormedLayer extends nn.Module {
  readonly bn: nn.BatchNorm1d;
  readonly l: nn.Linear;

  constructor(dim: number, numClasses: number) {
    super();
    this.bn = new nn.BatchNorm1d(dim);
    this.l = new nn.Linear(dim, numClasses);
    nn.init.truncNormal_(this.l.weight, 0, 0.02);
    nn.init.zeros_(this.l.bias!);
  }

  override forward(features: Tensor): Tensor {
    return this.l.forward(this.bn.forward(features));
  }

  /** Norm and layer as one layer, in float64. */
  folded(): { weight: Tensor; bias: Tensor } {
    const { weight: gamma, bias: beta, runningMean, runningVar, eps } = this.bn;
    const scale = gamma!.to("float64").div(runningVar!.to("float64").add(eps).sqrt());
    const shift = beta!.to("float64").sub(runningMean!.to("float64").mul(scale));
    const weight = this.l.weight.to("float64");
    return {
      weight: weight.mul(scale),
      bias: weight.matmul(shift).add(this.l.bias!.to("float64")),
    };
  }
}

/**
 * Two classifiers, of which one was taught by labels and the other by a teacher; logits are their mean. Keys as timm's:
 * `head.bn`, `head.l`, `head_dist.bn`, `head_dist.l`; folded, one layer's `weight`, `bias`.
 */
export class RepVitHead extends nn.Module implements Foldable {
  readonly #heads: readonly NormedLayer[];
  readonly #drop: nn.Dropout;

  /** From features of width `dim` to logits. */
  constructor(dim: number, numClasses: number, dropout: number) {
    super();
    this.#drop = this.registerModule("drop", new nn.Dropout(dropout));
    this.#heads = ["head", "head_dist"].map((name) =>
      this.registerModule(name, new NormedLayer(dim, numClasses))
    );
  }

  /** (B, dim) to (B, numClasses). */
  override forward(features: Tensor): Tensor {
    return torch.scope(() => {
      const dropped = this.#drop.forward(features);
      const [one, other] = this.#heads.map((head) => head.forward(dropped));
      return one.add(other).div(2);
    });
  }

  /** The mean of both as one layer. */
  foldedState(): Record<string, Tensor> {
    const [one, other] = this.#heads.map((head) => head.folded());
    return {
      weight: one.weight.add(other.weight).div(2),
      bias: one.bias.add(other.bias).div(2),
    };
  }
}

/** {@linkcode RepVitHead}; in folded form a fully connected layer, for no classes what returns the features. */
export function repVitHead(
  dim: number,
  { numClasses, dropout, folded }: { numClasses: number; dropout: number; folded: boolean },
): nn.Module {
  return folded || numClasses === 0
    ? classifierHead(dim, numClasses, dropout)
    : new RepVitHead(dim, numClasses, dropout);
}
