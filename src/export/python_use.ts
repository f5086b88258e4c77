/**
 * How a model that is exported is used in Python.
 *
 * @module
 */

import type { Classifier } from "../nn/classifier.ts";
import { publisherOf } from "./publisher.ts";

/** How to use an exported model in Python, and what to know about that. */
export interface PythonUse {
  /** Lines of Python that load the weights; null if no library has a class for them. */
  readonly code: string | null;
  /** Sentences on what cannot be had, and why. */
  readonly notes: readonly string[];
}

/**
 * How a model is loaded in Python of the folder that it was exported to.
 *
 * @param folder The folder as Python is to open it.
 * @param repository The repository of the hub that has the folder, if it is to be loaded of that.
 */
export function pythonUse(model: Classifier, folder: string, repository?: string): PythonUse {
  const { libraries, name, keys } = publisherOf(model);
  const [library] = libraries;
  const notes = model.view === null
    ? ["The model has no view, so that config.json has its publisher's, or none."]
    : [];
  if (library === undefined) {
    return {
      code: null,
      notes: [
        ...notes,
        `No library of Python makes a ${name} by this name; the names of its parameters are ${
          keys === "this package's own" ? keys : `those of ${keys}`
        }. config.json and the file's metadata have its options; models.load takes it here.`,
      ],
    };
  }
  if (library === "torchvision") {
    const { inChannels = 3 } = (model.recipe?.options ?? {}) as { inChannels?: number };
    return inChannels === 3 && model.numClasses > 0
      ? { code: ofTorchvision(model, name, folder, repository), notes }
      : {
        code: null,
        notes: [
          ...notes,
          `torchvision makes a ${name} for images of 3 channels and with a head: put the student's first convolution and ` +
          "head in their places, and it takes these weights, with strict=True.",
        ],
      };
  }
  if (needsFolding(model, name)) {
    return { code: null, notes: [...notes, foldedNote(name)] };
  }
  const place = repository === undefined ? `local-dir:${folder}` : `hf-hub:${repository}`;
  return {
    code: `import timm\n\n` +
      `model = timm.create_model(${text(place)}, pretrained=True).eval()\n` +
      `transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model))`,
    notes,
  };
}

function ofTorchvision(
  model: Classifier,
  name: string,
  folder: string,
  repository?: string,
): string {
  const path = repository === undefined
    ? text(`${folder}/model.safetensors`)
    : `hf_hub_download(${text(repository)}, "model.safetensors")`;
  // The only one of torchvision's whose parameters depend on the size.
  const { imageSize } = (model.recipe?.options ?? {}) as { imageSize?: number };
  const more = name === "maxvit_t" && imageSize !== undefined
    ? `, input_size=(${imageSize}, ${imageSize})`
    : "";
  return (repository === undefined ? "" : "from huggingface_hub import hf_hub_download\n") +
    `from safetensors.torch import load_file\nfrom torchvision.models import get_model\n\n` +
    `model = get_model(${
      text(name)
    }, weights=None, num_classes=${model.numClasses}${more}).eval()\n` +
    `model.load_state_dict(load_file(${path}), strict=True)`;
}

/** Whether timm makes the form without branches only of the one with them. */
function needsFolding({ recipe }: Classifier, name: string): boolean {
  return recipe?.options.folded === true && !/^fastvit/.test(name);
}

function foldedNote(name: string): string {
  return `The model is folded: timm.create_model makes a ${name} with branches. ` +
    "timm.utils.model.reparameterize_model(timm.create_model(…)) has the form that takes these weights, with strict=True.";
}

/** A text of Python. */
function text(value: string): string {
  return JSON.stringify(value);
}
