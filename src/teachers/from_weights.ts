/**
 * Teachers of a published architecture, from a file of weights.
 *
 * @module
 */

import type { View } from "../data/view.ts";
import type { LoadWeightsOptions } from "../checkpoints/mod.ts";
import type { Backbone } from "../models/backbone.ts";
import { create } from "../models/create.ts";
import type { ModelEntry } from "../models/entry.ts";
import { entryOf } from "../models/entry_of.ts";
import type { Device } from "../torch/device.ts";
import type { DType } from "../torch/dtype.ts";
import type { LabelOptions } from "./label_options.ts";
import { teacherOnDemand } from "./on_demand.ts";
import { patchDimOf } from "./see_model.ts";
import type { Teacher } from "./teacher.ts";
import type { TeacherFacts } from "./teacher_options.ts";
import { reverseChannels } from "./reverse_channels.ts";
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
  /** Whether the teacher votes on the student's classes. */
  readonly kind: "descriptive" | "predictive";
  /** Which of the student's classes its own are. */
  readonly labels?: LabelOptions;
  /** Where the teacher runs. */
  readonly device: Device;
  /** What the teacher computes in. */
  readonly dtype: DType;
  /** How the weights lie in memory. */
  readonly memoryFormat?: "contiguous" | "channelsLast";
  /** The names of its own classes. */
  readonly classNames?: readonly string[];
  /** The order of the channels that its weights are for, if not red, green and blue. */
  readonly channelOrder?: "bgr";
  /** How the file of weights is read. */
  readonly reading?: ReadingOptions;
}

/** A model of a published architecture that is not built yet. */
export interface PublishedModel {
  /** What is known of the architecture. */
  readonly known: ModelEntry;
  /** What the model wants of pixels. */
  readonly view: View;
  /** Builds the model and loads its weights, frozen. */
  readonly load: () => Backbone;
}

/**
 * What a file of weights is a model of, and how it is built.
 *
 * @param numClasses The number of classes of its head, by what is known of the architecture; 0 for none.
 * @param headAdvice What to do where only the head does not fit.
 * @throws {ArgumentError} if there is no such architecture.
 */
export function publishedModel(
  source: WeightsSource,
  numClasses: (known: ModelEntry) => number,
  headAdvice = "give the right { numClasses }, or make a descriptive teacher, which needs no head",
): PublishedModel {
  const { kind, device, dtype, memoryFormat } = source;
  const known = entryOf(source.architecture, source.path, source.reading?.ignore);
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
  const load = (): Backbone => {
    const model = create(known.name, {
      numClasses: numClasses(known),
      imageSize: imageSize === known.inputSize ? undefined : imageSize,
      weights: source.path,
      head: kind === "predictive" ? "load" : "fit",
      headAdvice,
      assign: true,
      ...source.reading,
    });
    if (source.channelOrder === "bgr") reverseChannels(model);
    return model.freeze().to({ device, dtype, memoryFormat });
  };
  return { known, view, load };
}

/**
 * A teacher whose model is built and loaded when it is first asked, and again after a release. The weights are
 * checked against the architecture here, so that a file that does not fit is refused now.
 *
 * @throws As `models.create` does.
 */
export function teacherFromWeights(source: WeightsSource): Teacher {
  const { name, kind, dtype } = source;
  // Of a descriptive teacher the head is left out.
  const classesOf = (known: ModelEntry): number =>
    kind === "predictive" ? source.numClasses ?? known.numClasses : 0;
  const { known, view, load } = publishedModel(source, classesOf);
  const weights = new OnDemand(load);
  const model = weights.get();
  const { featureDim } = model;
  const numClasses = classesOf(known);
  const patchDim = patchDimOf(model);
  const facts: TeacherFacts = {
    source: source.spec,
    file: source.path,
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
    labels: source.labels,
    // Those of the head that was published, which may have been replaced.
    classNames: source.classNames?.length === numClasses ? source.classNames : undefined,
    facts,
  });
}
