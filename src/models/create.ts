/**
 * Models by name.
 *
 * @module
 */

import { type Checkpoint, loadWeights, openCheckpoint } from "../checkpoints/mod.ts";
import { skipped } from "../nn/init.ts";
import type { Backbone } from "./backbone.ts";
import { dialects } from "./dialects/mod.ts";
import type { BuildOptions, ModelEntry } from "./entry.ts";
import { entry } from "./registry.ts";

/** How {@linkcode create} makes a model. */
export interface CreateOptions extends Partial<BuildOptions> {
  /** A file, folder or sharded index of weights, as their publisher ships them; fresh weights without it. */
  readonly weights?: string | Checkpoint;
  /**
   * What becomes of the classifier when weights are loaded. `"load"`: it must fit. `"fresh"`: it keeps its new
   * weights. `"fit"`: it is loaded if it has the right number of classes, else it stays fresh. `"fit"` by default
   * where `numClasses` is given, else `"load"`.
   */
  readonly head?: "load" | "fresh" | "fit";
  /**
   * Lets the model's tensors share the mapped file instead of copying it: for models that stay as they are, such as
   * teachers. See `checkpoints.loadWeights`.
   */
  readonly assign?: boolean;
}

/**
 * What is known of an architecture whose weights are in a file: where its name is several publishers', of the one that
 * the file is of.
 *
 * @throws {ArgumentError} if there is none of this name.
 * @throws {FormatError} if the file of weights is damaged or refused.
 */
export function entryOf(name: string, weights?: string | Checkpoint): ModelEntry {
  const known = entry(name);
  if (weights === undefined || known.ofFile === undefined) return known;
  if (typeof weights !== "string") return known.ofFile(weights.names) ?? known;
  using checkpoint = openCheckpoint(weights);
  return known.ofFile(checkpoint.names) ?? known;
}

/**
 * Makes a model of a published architecture, on the CPU in float32: with fresh weights, or with those of a file.
 * {@linkcode list} has the names.
 *
 * @throws {ArgumentError} if there is no such architecture, an option cannot be used, or the weights are another
 * model's: the message lists the names that do not fit.
 * @throws {FormatError} if the file of weights is damaged or refused.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using student = models.create("resnet18", { numClasses: 65 });
 * student.forward(torch.randn([1, 3, 64, 64])).shape; // [1, 65]
 * student.features(torch.randn([1, 3, 64, 64])).shape; // [1, 512]
 * ```
 */
export function create(name: string, options: CreateOptions = {}): Backbone {
  const known = entryOf(name, options.weights);
  const { weights, head = options.numClasses === undefined ? "load" : "fit", assign, ...given } =
    options;
  const build: BuildOptions = { ...given, numClasses: given.numClasses ?? known.numClasses };
  if (weights === undefined) return known.build(build);
  // What is loaded needs no initial values; a head that may stay fresh does, if there is one.
  const allLoaded = head === "load" || build.numClasses === 0;
  const model = allLoaded ? skipped(() => known.build(build)) : known.build(build);
  try {
    loadWeights(model, weights, { head, dialects, assign });
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}
