/**
 * The best epoch of a run, and the student as it was then.
 *
 * @module
 */

import { say } from "../base/progress.ts";
import { save } from "../models/saved.ts";
import { Classifier, type Module } from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import { Best } from "./best.ts";
import type { BestOptions } from "./best.ts";
import type { MetricRecord } from "../report/metrics.ts";

/** Which epoch is the best, and where the student is kept as it was at its end. */
export interface KeepBestOptions extends BestOptions {
  /** The file of the best student; none is written if absent. */
  file?: string;
}

/** Follows evaluations. */
export class KeepBest {
  /** What is known of the best epoch. */
  readonly best: Best;
  readonly #file: string | undefined;
  readonly #student: Module;

  /**
   * Nothing is known yet.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor({ file, ...options }: KeepBestOptions, student: Module) {
    this.best = new Best(options);
    this.#file = file;
    this.#student = student;
  }

  /**
   * Takes note of an evaluation; returns whether it is time to stop.
   *
   * @param name The run's name, to say that with; null says nothing.
   */
  note(found: MetricRecord, epoch: number, name: string | null): boolean {
    const { best } = this;
    const { improved, stop } = best.update(best.valueIn(found), epoch);
    if (improved && this.#file !== undefined) this.#write(this.#file);
    if (stop && name !== null) {
      say(
        `${name}: stopped after epoch ${epoch}: ${best.metric} has not been better than ${best.value} of epoch ` +
          `${best.epoch} for ${best.patience} evaluations`,
      );
    }
    return stop;
  }

  /** Whether training was to stop when the run was interrupted. */
  get stopped(): boolean {
    return this.best.state().waited >= this.best.patience;
  }

  #write(file: string): void {
    const student = this.#student;
    if (student instanceof Classifier && student.recipe !== null) return save(file, student);
    torch.saveSafetensors(file, student.stateDict(), {}, { checksums: true });
  }
}
