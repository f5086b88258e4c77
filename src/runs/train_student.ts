/**
 * The work of a run: from the recipe to the files in its folder.
 *
 * @module
 */

import { type Evaluation, evaluate } from "../eval/mod.ts";
import * as data from "../data/mod.ts";
import type { Dataset, LabelledBatch, Transform, UnlabelledBatch } from "../data/mod.ts";
import { compose } from "../data/transforms/compose.ts";
import { TRANSFORMS } from "../data/transforms/by_name.ts";
import { save } from "../models/saved.ts";
import type { Classifier } from "../nn/classifier.ts";
import { MetricsLog } from "../report/metrics.ts";
import { Shelf } from "../teachers/shelf.ts";
import type { Teacher } from "../teachers/teacher.ts";
import * as torch from "../torch/mod.ts";
import { fit, type ResumeOptions } from "../train/fit.ts";
import { fingerprint } from "../base/spec.ts";
import { buildStudent } from "./build_student.ts";
import { buildTeachers, type TrainFirst } from "./build_teachers.ts";
import { BestStudent } from "./best_student.ts";
import { recipeFingerprint } from "./fingerprint.ts";
import { RUN_FILES, type RunFolder } from "./folder.ts";
import { METHODS } from "./methods.ts";
import { DataOpener, type OpenedData } from "./open_data.ts";
import { optimizersOf } from "./optimizers.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import type { RunResult } from "./run.ts";
import { writeRunReport } from "./run_report.ts";

/** How a student is trained in a folder. */
export interface TrainStudentOptions {
  /** Goes on from the checkpoint. */
  resume: boolean | ResumeOptions;
  /** Stops after the step at hand. */
  signal?: AbortSignal;
  /** Whether to show progress. */
  progress?: boolean;
  /** Trains teachers that are recipes. */
  trainFirst: TrainFirst;
}
