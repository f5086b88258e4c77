/**
 * One-for-all distillation.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { either, list, nullable } from "../../base/option_parts.ts";
import { choice, number, whole } from "../../base/option_values.ts";
import { type OptionTable, type Resolved, resolveOptions } from "../../base/options.ts";
import type { Spec } from "../../base/spec.ts";
import type { Backbone } from "../../models/backbone.ts";
import { ModuleList } from "../../nn/layers/containers.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { type BranchShape, stageBranches } from "../branches/stage_branches.ts";
import { checkTeaches } from "../checks.ts";
import { ofaLoss } from "../losses/one_for_all.ts";
import { type Learners, Method } from "../method.ts";
import type { Needs } from "../needs.ts";
import type { Seen } from "../seen.ts";
import { Supervision, supervisionOptions, type SupervisionSettings } from "../supervision.ts";
import { targetClasses } from "../target_classes.ts";
import type { Terms } from "../terms.ts";
import { Voters } from "../voters.ts";

/** The options of {@linkcode OFA} that are data; defaults are the official code's. */
export interface OFASettings extends Omit<SupervisionSettings, "kd"> {
  /** The weight of the branches' losses, which are added up; 1. */
  branch?: number;
  /** The weight of the same loss of the student's own logits; 1. */
  logit?: number;
  /**
   * ε of all losses, or of each branch in order and, last, of the student's own logits; 1, which is soft cross-entropy. On
   * ImageNet the paper has 1.5.
   */
  eps?: number | readonly number[];
  /** Which of the student's stages have branches, from 1, in order; all if null. */
  stages?: readonly number[] | null;
  /**
   * What branches are made of: convolutions (`"conv"`), or merged tokens and transformer blocks (`"tokens"`); if null tokens
   * for vision transformers, mixers, Swin and Hiera, convolutions for others.
   */
  branchShape?: BranchShape | null;
}

/** Options of {@linkcode OFA}; of descriptive teachers no use is made. */
export interface OFAOptions extends Learners, OFASettings {}

const { kd: _, ...supervision } = supervisionOptions(1);
const eps = number({ min: 0 });

/** The options of {@linkcode OFA} that are data. */
export const OFA_OPTIONS: OptionTable<OFASettings> = {
  branch: number({ default: 1, min: 0, help: "weight of the losses of all branches" }),
  logit: number({ default: 1, min: 0, help: "weight of the loss of the student's own logits" }),
  eps: either<[number, readonly number[]]>([eps, list(eps, {})], {
    default: 1,
    help:
      "by what power the target class is enhanced: of all, or of each branch and then of the logits",
  }),
  stages: nullable(
    list(whole({ min: 1 }), {
      help: "which of the student's stages have branches, from 1; all if null",
    }),
  ),
  branchShape: nullable(
    choice(["conv", "tokens"], {
      help: "what branches are made of; by the student's architecture if null",
    }),
  ),
  ...supervision,
};

/**
 * OFA (Hao et al., One-for-all: bridge the gap between heterogeneous architectures in knowledge distillation, 2023, arXiv
 * 2310.19444): branches on the student's stages give logits of their own, which learn from what the teachers say in the end,
 *
 *     L = branch · Σ_k ofa(z_k, p̂) + logit · ofa(z, p̂) + labelled · CE
 *
 * with `ofaLoss`, here against the mean prediction of the predictive teachers. The target class is the label where there is
 * one, and the pseudo class of the votes elsewhere (ours; at ε = 1 it cancels). This is the baseline "OFA" of UNIFORM (arXiv
 * 2508.19498). Terms: `branch` and `logit`, on all images; `labelled`, on labelled ones.
 *
 * Each stage has one branch, however many there are; the last is like the paper's fourth. Convolutions end as wide as the
 * student's or the widest voter's features (ours: the paper has one teacher). Stages of transformers hold patches only, so
 * that their mean is classified and not the class token (ours). All branches are thrown away at the end.
 *
 * @example
 * ```ts
 * import { data, distill, models, type teachers, torch } from "@apprentice/distill";
 *
 * function firstLoss(masters: teachers.Teacher[]): number {
 *   using student = new models.SmallCnn({ numClasses: 10 });
 *   using method = new distill.OFA({ student, teachers: masters, eps: 1.5 });
 *   return method.step(new data.UnlabelledBatch(torch.rand([32, 1, 28, 28]))).loss.item();
 * }
 * ```
 */
export class OFA extends Method {
  /** What the method asks for. */
  static override readonly needs: Needs = {
    images: "any",
    voters: 1,
    onlyVoters: true,
    stages: true,
  };
  /** The branches, in the order of their stages. */
  readonly branches: ModuleList;
  /** The predictive teachers as one prediction. */
  readonly voters: Voters;
  /** The term on labels. */
  readonly supervision: Supervision;
  readonly #options: Resolved<OFASettings>;
  /** Places of the stages that have a branch, from 0. */
  readonly #places: readonly number[];
  /** ε of each branch, and of the logits. */
  readonly #eps: readonly number[];

  /**
   * Makes the branches.
   *
   * @throws {ArgumentError} if none of the teachers is predictive, the student has no stages, or not those that are asked
   * for, or an option is out of its range.
   * @throws {ShapeError} if a predictive teacher has another number of classes than the student.
   */
  constructor({ student, teachers, checkFinite, ...given }: OFAOptions) {
    super({ student, teachers, checkFinite });
    const options = this.#options = resolveOptions("OFA", OFA_OPTIONS, given);
    const { branch, logit, labelled, branchShape: shape } = options;
    checkTeaches("OFA", { branch, logit, labelled });
    const { length } = (student as Backbone).stageDims;
    this.#places = branch === 0 ? [] : placesOf(options.stages, length);
    this.#eps = epsOf(options.eps, this.#places.length);
    const widths = this.shelf.voters.map(({ featureDim }) => featureDim);
    const width = Math.max(student.featureDim, ...widths);
    this.branches = new ModuleList(
      stageBranches(student as Backbone, { places: this.#places, shape, width }),
    );
    this.voters = new Voters(this.shelf, options);
    this.supervision = new Supervision(this.shelf, { ...options, kd: 0 });
    this.joinStudent();
  }

  /** @ignore */
  protected override lesson(seen: Seen, terms: Terms): void {
    const { branch, logit, temperature } = this.#options;
    this.supervision.add(seen, terms);
    if (branch === 0 && logit === 0) return;
    const { student, opinions } = seen;
    const vote = this.voters.vote(opinions);
    const target = targetClasses(seen, vote);
    const loss = (logits: Tensor, place: number) =>
      ofaLoss(logits, vote.probabilities, target, { eps: this.#eps[place], temperature });
    terms.add("branch", branch, () =>
      this.#places
        .map((stage, i) => loss(this.branches.at(i).forward(student.stages[stage]), i))
        .reduce((sum, part) => sum.add(part)));
    terms.add("logit", logit, () => loss(student.logits, this.#places.length));
  }

  /** @ignore */
  protected override settings(): Spec {
    // The branches are in what is trained.
    const { branchShape: _, eps: __, stages: ___, ...options } = this.#options;
    return { ...options, eps: [...this.#eps], stages: [...this.#places] };
  }
}

function placesOf(stages: readonly number[] | null, count: number): number[] {
  if (stages === null) return Array.from({ length: count }, (_, i) => i);
  const inOrder = stages.every((stage, i) => stage <= count && (i === 0 || stage > stages[i - 1]));
  if (stages.length > 0 && inOrder) return stages.map((stage) => stage - 1);
  throw new ArgumentError(
    `OFA: stages are some of 1 to ${count}, which the student has, in order and each once, got [${
      stages.join(", ")
    }].`,
  );
}

function epsOf(eps: number | readonly number[], branches: number): readonly number[] {
  if (typeof eps === "number") return Array.from({ length: branches + 1 }, () => eps);
  if (eps.length === branches + 1) return eps;
  throw new ArgumentError(
    `OFA: eps is one number, or one for each of the ${branches} branches and one for the logits, which makes ` +
      `${branches + 1}; got ${eps.length}.`,
  );
}
