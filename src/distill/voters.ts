/**
 * The predictive teachers as one prediction.
 *
 * @module
 */

import { TrainingError } from "../base/errors.ts";
import type { Resolved } from "../base/options.ts";
import { Module } from "../nn/module.ts";
import type { Opinions } from "../teachers/opinions.ts";
import type { Shelf } from "../teachers/shelf.ts";
import { scope } from "../torch/scope.ts";
import { nobodyLeft } from "./checks.ts";
import { Thresholds } from "./thresholds.ts";
import { type LogitVote, voteLogits } from "./vote_logits.ts";
import type { VoterSettings } from "./voter_options.ts";

/**
 * What the predictive teachers of a shelf say together: the one owner of their prediction, for every method that learns
 * from logits.
 */
export class Voters extends Module {
  /** The names of the predictive teachers, in the shelf's order. */
  readonly names: readonly string[];
  /**
   * The confidence below which teachers who know some classes only abstain, looked for in the training images; null where
   * nobody abstains, or a number was given.
   */
  readonly thresholds: Thresholds | null;
  readonly #settings: Resolved<VoterSettings>;

  /** Takes the options of a method. */
  constructor(shelf: Shelf, settings: Resolved<VoterSettings>) {
    super();
    const { voters } = shelf;
    const { partial, confidence, threshold } = settings;
    this.names = voters.map(({ name }) => name);
    this.#settings = settings;
    const isPartial = voters.some(({ labelMap }) => labelMap?.isWhole === false);
    this.thresholds = isPartial && partial === "abstain" && typeof threshold !== "number"
      ? new Thresholds(voters, { confidence, threshold })
      : null;
  }

  /** The predictive teachers compute nothing that is trained: see {@linkcode Voters.vote}. @ignore */
  override forward(): never {
    throw new TrainingError("Voters are asked with vote(opinions).");
  }

  /**
   * The vote on one batch, with the mean prediction at the temperature of the options. No gradients flow.
   *
   * @throws {TrainingError} if no predictive teacher was heard, or thresholds are looked for and were not found yet.
   */
  vote(opinions: Opinions): LogitVote {
    const names = opinions.voters;
    if (names.length === 0) {
      throw nobodyLeft("that votes on classes", this.names, "features");
    }
    const { classTies: ties, average, temperature, partial, confidence, threshold } =
      this.#settings;
    return scope(() =>
      voteLogits(opinions.logits, {
        ties,
        average,
        temperature,
        known: names.map((name) => opinions.known(name)),
        partial,
        confidence,
        threshold: this.thresholds?.of(names) ??
          (typeof threshold === "number" ? threshold : -Infinity),
        names,
        checkFinite: false,
      })
    );
  }
}
