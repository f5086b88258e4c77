/**
 * RADIO as one of its teachers.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { Identity } from "../nn/mod.ts";
import { scope, type Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";
import type { Radio } from "./radio.ts";
import type { RadioAdaptor } from "./radio_adaptor.ts";

/**
 * A RADIO that sees images as one of its teachers: a network in the teacher's own space, out of which one file makes as many
 * as it has adaptors. The features are the teacher's summary, (B, E), its one stage is the map of its patches,
 * (B, F, rows, columns). Pixels are from 0 to 1.
 *
 * Both parts belong to this network: whoever disposes it disposes them. RADIO may be part of several; it is then disposed
 * with the first.
 */
export class AdaptedRadio extends Backbone {
  /** RADIO. */
  readonly radio: Radio;
  /** The heads of the teacher. */
  readonly adaptor: RadioAdaptor;
  /** There are no classes: the logits are the features. */
  override readonly head: Identity = new Identity();
  /** The width of the teacher's summary, E. */
  override readonly featureDim: number;
  /** The number of classes: there are none. */
  override readonly numClasses = 0;
  /** The width of the teacher's patches, F. */
  override readonly stageDims: readonly number[];
  /** The side of a patch. */
  override readonly stageReductions: readonly number[];

  /**
   * Puts both together.
   *
   * @throws {ArgumentError} if RADIO did not learn from the adaptor's teacher.
   */
  constructor(radio: Radio, adaptor: RadioAdaptor) {
    super();
    if (!radio.teachers.includes(adaptor.teacher)) {
      throw new ArgumentError(
        `This Radio learned from ${radio.teachers.join(", ")}, not from "${adaptor.teacher}".`,
      );
    }
    this.radio = radio;
    this.adaptor = adaptor;
    this.featureDim = adaptor.summaryDim;
    this.stageDims = [adaptor.patchDim];
    this.stageReductions = [radio.patchSize];
  }

  /** Images (B, C, H, W) to the map of the teacher's patches, and its summary. */
  override forwardStages(images: Tensor): StagedFeatures {
    return scope(() => {
      const { summary, patches } = this.radio.adapted(images, this.adaptor);
      const side = this.radio.patchSize;
      const grid = [images.size(2) / side, images.size(3) / side];
      return { stages: [patches.transpose(1, 2).unflatten(2, grid)], features: summary };
    });
  }
}
