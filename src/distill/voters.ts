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
import { type LogitVote, voteLogits } from "./vote_logits.ts";
import type { VoterSettings } from "./voter_options.ts";

/**
 * What the predictive teachers of a shelf say together: the one owner of their prediction, for every method that learns
 * from logits.
 */
export class Voters extends Module {
  /** The names of the predictive teachers, in the shelf's order. */
  readonly names: readonly string[];
  readonly #settings: Resolved<VoterSettings>;

  /** Takes the options of a method. */
  constructor(shelf: Shelf, settings: Resolved<VoterSettings>) {
    super();
    this.names = shelf.voters.map(({ name }) => name);
    this.#settings = settings;
  }

  /** The predictive teachers compute nothing that is trained: see {@linkcode Voters.vote}. @ignore */
  override forward(): never {
    throw new TrainingError("Voters are asked with vote(opinions).");
  }

  /**
   * The vote on one batch, with the mean prediction at the temperature of the options. No gradients flow.
   *
   * @throws {TrainingError} if no predictive teacher was heard.
   */
  vote(opinions: Opinions): LogitVote {
    if (opinions.voters.length === 0) {
      throw new TrainingError(
        `No teacher that votes on classes is left: of ${
          this.names.join(", ")
        } none was heard. Mend one, or use ` +
          `features only.`,
      );
    }
    const { classTies: ties, average, temperature } = this.#settings;
    const names = opinions.voters;
    return voteLogits(opinions.logits, { ties, average, temperature, names, checkFinite: false });
  }
}
