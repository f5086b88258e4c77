/**
 * Teachers' features at mean 0 and standard deviation 1.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { ModuleList } from "../nn/layers/containers.ts";
import { Module } from "../nn/module.ts";
import type { Opinions } from "../teachers/opinions.ts";
import { noGrad } from "../torch/backward.ts";
import type { ProcessGroup } from "../torch/distributed/mod.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { checkChoice } from "./checks.ts";
import { Standardizer } from "./standardizer.ts";
import { type Standardization, STANDARDIZATIONS } from "./standardization.ts";
import type { Surveys } from "./survey.ts";
import {
  type Featured,
  type GroupFeatures,
  seatOf,
  stackGroup,
  type WidthGroup,
  widthGroups,
} from "./width_groups.ts";

/**
 * Standardizes the features of all teachers of a method, each by its own statistics. Whether UNIFORM (arXiv 2508.19498) does
 * so is open in the paper's summary; without it a teacher with large features is the mean by itself.
 *
 * Statistics of all training images are taken by `Method.prepare`, once.
 */
export class Standardizers extends Module implements Surveys {
  /** The teachers by width. */
  readonly groups: readonly WidthGroup[];
  /** What standardizes each of the groups; none with `"none"`. */
  readonly standardizers: ModuleList;

  /**
   * Has statistics of nothing yet.
   *
   * @throws {ArgumentError} if there is no such way to standardize.
   */
  constructor(teachers: readonly Featured[], mode: Standardization) {
    super();
    checkChoice(mode, STANDARDIZATIONS, "standardize");
    this.groups = widthGroups(teachers);
    this.standardizers = new ModuleList(
      mode === "none" ? [] : this.groups.map((group) => new Standardizer(group, mode)),
    );
  }

  /** Whether statistics are there, as far as they are wanted. */
  get surveyed(): boolean {
    return !this.#all().some((one) => one.wanting);
  }

  /** Starts from nothing. */
  begin(): void {
    for (const one of this.#all()) one.begin();
  }

  /** Takes in what the teachers say about some of the training images. */
  observe(opinions: Opinions): void {
    for (const [i, one] of this.#all().entries()) {
      const group = this.groups[i];
      const heard = noGrad(() => stackGroup(group, opinions, one.mean));
      if (heard === null) continue;
      one.observe(heard.features, heard.names.map((name) => group.names.indexOf(name)));
    }
  }

  /** Takes in what all processes have observed. */
  join(group: ProcessGroup): void {
    for (const one of this.#all()) one.join(group);
  }

  /** All training images were seen. */
  settle(): void {
    for (const one of this.#all()) one.settle();
  }

  /**
   * The standardized features of those of each group that were heard, (n, B, width) each. No gradients flow.
   *
   * @throws {TrainingError} if statistics are wanted and were not taken.
   */
  of(opinions: Opinions, like: Tensor): (GroupFeatures | null)[] {
    this.#check();
    return noGrad(() =>
      this.groups.map((group, i) => {
        const heard = stackGroup(group, opinions, like);
        const one = this.#all()[i];
        if (heard === null || one === undefined) return heard;
        return { ...heard, features: one.forward(heard.features, heard.places) };
      })
    );
  }

  /** Gives features back as they are: see {@linkcode Standardizers.ofOne}. @ignore */
  override forward(features: Tensor): Tensor {
    return features;
  }

  /**
   * The standardized features (B, D) of one teacher. No gradients flow.
   *
   * @throws {ArgumentError} if there is no teacher of this name.
   * @throws {TrainingError} if statistics are wanted and were not taken.
   */
  ofOne(name: string, features: Tensor): Tensor {
    this.#check();
    const { one, place } = this.#find(name);
    if (one === undefined) return features;
    return noGrad(() => scope(() => one.forward(features.unsqueeze(0).clone(), place).squeeze(0)));
  }

  /**
   * Standardized features (rows, width) of one teacher as the teacher itself has them.
   *
   * @throws {ArgumentError} if there is no teacher of this name, or features are standardized by the batch.
   * @throws {TrainingError} if statistics are wanted and were not taken.
   */
  restore(name: string, features: Tensor): Tensor {
    this.#check();
    const { one, place } = this.#find(name);
    if (one === undefined) return features;
    return noGrad(() => scope(() => one.restore(features, place)));
  }

  #find(name: string): { one: Standardizer | undefined; place: number } {
    const seat = seatOf(this.groups, name);
    if (seat === null) throw new ArgumentError(`There is no teacher "${name}" to standardize.`);
    return { one: this.#all()[seat.group], place: seat.place };
  }

  #all(): readonly Standardizer[] {
    return [...this.standardizers] as Standardizer[];
  }

  /** Once is enough: what was surveyed stays so. */
  #checked = false;
  #check(): void {
    if (this.#checked) return;
    for (const one of this.#all()) one.check();
    this.#checked = true;
  }
}
