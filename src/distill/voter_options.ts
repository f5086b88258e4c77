/**
 * How the predictive teachers become one prediction: options that all methods with logits share.
 *
 * @module
 */

import { choice, number } from "../base/option_values.ts";
import type { OptionTable } from "../base/options.ts";

/** How the predictive teachers' logits become one prediction. The papers' summaries leave it open: every default is ours. */
export interface VoterSettings {
  /** Divides logits before every softmax; its square multiplies the loss. */
  temperature?: number;
  /** What the voters' prediction is the mean of; `"probabilities"`. */
  average?: "probabilities" | "logits";
  /** Which of the classes with most votes wins; `"probability"`, the likelier one. */
  classTies?: "probability" | "first";
}

/** The declaration of {@linkcode VoterSettings}, with a temperature that holds unless another one is given. */
export function voterOptions(temperature: number): OptionTable<VoterSettings> {
  return {
    temperature: number({
      default: temperature,
      above: 0,
      help: "what logits are divided by before the softmax; its square multiplies the loss",
    }),
    average: choice(["probabilities", "logits"], {
      default: "probabilities",
      help: "what the voters' prediction is the mean of",
    }),
    classTies: choice(["probability", "first"], {
      default: "probability",
      help: "which of the classes with most votes wins",
    }),
  };
}
