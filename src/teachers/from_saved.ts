/**
 * Teachers of models that this package saved.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { View } from "../data/view.ts";
import { load } from "../models/saved.ts";
import { fileAt } from "../models/saved_file.ts";
import type { Classifier } from "../nn/classifier.ts";
import { labelOptionsOf } from "./label_options.ts";
import type { LoadTeacherOptions } from "./load_options.ts";
import { teacherOnDemand } from "./on_demand.ts";
import { patchDimOf } from "./see_model.ts";
import type { Teacher } from "./teacher.ts";
import type { TeacherFacts } from "./teacher_options.ts";
import { OnDemand } from "./weights.ts";

/**
 * A teacher of a model that `models.save` wrote, or of a run's student: its view and the names of its classes are in the
 * file.
 *
 * @param path The file, or the folder of a run.
 * @throws {ArgumentError} if it is to vote and has no classes, or the file has no view and none is given.
 * @throws As `models.load` does.
 */
export function teacherFromSaved(path: string, options: LoadTeacherOptions): Teacher {
  const { kind = "descriptive", device = "cpu", dtype = "float32", memoryFormat } = options;
  const target = { device, dtype, memoryFormat };
  const weights = new OnDemand<Classifier>(() => load(path).freeze().to(target));
  const model = weights.get();
  const { featureDim, numClasses, classNames, view: saved, recipe } = model;
  const patchDim = patchDimOf(model);
  const facts: TeacherFacts = {
    source: path,
    file: fileAt(path),
    architecture: recipe?.architecture,
    parameters: model.numParameters(),
    numClasses,
    classNames: classNames ?? undefined,
  };
  weights.release();
  const view = { ...saved, ...options.view } as Partial<View>;
  const known = Object.keys(view).length > 0;
  const name = options.name ?? path.replace(/[/\\]+$/, "").split(/[/\\]/).at(-1)!;
  if (kind === "predictive" && numClasses === 0) {
    throw new ArgumentError(`The model in ${path} has no classes, so that it cannot vote.`);
  }
  return teacherOnDemand(weights, {
    name,
    kind,
    view: known ? view as View : undefined,
    dtype,
    featureDim,
    patchDim,
    numClasses,
    labels: labelOptionsOf(options),
    classNames: classNames ?? undefined,
    facts,
  });
}
