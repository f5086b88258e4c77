/**
 * How sure teachers who know some classes only must be to vote.
 *
 * @module
 */

import { TrainingError } from "../base/errors.ts";
import type { LabelMap } from "../data/label_map.ts";
import { knownColumns } from "../data/known_columns.ts";
import { Module } from "../nn/module.ts";
import type { Opinions } from "../teachers/opinions.ts";
import type { Teacher } from "../teachers/teacher.ts";
import { noGrad } from "../torch/backward.ts";
import { constant } from "../torch/constants.ts";
import { full, tensor } from "../torch/creation.ts";
import { allGatherObject, type ProcessGroup } from "../torch/distributed/mod.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { type Confidence, confidenceOf } from "./confidence.ts";
import { type HistogramState, otsuCut, ScoreHistogram, upperShareCut } from "./score_histogram.ts";
import type { Surveys } from "./survey.ts";

/** How thresholds are found. */
export interface ThresholdOptions {
  /** The way to tell how sure a teacher is. */
  readonly confidence: Confidence;
  /** Where confidence falls in two, or what its upper share is: as large as the teacher's classes are of all. */
  readonly threshold: "otsu" | "classShare";
}

/**
 * The confidence below which each teacher abstains, found without labels in what the teachers say about all training images.
 * The thresholds are state: a run that goes on keeps them.
 */
export class Thresholds extends Module implements Surveys {
  /** The threshold of each teacher (N), float64; NaN until it is known, -Infinity for one that never abstains. */
  readonly values: Tensor;
  readonly #names: readonly string[];
  /** The maps of teachers who know some classes only. */
  readonly #maps: ReadonlyMap<string, LabelMap>;
  readonly #scores: Map<string, ScoreHistogram> = new Map();
  readonly #options: ThresholdOptions;
  #isSurveyed = false;

  /** For teachers that vote, some of whom know some classes only. */
  constructor(teachers: readonly Teacher[], options: ThresholdOptions) {
    super();
    this.#names = teachers.map(({ name }) => name);
    this.#maps = new Map(
      teachers.flatMap(({ name, labelMap }) =>
        labelMap === null || labelMap.isWhole ? [] : [[name, labelMap]]
      ),
    );
    this.#options = options;
    this.values = this.registerBuffer("values", full([teachers.length], NaN, { dtype: "float64" }));
  }

  /** Thresholds are looked at, not passed through: see {@linkcode Thresholds.of}. @ignore */
  override forward(): Tensor {
    return this.values;
  }

  /** Whether the thresholds are known. Waits for the device until they are. */
  get surveyed(): boolean {
    return this.#isSurveyed ||= (this.values.data() as Float64Array).every((one) => one === one);
  }

  /** Forgets what was counted. */
  begin(): void {
    this.#scores.clear();
  }

  /** Counts how sure teachers are of some of the training images. */
  observe(opinions: Opinions): void {
    for (const name of opinions.voters.filter((name) => this.#maps.has(name))) {
      const counted = this.#scores.get(name) ?? new ScoreHistogram();
      this.#scores.set(name, counted);
      noGrad(() =>
        scope(() => {
          const logits = knownColumns(opinions.of(name).logits!, opinions.known(name));
          const scores = confidenceOf(logits, this.#options.confidence);
          counted.add(scores.data() as Float32Array | Float64Array);
        })
      );
    }
  }

  /** Takes in what all processes have counted. */
  join(group: ProcessGroup): void {
    const own = Object.fromEntries(
      [...this.#scores].map(([name, scores]) => [name, scores.state()]),
    );
    this.#scores.clear();
    for (const all of allGatherObject(own, { group }) as Record<string, HistogramState>[]) {
      for (const [name, state] of Object.entries(all)) {
        const joined = this.#scores.get(name) ?? new ScoreHistogram();
        this.#scores.set(name, joined);
        joined.addAll(state);
      }
    }
  }

  /** Takes the thresholds from what was counted. Teachers of all classes, and those never heard, have none. */
  settle(): void {
    const values = this.#names.map((name) => {
      const [map, scores] = [this.#maps.get(name), this.#scores.get(name)];
      if (map === undefined || scores === undefined) return -Infinity;
      return this.#options.threshold === "otsu"
        ? otsuCut(scores)
        : upperShareCut(scores, map.known.length / map.numClasses);
    });
    this.#scores.clear();
    noGrad(() => scope(() => this.values.copy_(tensor(values, { dtype: "float64" }))));
  }

  /**
   * The thresholds of some of the teachers, in their order.
   *
   * @throws {TrainingError} if they are not known.
   */
  of(names: readonly string[]): Tensor {
    if (!this.surveyed) {
      throw new TrainingError(
        `How sure ${[...this.#maps.keys()].join(", ")} must be to vote is not known: await ` +
          `method.prepare(batches) before the first step, which looks at all training images once, or give a number as ` +
          `the threshold.`,
      );
    }
    if (names.length === this.#names.length) return this.values;
    const places = names.map((name) => this.#names.indexOf(name));
    const { device } = this.values;
    return this.values.indexSelect(0, constant(places, { dtype: "int64", device }));
  }
}
