/**
 * A model's `config.json`, in the form that timm has on the hub.
 *
 * @module
 */

import type { Spec } from "../base/spec.ts";
import { skipped } from "../nn/init.ts";
import { create } from "../models/create.ts";
import { headPrefixesOf } from "../checkpoints/load_weights.ts";
import type { View } from "../data/view.ts";
import { weightsFacts } from "../models/published/facts.ts";
import type { Classifier } from "../nn/classifier.ts";
import { publisherOf } from "./publisher.ts";

/** What a config says beside what the model says itself. */
export interface TimmConfigOptions {
  /** The license of the weights; none is said if absent. */
  readonly license?: string;
}

/** What timm's config has; `architecture` is a name of timm only where `library_name` is `"timm"`. */
export interface TimmConfig {
  /** The architecture's name. */
  readonly architecture: string;
  /** Who makes a model of the name. */
  readonly library_name: "timm" | "torchvision" | "apprentice";
  /** The number of classes. */
  readonly num_classes: number;
  /** The width of the features. */
  readonly num_features: number;
  /** The options of an architecture that no library of Python has. */
  readonly options?: Spec;
  /** The names of the classes. */
  readonly label_names?: readonly string[];
  /** What timm's function of the architecture is given. */
  readonly model_args?: Readonly<Record<string, Spec>>;
  /** What is done to images, and names of the first and the last layer. */
  readonly pretrained_cfg: Readonly<Record<string, Spec>>;
}

/**
 * The `config.json` of a model in timm's form: `timm.create_model("local-dir:FOLDER", pretrained=True)` makes the model of
 * it, and `timm.data.resolve_model_data_config` gives the model's view. A model of torchvision's or of this package's own has
 * the same form, which says that it is not timm's.
 *
 * @throws {ArgumentError} if the model was not made by this package.
 */
export function timmConfig(model: Classifier, options: TimmConfigOptions = {}): TimmConfig {
  const { libraries, name, known } = publisherOf(model);
  const { numClasses, featureDim, classNames, recipe } = model;
  const [library = "apprentice"] = libraries;
  const built = (recipe?.options ?? {}) as {
    inChannels?: number;
    /** As the small architectures of this package have it. */
    channels?: number;
    imageSize?: number;
  };
  const channels = built.inChannels ?? built.channels ?? model.view?.mean.length ?? 3;
  const isTimm = library === "timm";
  const fixed = isTimm && known !== null && weightsFacts(name, known.tag ?? undefined).isFixedSize;
  const view = model.view ?? viewOf(model);
  const size = built.imageSize === undefined || !fixed
    ? view?.size
    : [built.imageSize, built.imageSize] as const;
  const args: Record<string, Spec> = {
    ...(built.inChannels !== undefined && channels !== 3 && { in_chans: channels }),
    ...(fixed && built.imageSize !== undefined && { img_size: built.imageSize }),
    ...(isTimm && /^fastvit/.test(name) && recipe?.options.folded === true &&
      { inference_mode: true }),
  };
  return {
    architecture: libraries.length > 0 ? name : recipe!.architecture,
    library_name: library,
    num_classes: numClasses,
    num_features: featureDim,
    ...(libraries.length === 0 && { options: recipe!.options as Spec }),
    ...(classNames !== null && { label_names: classNames }),
    ...(isTimm && Object.keys(args).length > 0 && { model_args: args }),
    pretrained_cfg: {
      custom_load: false,
      num_classes: numClasses,
      ...(size !== undefined && { input_size: [channels, ...size], fixed_input_size: fixed }),
      ...(view !== null && {
        interpolation: view.interpolation ?? "bilinear",
        crop_pct: view.cropFraction ?? 1,
        crop_mode: "center",
        mean: view.mean,
        std: view.std,
      }),
      pool_size: null,
      ...(isTimm && { first_conv: one(firstLayers(model, channels)) }),
      ...(isTimm && { classifier: one(classifiers(model)) }),
      ...(options.license !== undefined && { license: options.license }),
    },
  };
}

/** What the publisher's weights want of images, for a model that has no view. */
function viewOf(model: Classifier): View | null {
  const { known } = publisherOf(model);
  if (known === null) return null;
  const { inputSize, mean, std, interpolation, cropFraction } = known;
  const { inChannels = 3, imageSize = inputSize } = (model.recipe?.options ?? {}) as {
    inChannels?: number;
    imageSize?: number;
  };
  if (inChannels !== mean.length) return null;
  return { size: [imageSize, imageSize], mean, std, interpolation, cropFraction };
}

/** One name is a text in timm's configs, several are a list. */
function one(names: readonly string[]): Spec {
  return names.length === 0 ? null : names.length === 1 ? names[0] : names;
}

/** The layers that see the image: timm makes others of them for images of more channels or fewer. */
function firstLayers(model: Classifier, channels: number): string[] {
  const modules = new Map(model.namedModules());
  const layers = weightedLayers(model).filter(({ name, shape }) => {
    const { groups = 1 } = (modules.get(name) ?? {}) as { groups?: number };
    return shape.length === 4 && shape[1] === channels && groups === 1;
  });
  // Patches that are cut out before come to a linear layer.
  if (layers.length === 0 && modules.has("embeds.proj")) return ["embeds.proj"];
  const stem = (name: string): string => name.split(".", 1)[0];
  return layers.map(({ name }) => name).filter((name) => stem(name) === stem(layers[0].name));
}

/** A number of classes that is no width of a layer. */
const SOME_CLASSES = 7;

/** The layers that give logits; of a model without classes those that it would have: timm must know which to begin anew. */
function classifiers(model: Classifier): string[] {
  const { numClasses, recipe } = model;
  if (numClasses === 0) {
    const { architecture, options } = recipe!;
    using twin = skipped(() => create(architecture, { ...options, numClasses: SOME_CLASSES }));
    return classifiers(twin);
  }
  const heads = headPrefixesOf(model);
  return weightedLayers(model)
    .filter(({ shape }) => shape.length > 1 && shape[0] === numClasses)
    .map(({ name }) => name).filter((name) => heads.some((head) => `${name}.`.startsWith(head)));
}

/** Layers that have weights, with the shapes of these. */
function weightedLayers(model: Classifier): { name: string; shape: readonly number[] }[] {
  return Object.entries(model.stateDict()).filter(([key]) => key.endsWith(".weight"))
    .map(([key, { shape }]) => ({ name: key.slice(0, -".weight".length), shape }));
}
