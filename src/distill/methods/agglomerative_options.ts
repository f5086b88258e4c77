/**
 * What the agglomerative method leaves open.
 *
 * @module
 */

import { flag, number } from "../../base/option_values.ts";
import type { OptionTable } from "../../base/options.ts";
import { headOption, type HeadShape } from "../head_shape.ts";
import type { Standardization } from "../standardization.ts";
import { standardizeOption } from "../standardize_option.ts";
import { supervisionOptions, type SupervisionSettings } from "../supervision.ts";

/** The options of `Agglomerative` that are data. Published models differ in them: where none is named, a default is ours. */
export interface AgglomerativeSettings extends SupervisionSettings {
  /** The weight of the distance from the teachers' features; 1. */
  feature?: number;
  /** The weight of 1 less the cosine in that distance; 0.9, as in RADIO. UNIC has 0.5. */
  cosine?: number;
  /** The weight of smooth L1 in that distance; 0.1, as in RADIO. UNIC has 0.5. */
  smoothL1?: number;
  /**
   * How much the patches of a teacher count beside its pooled features, where the teacher and the student have a map; 0: they
   * are not asked for. With 1, as in UNIC, both count the same. A teacher whose patches are not in the store is run at every
   * step, and maps in the store are large.
   */
  patches?: number;
  /** The probability with which a teacher is dropped from an image, unless its loss is the largest; 0.5, as in UNIC. */
  dropping?: number;
  /** Shape of the heads; `"mlp"` with a layer norm first. */
  head?: HeadShape;
  /** How teachers' features are standardized; `"dataset"`. */
  standardize?: Standardization;
  /** Whether a run keeps the heads beside the student; false. */
  keepHeads?: boolean;
}

const weight = (value: number, help: string) => number({ default: value, min: 0, help });

/** The options of `Agglomerative` that are data. */
export const AGGLOMERATIVE_OPTIONS: OptionTable<AgglomerativeSettings> = {
  feature: weight(1, "weight of the distance from the teachers' features"),
  cosine: weight(0.9, "weight of 1 less the cosine in that distance"),
  smoothL1: weight(0.1, "weight of smooth L1 in that distance"),
  patches: weight(0, "how much patches count beside pooled features, where there are any"),
  dropping: number({
    default: 0.5,
    min: 0,
    max: 1,
    help: "probability of dropping a teacher from an image, unless its loss is the largest",
  }),
  head: headOption(),
  standardize: standardizeOption("dataset"),
  keepHeads: flag({ default: false, help: "keeps the heads beside the student" }),
  ...supervisionOptions(4),
};
