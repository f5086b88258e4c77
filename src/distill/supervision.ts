/**
 * What a student learns from beside a method's own term: labels and the voters' prediction.
 *
 * @module
 */

import { number } from "../base/option_values.ts";
import type { OptionTable, Resolved } from "../base/options.ts";
import { Module } from "../nn/module.ts";
import type { Shelf } from "../teachers/shelf.ts";
import type { Tensor } from "../torch/tensor.ts";
import { addLabelled, LABELLED } from "./labelled_term.ts";
import { klDivergence } from "./losses.ts";
import type { Seen } from "./seen.ts";
import type { Terms } from "./terms.ts";
import { voterOptions, type VoterSettings } from "./voter_options.ts";
import { Voters } from "./voters.ts";

/** What a student learns from beside a method's own term. */
export interface SupervisionSettings extends VoterSettings {
  /** The weight of the cross-entropy on labelled images, where there are any; 1. */
  labelled?: number;
  /** The weight of the divergence from the voters' prediction, where any teacher votes; 1. */
  kd?: number;
}

/** The declaration of {@linkcode SupervisionSettings}, with a temperature that holds unless another one is given. */
export function supervisionOptions(temperature: number): OptionTable<SupervisionSettings> {
  return {
    labelled: LABELLED,
    kd: number({
      default: 1,
      min: 0,
      help: "weight of the divergence from the voters' prediction, where any teacher votes",
    }),
    ...voterOptions(temperature),
  };
}

/**
 * Labels and votes as terms of a loss: what teaches the head where a method teaches features. Terms: `labelled`, on
 * labelled images; `kd`, `T² · KL(p̂ || softmax(z/T))` (Hinton et al. 2015), on all images.
 */
export class Supervision extends Module {
  /** The predictive teachers as one prediction; null if no teacher votes, or their weight is 0. */
  readonly voters: Voters | null;
  readonly #settings: Resolved<SupervisionSettings>;

  /** Takes the options of a method. */
  constructor(shelf: Shelf, settings: Resolved<SupervisionSettings>) {
    super();
    this.#settings = settings;
    const isAsked = shelf.voters.length > 0 && settings.kd > 0;
    this.voters = isAsked ? new Voters(shelf, settings) : null;
  }

  /** Gives images back as they are: see {@linkcode Supervision.add}. @ignore */
  override forward(images: Tensor): Tensor {
    return images;
  }

  /** Adds the terms for what is seen. */
  add(seen: Seen, terms: Terms): void {
    const { labelled, kd, temperature } = this.#settings;
    addLabelled(seen, terms, labelled);
    const { voters } = this;
    if (voters === null) return;
    terms.add("kd", kd, () => {
      const { probabilities } = voters.vote(seen.opinions);
      return klDivergence(seen.student.logits, probabilities, { temperature });
    });
  }
}
