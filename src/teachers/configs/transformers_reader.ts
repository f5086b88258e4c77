/**
 * What readers of transformers' `config.json` have in common.
 *
 * @module
 */

import { type Facts, numberOf, type Problems, shown, sidesOf } from "./facts.ts";

/** Finds an architecture's name; null with a problem if there is none. */
export type Reader = (config: Facts, problems: Problems) => string | null;

/** Numbers are left out of a file where they are the class's own, so those are here again. */
const VIT_SIZES: Readonly<Record<string, string>> = {
  "192,12,3": "tiny",
  "384,12,6": "small",
  "768,12,12": "base",
  "1024,24,16": "large",
  "1280,32,16": "huge",
};

/** The size of a vision transformer, by its width, layers and heads; null with a problem if there is none. */
export function vitSize(config: Facts, problems: Problems): string | null {
  const shape = [
    numberOf(config, "hidden_size", 768),
    numberOf(config, "num_hidden_layers", 12),
    numberOf(config, "num_attention_heads", 12),
  ];
  return VIT_SIZES[shape.join()] ??
    problems.add(
      `there is no vision transformer of width ${shape[0]}, ${shape[1]} layers, ${shape[2]} heads`,
    );
}

/** Reports what an architecture of the registry does not have. */
export function differs(config: Facts, wanted: Readonly<Record<string, unknown>>): string | null {
  for (const [key, value] of Object.entries(wanted)) {
    const found = config[key];
    if (found !== undefined && found !== null && found !== value) {
      return `${key} is ${shown(found)}, not ${shown(value)}`;
    }
  }
  return null;
}

/** The side of the images that a network is for, where they are squares. */
export function imageSizeOf<T>(config: Facts, otherwise: T): number | T {
  const sides = sidesOf(config.image_size);
  return sides !== null && sides[0] === sides[1] ? sides[0] : otherwise;
}

/** Finds a name by lists of numbers. */
export function byNumbers(
  what: string,
  table: Readonly<Record<string, string>>,
  numbers: readonly (readonly number[])[],
  problems: Problems,
): string | null {
  const key = numbers.map((list) => list.join()).join("|");
  return table[key] ??
    problems.add(
      `there is no ${what} with ${numbers.map((list) => `[${list.join(", ")}]`).join(", ")}`,
    );
}

/** The class that the weights are of. */
export function architectureOf(config: Facts): string {
  const list = config.architectures;
  return Array.isArray(list) && typeof list[0] === "string" ? list[0] : "";
}
