/**
 * Models by name.
 *
 * @module
 */

import { loadWeights, type LoadWeightsOptions, type WeightsFile } from "../checkpoints/mod.ts";
import { ArgumentError } from "../base/errors.ts";
import { isHubSpec, resolveHub, type ResolveHubOptions } from "../hub/mod.ts";
import { skipped } from "../nn/init.ts";
import type { Backbone } from "./backbone.ts";
import { dialects } from "./dialects/all.ts";
import type { View } from "../data/view.ts";
import type { BuildOptions, ModelEntry } from "./entry.ts";
import { publishedWeights } from "./published_weights.ts";
import { entry } from "./registry.ts";
import { entryOf } from "./entry_of.ts";

/** How {@linkcode create} makes a model. */
export interface CreateOptions
  extends
    Partial<BuildOptions>,
    Pick<LoadWeightsOptions, "prefix" | "ignore" | "rename" | "strict" | "headAdvice"> {
  /**
   * A file, folder or sharded index of weights, as their publisher ships them; fresh weights without it. A repository of
   * the hub, `hf://org/name`, is fetched first: {@linkcode create} then gives a promise.
   */
  readonly weights?: string | WeightsFile;
  /**
   * Whether the weights are those that are published under the name, with its tag if it has one: they are fetched from
   * the hub. {@linkcode create} then gives a promise.
   */
  readonly pretrained?: boolean;
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
  /** Options for the hub: token, cache, progress. */
  readonly hub?: ResolveHubOptions;
}

/**
 * Makes a model of a published architecture, on the CPU in float32: with fresh weights, or with those of a file.
 * {@linkcode list} has the names. With weights, its `view` is what these expect of images.
 *
 * `"vit_small_patch16_dinov3.lvd1689m"` is an architecture with the tag of its weights, as in timm; what they expect of
 * images is that tag's. With `pretrained` the weights come from the hub.
 *
 * @throws {ArgumentError} if there is no such architecture, an option cannot be used, or the weights are another
 * model's: the message lists the names that do not fit.
 * @throws {FormatError} if the file of weights is damaged or refused.
 * @throws {HubError} if the hub refuses, has no such repository, or cannot be reached.
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
export function create(
  name: string,
  options: CreateOptions & { readonly weights: `hf://${string}` },
): Promise<Backbone>;
/** A model with published weights, by its name and tag. */
export function create(
  name: string,
  options: CreateOptions & { readonly pretrained: true },
): Promise<Backbone>;
/** A model with fresh weights, or with those of a file. */
export function create(name: string, options?: CreateOptions): Backbone;
export function create(
  name: string,
  options: CreateOptions = {},
): Backbone | Promise<Backbone> {
  const { pretrained = false, ...others } = options;
  const { weights } = options;
  // A name that is wrong need not wait for the hub.
  entry(name);
  if (pretrained && weights !== undefined) {
    throw new ArgumentError(
      `models.create("${name}"): weights and pretrained were both given; leave one of them out.`,
    );
  }
  if (pretrained) return fromHub(name, publishedWeights(name), others);
  return typeof weights === "string" && isHubSpec(weights)
    ? fromHub(name, weights, options)
    : build(name, options);
}

async function fromHub(name: string, spec: string, options: CreateOptions): Promise<Backbone> {
  const { weights } = await resolveHub(spec, options.hub);
  if (weights === null) {
    throw new ArgumentError(
      `There are no weights in ${spec} as the option hub.files chooses; leave it out for those of a model.`,
    );
  }
  return build(name, { ...options, weights });
}

function build(name: string, options: CreateOptions): Backbone {
  const known = entryOf(name, options.weights, options.ignore);
  const {
    weights,
    head = options.numClasses === undefined ? "load" : "fit",
    assign,
    prefix,
    ignore,
    rename,
    strict,
    headAdvice,
    hub: _,
    pretrained: __,
    ...given
  } = options;
  const build: BuildOptions = { ...given, numClasses: given.numClasses ?? known.numClasses };
  if (weights === undefined) return named(known, build);
  // What is loaded needs no initial values; a head that may stay fresh does, if there is one.
  const allLoaded = strict !== false && (head === "load" || build.numClasses === 0);
  const model = allLoaded ? skipped(() => named(known, build)) : named(known, build);
  try {
    loadWeights(model, weights, {
      head,
      dialects,
      assign,
      prefix,
      ignore,
      rename,
      strict,
      headAdvice,
    });
    model.view = viewOf(known, build);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** An architecture with fresh weights, which knows how it was made. */
function named(known: ModelEntry, build: BuildOptions): Backbone {
  const model = known.build(build);
  model.recipe = { architecture: known.name, options: { ...build } };
  return model;
}

/** What published weights expect of images; null where their channels are not those that they were trained on. */
function viewOf(known: ModelEntry, { inChannels = 3, imageSize }: BuildOptions): View | null {
  if (inChannels !== known.mean.length) return null;
  const { mean, std, interpolation, cropFraction } = known;
  const side = imageSize ?? known.inputSize;
  return { size: [side, side], mean, std, interpolation, cropFraction };
}
