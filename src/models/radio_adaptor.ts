/**
 * The heads that RADIO was trained with, one pair for each of its teachers.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { RadioHead } from "./parts/radio_heads.ts";

/** What RADIO makes of images for one of its teachers. */
export interface RadioOutput {
  /** The summary in the teacher's space, (B, E). */
  readonly summary: Tensor;
  /** The patches in the teacher's space, row by row, (B, N, F). */
  readonly patches: Tensor;
}

/**
 * From RADIO's tokens to the space of one of its teachers (Ranzinger et al., AM-RADIO, 2024, section 3.2): one head for the
 * teacher's class token, one for the patches. What belongs to SigLIP's or CLIP's summary can be compared with their texts.
 * {@linkcode loadRadioAdaptor} makes one out of a file. Keys as NVIDIA's: `head_mlp`, `feat_mlp`.
 */
export class RadioAdaptor extends nn.Module {
  /** The teacher, by NVIDIA's name: `"siglip2-g"`, `"dino_v3"`. */
  readonly teacher: string;
  /** The width of the teacher's summary, E. */
  readonly summaryDim: number;
  /** The width of the teacher's patches, F. */
  readonly patchDim: number;
  readonly #summary: RadioHead;
  readonly #patches: RadioHead;

  /** Takes the heads of a teacher's class token and of the patches. */
  constructor(teacher: string, summary: RadioHead, patches: RadioHead) {
    super();
    this.teacher = teacher;
    this.summaryDim = summary.output;
    this.patchDim = patches.output;
    this.#summary = this.registerModule("head_mlp", summary);
    this.#patches = this.registerModule("feat_mlp", patches);
  }

  /** The teacher's class token (B, D) in its own space: (B, E). */
  summary(token: Tensor): Tensor {
    return torch.scope(() => this.#summary.forward(token));
  }

  /** Patches (B, N, D) in the teacher's space: (B, N, F). */
  override forward(patches: Tensor): Tensor {
    return torch.scope(() => this.#patches.forward(patches));
  }
}
