/**
 * Teachers of a published architecture, from a file of weights.
 *
 * @module
 */

import type { View } from "../data/view.ts";
import type { LoadWeightsOptions } from "../checkpoints/mod.ts";
import { create } from "../models/create.ts";
import { entryOf } from "../models/entry_of.ts";
import type { Device } from "../torch/device.ts";
import type { DType } from "../torch/dtype.ts";
import { teacherOnDemand } from "./on_demand.ts";
import { patchDimOf } from "./see_model.ts";
import type { Teacher } from "./teacher.ts";
import type { TeacherFacts } from "./teacher_options.ts";
import { OnDemand } from "./weights.ts";

/** How a file of weights is read. */
export type ReadingOptions = Pick<LoadWeightsOptions, "prefix" | "ignore" | "rename" | "strict">;

/** What a teacher from weights is made of. */
export interface WeightsSource {
  /** The teacher's name. */
  readonly name: string;
  /** What the user calls the place that the weights come from. */
  readonly spec: string;
  /** The architecture's name in the registry. */
  readonly architecture: string;
  /** The file, folder or index of its weights. */
  readonly path: string;
  /** The number of classes of its head, if not the published weights'. */
  readonly numClasses?: number;
  /** The side of the images that its positions are for, if not the published weights'. */
  readonly imageSize?: number;
  /** What the teacher wants of pixels, where that is not what the registry says. */
  readonly view?: Partial<View>;
  /** Whether the teacher gives logits in the student's label space. */
  readonly kind: "descriptive" | "predictive";
  /** The student's class for each of the teacher's, where the order differs. */
  readonly classes?: readonly number[];
  /** Where the teacher runs. */
  readonly device: Device;
  /** What the teacher computes in. */
  readonly dtype: DType;
  /** The names of its own classes. */
  readonly classNames?: readonly string[];
  /** How the file of weights is read. */
  readonly reading?: ReadingOptions;
}

/**
 * A teacher whose model is built and loaded when it is first asked, and again after a release. The weights are
 * checked against the architecture here, so that a file that does not fit is refused now.
 *
 * @throws As `models.create` does.
 */
export function teacherFromWeights(source: WeightsSource): Teacher {
  const { name, kind, device, dtype } = source;
  const known = entryOf(source.architecture, source.path, source.reading?.ignore);
  // Of a descriptive teacher the head is left out.
  const numClasses = kind === "predictive" ? source.numClasses ?? known.numClasses : 0;
  const imageSize = source.imageSize ?? source.view?.size?.[0] ?? known.inputSize;
  const size = source.view?.size ?? [imageSize, imageSize];
  const view: View = {
    mean: known.mean,
    std: known.std,
    interpolation: known.interpolation,
    cropFraction: known.cropFraction,
    ...source.view,
    size,
  };
  const weights = new OnDemand(() => {
    const model = create(known.name, {
      numClasses,
      imageSize: imageSize === known.inputSize ? undefined : imageSize,
      weights: source.path,
      head: kind === "predictive" ? "load" : "fit",
      headAdvice:
        "give the right { numClasses }, or make a descriptive teacher, which needs no head",
      assign: true,
      ...source.reading,
    });
    return model.freeze().to({ device, dtype });
  });
  const model = weights.get();
  const { featureDim } = model;
  const patchDim = patchDimOf(model);
  const facts: TeacherFacts = {
    source: source.spec,
    architecture: known.name,
    parameters: model.numParameters(),
    numClasses: source.numClasses ?? known.numClasses,
    classNames: source.classNames,
  };
  weights.release();
  return teacherOnDemand(weights, {
    name,
    kind,
    view,
    dtype,
    featureDim,
    patchDim,
    numClasses,
    classes: source.classes,
    facts,
  });
}
