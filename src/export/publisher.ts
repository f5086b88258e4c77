/**
 * Whose Python class a model is, and by which name.
 *
 * @module
 */

import type { ModelEntry } from "../models/entry.ts";
import { entry, has } from "../models/registry.ts";
import type { Classifier } from "../nn/classifier.ts";

/** Whose Python class a model is. */
export interface Publisher {
  /** The libraries of Python that make the model by its name; empty if none does. */
  readonly libraries: readonly ("timm" | "torchvision")[];
  /** The architecture's name there, or here if there is none. */
  readonly name: string;
  /** Whose names the parameters have, in words. */
  readonly keys: string;
  /** What is known of the architecture; null for the small ones of this package. */
  readonly known: ModelEntry | null;
}

/** Names here by which the library itself knows nothing. */
const OWN = /without published weights/;

/** Whose Python class a model is. */
export function publisherOf({ recipe }: Pick<Classifier, "recipe">): Publisher {
  const architecture = recipe?.architecture ?? "";
  if (!has(architecture)) {
    return { libraries: [], name: architecture, keys: "this package's own", known: null };
  }
  const known = entry(architecture);
  const { source, tag } = known;
  const base = tag !== null && architecture.endsWith(`.${tag}`)
    ? architecture.slice(0, -tag.length - 1)
    : architecture;
  const name = base.replace(/^(timm|torchvision)\//, "");
  const plain = (library: Publisher["libraries"][number]): boolean =>
    source === library || source.startsWith(`${library} (`) ||
    source.includes(`(${library} has the same names)`);
  const libraries = OWN.test(source) ? [] : (["timm", "torchvision"] as const).filter(plain);
  return { libraries, name: libraries.length > 0 ? name : base, keys: source, known };
}
