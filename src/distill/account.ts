/**
 * How the votes went, summed up over many steps without waiting for the device.
 *
 * @module
 */

import { Module } from "../nn/module.ts";
import { noGrad } from "../torch/backward.ts";
import { tensor, zeros } from "../torch/creation.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { FeatureVote } from "./vote_features.ts";
import type { LogitVote } from "./vote_logits.ts";

const bins = 10;

/** How often one teacher was of the majority's opinion. */
export interface TeacherAgreement {
  /** The teacher's name. */
  teacher: string;
  /** The share, from 0 to 1. */
  agreement: number;
}

/** How the votes of an epoch went. */
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

/** The votes of one kind on one batch, and who cast them. */
export interface Cast<V> {
  /** The outcome. */
  readonly vote: V;
  /** The names of those who voted, in the order of the outcome's `agreement`. */
  readonly names: readonly string[];
}

/**
 * Sums up votes, by the teachers' names: one that is left out counts for the images that it voted on. Part of the state
 * dict, so that a resumed run reports the same.
 */
export class VoteAccount extends Module {
  readonly #consensusNames: readonly string[];
  readonly #pseudoNames: readonly string[];
  readonly #sums: Record<string, Tensor> = {};

  /** The names of those who vote on features and of those who vote on classes. */
  constructor(consensusNames: readonly string[], pseudoNames: readonly string[]) {
    super();
    const sum = (name: string, length: number, optional = false) => {
      const values = zeros([length], { dtype: "float64" });
      this.#sums[name] = this.registerBuffer(name, values, { optional });
    };
    this.#consensusNames = consensusNames;
    this.#pseudoNames = pseudoNames;
    // Optional are those that came later than the others.
    sum("images", 1);
    sum("consensus", consensusNames.length);
    sum("consensus_images", consensusNames.length, true);
    sum("pseudo_class", pseudoNames.length);
    sum("pseudo_class_images", pseudoNames.length, true);
    sum("margin", 1);
    sum("histogram", bins);
    sum("ties", 1, true);
  }

  /** An account computes nothing: see {@linkcode VoteAccount.add}. @ignore */
  override forward(): Tensor {
    return this.#sums.images;
  }

  /** Adds the votes on one batch. */
  add(
    batch: number,
    features: Cast<FeatureVote> | null,
    logits: Cast<LogitVote> | null,
  ): void {
    noGrad(() =>
      scope(() => {
        const sums = this.#sums;
        sums.images.add_(batch);
        if (features) {
          const { vote: { consensus }, names } = features;
          const { agreement } = features.vote;
          const images = agreement.to("float64").fill_(batch);
          this.#addAgreement("consensus", this.#consensusNames, agreement, names, images);
          sums.ties.add_(consensus.eq(0).sum(), { alpha: batch / consensus.numel });
        }
        if (logits) {
          const { vote: { margin, agreement, choices }, names } = logits;
          // Those who abstain count for the images that they voted on.
          const images = choices.ge(0).sum(1).to("float64");
          this.#addAgreement("pseudo_class", this.#pseudoNames, agreement, names, images);
          sums.margin.add_(margin.sum());
          sums.histogram.add_(margin.histc(bins, 0, 1));
        }
      })
    );
  }

  #addAgreement(
    sum: "consensus" | "pseudo_class",
    all: readonly string[],
    agreement: Tensor,
    names: readonly string[],
    voted: Tensor,
  ): void {
    const [shares, images] = [this.#sums[sum], this.#sums[`${sum}_images`]];
    const agreed = agreement.to("float64").mul(voted);
    if (names.length === all.length) {
      shares.add_(agreed);
      images.add_(voted);
      return;
    }
    const { device } = shares;
    const places = tensor(names.map((name) => all.indexOf(name)), { dtype: "int64", device });
    shares.indexAdd_(0, places, agreed);
    images.indexAdd_(0, places, voted);
  }

  /** What was added up. Waits for the device. */
  summary(): VoteSummary {
    const read = (name: string): number[] => Array.from(this.#sums[name].data() as Float64Array);
    const [images] = read("images");
    const share = (sum: number, count = images): number => count === 0 ? 0 : sum / count;
    const by = (names: readonly string[], sum: string): TeacherAgreement[] => {
      const [sums, counts] = [read(sum), read(`${sum}_images`)];
      return names.map((teacher, i) => ({ teacher, agreement: share(sums[i], counts[i]) }));
    };
    return {
      images,
      consensus: by(this.#consensusNames, "consensus"),
      ties: share(read("ties")[0]),
      pseudoClass: by(this.#pseudoNames, "pseudo_class"),
      margin: {
        mean: share(read("margin")[0]),
        histogram: read("histogram").map((sum) => share(sum)),
      },
    };
  }

  /** Takes over another account's sums, of the same teachers. */
  copy(other: VoteAccount): void {
    noGrad(() => {
      for (const name in this.#sums) this.#sums[name].copy_(other.#sums[name]);
    });
  }

  /** Starts from nothing. */
  reset(): void {
    for (const sum of Object.values(this.#sums)) noGrad(() => sum.zero_());
  }
}
