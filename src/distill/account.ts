/**
 * How the votes went, summed up over many steps without waiting for the device.
 *
 * @module
 */

import { Module } from "../nn/module.ts";
import { noGrad } from "../torch/backward.ts";
import { zeros } from "../torch/creation.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { FeatureVote, LogitVote } from "./voting.ts";

const bins = 10;

/** How often one teacher was of the majority's opinion. */
export interface TeacherAgreement {
  /** The teacher's name. */
  teacher: string;
  /** The share, from 0 to 1. */
  agreement: number;
}

/** How the votes went since the account was last reset. */
export interface VoteSummary {
  /** How many images were voted on. */
  images: number;
  /** For each teacher the share of feature elements whose sign was the consensus sign; empty without features voting. */
  consensus: TeacherAgreement[];
  /**
   * The share of feature elements on which as many teachers are positive as negative; 0 without features voting. With few
   * teachers it is large, and `featureTies` decides much.
   */
  ties: number;
  /** For each predictive teacher the share of images whose pseudo class was its own; empty without predictive ones. */
  pseudoClass: TeacherAgreement[];
  /** How far the pseudo class was ahead of the next class, as a share of the votes. */
  margin: {
    /** The mean over the images. */
    mean: number;
    /** The share of images in ten equal bins from 0 to 1. */
    histogram: number[];
  };
}

/** Sums up votes. Part of the state dict, so that a resumed run reports the same. */
export class VoteAccount extends Module {
  readonly #consensusNames: readonly string[];
  readonly #pseudoNames: readonly string[];
  readonly #images: Tensor;
  readonly #consensus: Tensor;
  readonly #ties: Tensor;
  readonly #pseudo: Tensor;
  readonly #margin: Tensor;
  readonly #histogram: Tensor;

  /** The names of those who vote on features and of those who vote on classes. */
  constructor(consensusNames: readonly string[], pseudoNames: readonly string[]) {
    super();
    const sum = (name: string, length: number, optional = false) =>
      this.registerBuffer(name, zeros([length], { dtype: "float64" }), { optional });
    this.#consensusNames = consensusNames;
    this.#pseudoNames = pseudoNames;
    this.#images = sum("images", 1);
    this.#consensus = sum("consensus", consensusNames.length);
    this.#pseudo = sum("pseudo_class", pseudoNames.length);
    this.#margin = sum("margin", 1);
    this.#histogram = sum("histogram", bins);
    // Optional, because it came later than the others.
    this.#ties = sum("ties", 1, true);
  }

  /** An account computes nothing: see {@linkcode VoteAccount.add}. @ignore */
  override forward(): Tensor {
    return this.#images;
  }

  /** Adds the votes on one batch. */
  add(batch: number, features: FeatureVote | null, logits: LogitVote | null): void {
    noGrad(() =>
      scope(() => {
        this.#images.add_(batch);
        if (features) {
          const { agreement, consensus } = features;
          this.#consensus.add_(agreement, { alpha: batch });
          this.#ties.add_(consensus.eq(0).sum(), { alpha: batch / consensus.numel });
        }
        if (logits) {
          this.#pseudo.add_(logits.agreement, { alpha: batch });
          this.#margin.add_(logits.margin.sum());
          this.#histogram.add_(logits.margin.histc(bins, 0, 1));
        }
      })
    );
  }

  /** What was added up. Waits for the device. */
  summary(): VoteSummary {
    const read = (sum: Tensor): number[] => Array.from(sum.data() as Float64Array);
    const [images] = read(this.#images);
    const share = (sum: number): number => images === 0 ? 0 : sum / images;
    const by = (names: readonly string[], sums: number[]): TeacherAgreement[] =>
      names.map((teacher, i) => ({ teacher, agreement: share(sums[i]) }));
    return {
      images,
      consensus: by(this.#consensusNames, read(this.#consensus)),
      ties: share(read(this.#ties)[0]),
      pseudoClass: by(this.#pseudoNames, read(this.#pseudo)),
      margin: {
        mean: share(read(this.#margin)[0]),
        histogram: read(this.#histogram).map(share),
      },
    };
  }

  /** Starts from nothing. */
  reset(): void {
    for (const [, sum] of this.namedBuffers()) noGrad(() => sum.zero_());
  }
}
