/**
 * The space in which teachers of any width meet.
 *
 * @module
 */

import { ModuleList } from "../nn/layers/containers.ts";
import { Linear } from "../nn/layers/linear.ts";
import { Module } from "../nn/module.ts";
import type { Opinions } from "../teachers/opinions.ts";
import type { Tensor } from "../torch/tensor.ts";
import { nobodyLeft } from "./checks.ts";
import type { EncoderShape } from "./encoder_shape.ts";
import { Projection, type ProjectionShape } from "./projection.ts";
import { ProjectionBank } from "./projection_bank.ts";
import type { Standardization } from "./standardization.ts";
import { Standardizers } from "./standardizers.ts";
import { upcast } from "./upcast.ts";
import { type Featured, type GroupFeatures, widthGroups } from "./width_groups.ts";

/** How a common space is built. */
export interface CommonSpaceOptions {
  /** Shape of the encoders. */
  readonly encoder: EncoderShape;
  /** Shape of the decoders. */
  readonly decoder: ProjectionShape;
  /** How teachers' features are standardized. */
  readonly standardize: Standardization;
  /** What the student's features go through; null for nothing, if the widths are equal. */
  readonly student: ProjectionShape | null;
  /** Scales codes of teachers and student to length √D. */
  readonly normalize: boolean;
}

/** What a group of teachers of one width says. */
export interface HeardGroup extends GroupFeatures {
  /** The group's place among all. */
  readonly group: number;
}

/** Teachers' features in the common space. */
export interface Codes {
  /** Whose they are: those of one width next to each other. */
  readonly names: readonly string[];
  /** The codes of each group that was heard, (n, B, D). */
  readonly codes: readonly Tensor[];
  /** What was encoded, group by group. */
  readonly groups: readonly HeardGroup[];
}

/**
 * Encoders fᵢᵉ of all teachers into one space of width D, decoders fᵢᵈ back (arXiv 2508.19498, step 1), and the student's way
 * into it. Teachers of one width are encoded together, 16 by one batched product. All of it is trained and thrown away.
 */
export class CommonSpace extends Module {
  /** The width D. */
  readonly width: number;
  /** What standardizes teachers' features. */
  readonly standardizers: Standardizers;
  /** The encoders, a bank for each group of one width; of shape `"shared"` their first layers. */
  readonly encoders: ModuleList;
  /** The decoders, a bank for each group of one width. */
  readonly decoders: ModuleList;
  /** The layers that teachers and student share, or null. */
  readonly extractor: Projection | null;
  /** The student's own layers before these, or null. */
  readonly student: Projection | Linear | null;
  readonly #normalize: boolean;

  /** Makes all layers, with random weights. */
  constructor(
    teachers: readonly Featured[],
    studentDim: number,
    width: number,
    options: CommonSpaceOptions,
  ) {
    super();
    const { encoder, decoder, standardize, student, normalize } = options;
    const { shape, hidden = null } = typeof encoder === "string" ? { shape: encoder } : encoder;
    const isShared = shape === "shared";
    const inner = isShared ? hidden ?? width : width;
    const groups = widthGroups(teachers);
    const bank = isShared ? "linear" : { shape, hidden };
    this.width = width;
    this.#normalize = normalize;
    this.standardizers = new Standardizers(teachers, standardize);
    this.encoders = new ModuleList(
      groups.map(({ width: own, names: { length } }) =>
        new ProjectionBank(length, own, inner, bank)
      ),
    );
    this.decoders = new ModuleList(
      groups.map(({ width: own, names: { length } }) =>
        new ProjectionBank(length, width, own, decoder)
      ),
    );
    this.extractor = isShared ? new Projection(inner, width, { shape: "mlp", hidden }) : null;
    this.student = isShared
      ? new Linear(studentDim, inner)
      : student === null && studentDim === width
      ? null
      : new Projection(studentDim, width, student ?? "linear");
  }

  /** The student's features (B, featureDim) in the space: (B, D). */
  override forward(features: Tensor): Tensor {
    const own = this.student === null ? features : this.student.forward(features);
    const code = this.extractor === null ? own : this.extractor.forward(own.relu());
    return this.#normalized(upcast(code));
  }

  /**
   * What the teachers say, in the space: codes fᵢᵉ(xᵢᵗ) of all that were heard. `like` has the dtype to compute in.
   *
   * @throws {TrainingError} if none was heard.
   */
  encode(opinions: Opinions, like: Tensor): Codes {
    const groups = this.standardizers.of(opinions, like)
      .flatMap((heard, group): HeardGroup[] => heard === null ? [] : [{ ...heard, group }]);
    if (groups.length === 0) {
      const names = this.standardizers.groups.flatMap(({ names }) => names);
      throw nobodyLeft("whose features are used", names, "logits");
    }
    const codes = groups.map(({ group, features, places }) => {
      const own = (this.encoders.at(group) as ProjectionBank).forward(features, places);
      const code = this.extractor === null ? own : this.extractor.forward(own.relu());
      return this.#normalized(upcast(code));
    });
    return { names: groups.flatMap(({ names }) => names), codes, groups };
  }

  /** What the decoders make of codes, (n, B, width) for each group. */
  decode({ codes, groups }: Codes): Tensor[] {
    return groups.map(({ group, places }, i) =>
      upcast((this.decoders.at(group) as ProjectionBank).forward(codes[i], places))
    );
  }

  #normalized(codes: Tensor): Tensor {
    if (!this.#normalize) return codes;
    const length = codes.norm(2, -1, true).clampMin(1e-12);
    return codes.div(length).mul(Math.sqrt(this.width));
  }
}
