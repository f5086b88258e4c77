/**
 * What a publisher says that a model wants of images.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { View } from "../data/view.ts";
import type { FaultyFact } from "./configs/model_config.ts";
import type { Place } from "./find_place.ts";
import type { LoadTeacherOptions } from "./load_options.ts";

/**
 * What the publisher says is done to images. What cannot be meant is an error, unless the user says what is: to take
 * another preprocessing in silence would give wrong features.
 */
export function publishedView(
  { config, spec, path }: Place,
  options: LoadTeacherOptions,
): Partial<View> | null {
  const { faults } = config;
  if (faults === undefined) return config.preprocessing;
  const open = faults.facts.filter(({ field }) =>
    options.view?.[field === "cropMode" ? "cropFraction" : field] === undefined
  );
  if (open.length === 0) return faults.rest;
  const fields = [...new Set(open.map(({ field }) => examples[field]))].join(", ");
  const said = [...new Set(open.map(({ text }) => text))].join("; ");
  throw new ArgumentError(
    `${open[0].file} ${
      path.isFile ? "beside" : "in"
    } ${spec} says of images what cannot be used: ${said}. ` +
      `Say what is right, as { view: { ${fields} } }.`,
  );
}

/** How a user says what a file got wrong. */
const examples: Readonly<Record<FaultyFact["field"], string>> = {
  size: "size: [224, 224]",
  mean: "mean: [0.485, 0.456, 0.406]",
  std: "std: [0.229, 0.224, 0.225]",
  interpolation: 'interpolation: "bicubic"',
  cropFraction: "cropFraction: 0.875",
  cropMode: "cropFraction: 0.875",
};
