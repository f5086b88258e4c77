/**
 * Common feature learning, an amalgamation of many teachers.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { checkPositive } from "../../base/check_whole.ts";
import { list, nullable } from "../../base/option_parts.ts";
import { choice, number, whole } from "../../base/option_values.ts";
import { type OptionTable, type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import { cat, mseLoss } from "../../torch/operators.gen.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { type Codes, CommonSpace } from "../common_space.ts";
import { MMD_SIGMAS, mmdLoss } from "../losses/mmd.ts";
import { type Learners, Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import { noteTeachers } from "../over_teachers.ts";
import type { Seen } from "../seen.ts";
import type { Standardization } from "../standardization.ts";
import { standardizeOption } from "../standardize_option.ts";
import { Supervision, supervisionOptions, type SupervisionSettings } from "../supervision.ts";
import type { Terms } from "../terms.ts";
import { PARTIAL_RULES, type PartialRule } from "../partial_rules.ts";

/** The options of {@linkcode CFL} that are data; where nothing else is said, defaults are those of the published code. */
export interface CFLSettings extends SupervisionSettings {
  /**
   * The weight of the discrepancies between the student's codes and the teachers'; 10, with which the published code trains
   * for 100 epochs. Short trainings do better with less, such as 0.1 (tried on the demo's teachers).
   */
  mmd?: number;
  /** The weight of the reconstructions of the teachers' features; 10. */
  reconstruction?: number;
  /** The widths σ of the Gaussian kernels; .001, .01, .05, .1, .2, 1 and 2. */
  sigmas?: readonly number[];
  /** The width of the common space; a quarter of the student's feature width. */
  commonDim?: number | null;
  /** How teachers' features are standardized; `"none"`. */
  standardize?: Standardization;
  /** What teachers do who know some classes only; `"concatenated"`: one softmax over the classes of all. */
  partial?: PartialRule;
}

/** Options of {@linkcode CFL}. */
export interface CFLOptions extends Learners, CFLSettings {}

/** The options of {@linkcode CFL} that are data. */
export const CFL_OPTIONS: OptionTable<CFLSettings> = {
  mmd: number({ default: 10, min: 0, help: "weight of the discrepancies of codes" }),
  reconstruction: number({ default: 10, min: 0, help: "weight of the reconstructions" }),
  sigmas: list(number({ above: 0 }), {
    default: MMD_SIGMAS,
    least: 1,
    help: "widths of the discrepancy's Gaussian kernels, which are added",
  }),
  commonDim: nullable(
    whole({
      min: 1,
      help: "width of the common space; a quarter of the student's feature width if null",
    }),
  ),
  standardize: standardizeOption("none"),
  ...supervisionOptions(1),
  partial: choice(PARTIAL_RULES, {
    default: "concatenated",
    help: "what teachers do that know some classes only",
  }),
};

/**
 * Common feature learning (Luo et al. 2019, arXiv 1906.10546): teachers and student meet in a narrow common space, where the
 * student's codes shall be distributed as those of each teacher. UNIFORM's baseline CFL+ (arXiv 2508.19498) is named after it.
 *
 *     L = l_kd + 10 · Σᵢ MMD²(h_s, hᵢ) + 10 · Σᵢ mse(decᵢ(hᵢ), fᵢ),   hᵢ = ext(adaptᵢ(fᵢ)),   h_s = ext(adapt_s(f_s))
 *
 * An adapter is a linear layer and a ReLU; ext, which all share, and the decoders are two linear layers with a ReLU between. A
 * decoder is as wide inside as the wider of its ends, in the published code as the teacher, which is nearly always the same.
 * l_kd is `KL(p̂ || softmax(z))` with the voters' prediction p̂; teachers who know some classes only have one softmax over their
 * logits side by side. Adapters, ext and decoders are trained along and thrown away at the end. The published code trains them
 * at Adam's rate of 1e-3 with a decay of 1e-4 and batches of 32.
 *
 * Terms: `mmd` and `reconstruction`, which are sums over the teachers; `kd`, where any teacher votes; `labelled`, where there
 * are labels (ours).
 *
 * @example
 * ```ts
 * import { data, distill, type nn, type teachers, torch } from "@apprentice/distill";
 *
 * function firstLoss(student: nn.Classifier, masters: teachers.Teacher[]): number {
 *   const method = new distill.CFL({ student, teachers: masters });
 *   return method.step(new data.UnlabelledBatch(torch.rand([32, 1, 28, 28]))).loss.item();
 * }
 * ```
 */
export class CFL extends Method {
  /** What the method asks for. */
  static override readonly needs: Needs = { images: "any" };
  /** Adapters, the extractor that all share, and decoders; thrown away at the end. */
  readonly space: CommonSpace;
  /** What teaches the head. */
  readonly supervision: Supervision;
  readonly #options: Resolved<CFLSettings>;

  /**
   * Makes the common space.
   *
   * @throws {ArgumentError} if there is no teacher, or an option is out of its range.
   * @throws {ShapeError} if a predictive teacher has another number of classes than the student.
   */
  constructor({ student, teachers, checkFinite, ...options }: CFLOptions) {
    super({ student, teachers, checkFinite });
    this.#options = resolveOptions("CFL", CFL_OPTIONS, options);
    const { mmd, commonDim, standardize, kd, labelled } = this.#options;
    if (mmd === 0 && labelled === 0 && (kd === 0 || this.shelf.voters.length === 0)) {
      throw new ArgumentError(
        "The weights mmd, kd and labelled of CFL are all 0, or no teacher votes, so that the student learns nothing. " +
          "Raise mmd.",
      );
    }
    const width = commonDim ?? Math.max(1, Math.floor(student.featureDim / 4));
    checkPositive(width, "commonDim");
    this.space = new CommonSpace(this.teachers, student.featureDim, width, {
      encoder: "shared",
      decoder: "mlp",
      standardize,
      student: null,
      normalize: false,
    });
    this.supervision = new Supervision(this.shelf, this.#options);
    this.joinStudent();
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms): void {
    const { mmd, reconstruction, sigmas } = this.#options;
    this.supervision.add(seen, terms);
    if (mmd === 0 && reconstruction === 0) return;
    const own = this.space.forward(seen.student.features);
    const encoded = this.space.encode(seen.opinions, own);
    terms.add("mmd", mmd, () => {
      // Codes shall be distributed alike in the whole batch, whoever has its images.
      const rows = encoded.codes.map((codes) => codes.transpose(0, 1));
      const [one, ...others] = seen.gathered([own, ...rows]);
      const parts = others.map((codes) => mmdLoss(one, codes.transpose(0, 1), { sigmas }));
      const each = parts.length === 1 ? parts[0] : cat(parts);
      noteTeachers(terms, "mmd", encoded.names, each);
      return each.sum();
    });
    terms.add("reconstruction", reconstruction, () => this.#reconstructions(encoded, terms));
  }

  #reconstructions(encoded: Codes, terms: Terms): Tensor {
    const sums = this.space.decode(encoded).map((decoded, i) => {
      const { names, features } = encoded.groups[i];
      const each = mseLoss(decoded, features, "none").mean([1, 2]);
      noteTeachers(terms, "reconstruction", names, each);
      return each.sum();
    });
    return sums.reduce((sum, part) => sum.add(part));
  }

  /** @ignore */
  protected override settings(): Spec {
    const { commonDim: _, sigmas, ...options } = this.#options;
    return { ...options, sigmas: [...sigmas] };
  }
}
