/**
 * What a teacher from weights is made of, by what its publisher and its user say.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { architectureAt, type Place } from "./find_place.ts";
import type { WeightsSource } from "./from_weights.ts";
import { labelOptionsOf } from "./label_options.ts";
import type { LoadTeacherOptions } from "./load_options.ts";
import { publishedView } from "./published_view.ts";

/**
 * Puts together what a teacher from weights is made of. What the user says counts more than what the publisher does.
 *
 * @throws {ArgumentError} if nobody says which architecture it is, or the publisher says of images what cannot be meant.
 */
export function weightsSource(place: Place, options: LoadTeacherOptions): WeightsSource {
  const { config, path, spec } = place;
  const architecture = architectureAt(place, options.architecture);
  if (architecture === null) {
    throw new ArgumentError(
      `It is not clear what architecture ${spec} is: ${
        config.problems.join("; ")
      }. Give { architecture }, one of models.list().`,
    );
  }
  const published = publishedView(place, options);
  const { kind = "descriptive", device = "cpu", dtype = "float32" } = options;
  return {
    name: place.name,
    spec,
    architecture,
    path: path.name,
    kind,
    labels: labelOptionsOf(options),
    numClasses: options.numClasses ?? config.numClasses ?? undefined,
    imageSize: options.view?.size?.[0] ?? config.imageSize ?? undefined,
    view: { ...published, ...options.view },
    classNames: config.labels,
    channelOrder: config.channelOrder,
    reading: {
      prefix: options.prefix,
      ignore: options.ignore,
      rename: options.rename,
      strict: options.strict,
    },
    device,
    dtype,
    memoryFormat: options.memoryFormat,
  };
}
