/**
 * Decoupled knowledge distillation.
 *
 * @module
 */

import { number, whole } from "../../base/option_values.ts";
import { type OptionTable, type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import { checkTeaches } from "../checks.ts";
import { otherClassesLoss, targetClassLoss } from "../losses/decoupled_kd.ts";
import { type Learners, Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import type { Seen } from "../seen.ts";
import { Supervision, supervisionOptions, type SupervisionSettings } from "../supervision.ts";
import { targetClasses } from "../target_classes.ts";
import type { Terms } from "../terms.ts";
import { Voters } from "../voters.ts";

/** The options of {@linkcode DKD} that are data: defaults are the official code's on CIFAR-100. */
export interface DKDSettings extends Omit<SupervisionSettings, "kd"> {
  /** α, the weight of the target class's part; 1. */
  alpha?: number;
  /** β, the weight of the other classes' part; 8. On ImageNet it is 0.5, or 2 in OFA's code, with a temperature of 1. */
  beta?: number;
  /**
   * Over how many epochs both weights rise to these: in epoch e, from 1, they are min(e / warmUp, 1) of them; 20, where
   * training takes 240. With 1 there is no warm-up. Trainings that are shorter want less.
   */
  warmUp?: number;
}

/** Options of {@linkcode DKD}; of descriptive teachers no use is made. */
export interface DKDOptions extends Learners, DKDSettings {}

const { kd: _, ...supervision } = supervisionOptions(4);

/** The options of {@linkcode DKD} that are data. */
export const DKD_OPTIONS: OptionTable<DKDSettings> = {
  alpha: number({ default: 1, min: 0, help: "weight of the target class's part" }),
  beta: number({ default: 8, min: 0, help: "weight of the other classes' part" }),
  warmUp: whole({
    default: 20,
    min: 1,
    help: "over how many epochs both weights rise to theirs; 1 is no warm-up",
  }),
  ...supervision,
};

/**
 * Decoupled knowledge distillation (Zhao et al., Decoupled knowledge distillation, 2022, arXiv 2203.08679), against the mean
 * prediction of the predictive teachers:
 *
 *     L = labelled · CE + min(epoch / warmUp, 1) · (α · TCKD + β · NCKD)
 *
 * The target class is the label where there is one, and the pseudo class of the votes elsewhere (ours: the paper has labels
 * for all images). Terms: `labelled`, on labelled images; `target` and `others`, on all.
 *
 * The loop counts epochs and tells; whoever writes a loop of their own calls `endEpoch()` after each.
 *
 * @example
 * ```ts
 * import { data, distill, type nn, type teachers, torch } from "@apprentice/distill";
 *
 * function firstLoss(student: nn.Classifier, masters: teachers.Teacher[]): number {
 *   const method = new distill.DKD({ student, teachers: masters, warmUp: 5 });
 *   return method.step(new data.UnlabelledBatch(torch.rand([32, 1, 28, 28]))).loss.item();
 * }
 * ```
 */
export class DKD extends Method {
  /** What the method asks for. */
  static override readonly needs: Needs = { images: "any", voters: 1, onlyVoters: true };
  /** The predictive teachers as one prediction. */
  readonly voters: Voters;
  /** The term on labels. */
  readonly supervision: Supervision;
  readonly #options: Resolved<DKDSettings>;
  /** How many epochs have ended. */
  #epochs = 0;

  /**
   * Takes a student and its teachers in.
   *
   * @throws {ArgumentError} if none of the teachers is predictive, or an option is out of its range.
   * @throws {ShapeError} if a predictive teacher has another number of classes than the student.
   */
  constructor({ student, teachers, checkFinite, ...options }: DKDOptions) {
    super({ student, teachers, checkFinite });
    this.#options = resolveOptions("DKD", DKD_OPTIONS, options);
    const { alpha, beta, labelled } = this.#options;
    checkTeaches("DKD", { alpha, beta, labelled });
    this.voters = new Voters(this.shelf, this.#options);
    this.supervision = new Supervision(this.shelf, { ...this.#options, kd: 0 });
  }

  /** Which share of their weights the two parts have in the epoch under way. */
  get warmth(): number {
    return Math.min((this.#epochs + 1) / this.#options.warmUp, 1);
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms): void {
    const { alpha, beta, temperature } = this.#options;
    this.supervision.add(seen, terms);
    if (alpha === 0 && beta === 0) return;
    const vote = this.voters.vote(seen.opinions);
    const compared = [seen.student.logits, vote.probabilities, targetClasses(seen, vote)] as const;
    const { warmth } = this;
    terms.add("target", warmth * alpha, () => targetClassLoss(...compared, { temperature }));
    terms.add("others", warmth * beta, () => otherClassesLoss(...compared, { temperature }));
  }

  /** One epoch more has ended: the weights rise. */
  override endEpoch(): Record<string, number> {
    const { warmth } = this;
    this.#epochs++;
    return this.#options.warmUp > 1 ? { warmth } : {};
  }

  /** What changes and is no tensor: also how many epochs have ended. */
  override getExtraState(): Spec {
    return { ...super.getExtraState() as Record<string, Spec>, epochs: this.#epochs };
  }

  /** Puts back what {@linkcode DKD.getExtraState} gave. */
  override setExtraState(state: Spec): void {
    super.setExtraState(state);
    this.#epochs = (state as { epochs?: number }).epochs ?? 0;
  }

  /** @ignore */
  protected override settings(): Spec {
    return { ...this.#options };
  }
}
