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
  /** Whether timm makes the model of the folder, or of a repository that has it, and needs to be told nothing else. */
  readonly isTimms: boolean;
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
      isTimms: false,
      notes: [
        ...notes,
        `No library of Python makes a ${name} by this name; the names of its parameters are ${
          keys === "this package's own" ? keys : `those of ${keys}`
        }. config.json and the file's metadata have its options; models.load takes it here.`,
      ],
    };
  }
  if (library === "torchvision") {
    const other = notAsPublished(model, name);
    return other === null
      ? { code: ofTorchvision(model, name, folder, repository), isTimms: false, notes }
      : { code: null, isTimms: false, notes: [...notes, other] };
  }
  if (model.recipe?.options.folded === true) return folded(model, name, folder, repository);
  const place = repository === undefined ? `local-dir:${folder}` : `hf-hub:${repository}`;
  return {
    code: `import timm\n\n` +
      `model = timm.create_model(${text(place)}, pretrained=True).eval()\n` +
      `transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model))`,
    isTimms: true,
    notes,
  };
}

/** timm makes networks with branches, and takes a folded FastViT for a file of its authors where it reads a folder. */
function folded(
  model: Classifier,
  name: string,
  folder: string,
  repository?: string,
): PythonUse {
  if (!/^fastvit/.test(name)) {
    return {
      code: null,
      isTimms: false,
      notes: [
        `The model is folded: timm.create_model makes a ${name} with branches. ` +
        "timm.utils.model.reparameterize_model(timm.create_model(…)) has the form that takes these weights, with strict=True.",
      ],
    };
  }
  const { path, imports } = weightsIn(folder, repository);
  const { inChannels = 3 } = model.recipe!.options as { inChannels?: number };
  const more = inChannels === 3 ? "" : `, in_chans=${inChannels}`;
  return {
    code:
      `${imports}import timm\n\nmodel = timm.create_model(${
        text(name)
      }, num_classes=${model.numClasses}, ` +
      `inference_mode=True${more}, checkpoint_path=${path}).eval()`,
    isTimms: false,
    notes: [
      "The model is folded, which timm must be told: it does not make it of config.json alone.",
    ],
  };
}

/** The file of weights in Python, and what must be imported for it. */
function weightsIn(folder: string, repository?: string): { path: string; imports: string } {
  return repository === undefined ? { path: text(`${folder}/model.safetensors`), imports: "" } : {
    path: `hf_hub_download(${text(repository)}, "model.safetensors")`,
    imports: "from huggingface_hub import hf_hub_download\n",
  };
}

/** What torchvision's function of an architecture cannot be told; null if the model is as it makes them. */
function notAsPublished(model: Classifier, name: string): string | null {
  const { inChannels = 3, imageSize } = (model.recipe?.options ?? {}) as {
    inChannels?: number;
    imageSize?: number;
  };
  if (inChannels !== 3 || model.numClasses === 0) {
    return `torchvision makes a ${name} for images of 3 channels and with a head: put the student's first convolution and ` +
      "head in their places, and it takes these weights, with strict=True.";
  }
  // The only one of torchvision's here whose parameters depend on the size of the images.
  if (name !== "maxvit_t" || imageSize === undefined || imageSize === 224) return null;
  return "torchvision makes a maxvit_t for images of 224 pixels; its class MaxVit takes input_size and partition_size, the " +
    `latter ${Math.floor(imageSize / 32)} for these weights.`;
}

function ofTorchvision(
  model: Classifier,
  name: string,
  folder: string,
  repository?: string,
): string {
  const { path, imports } = weightsIn(folder, repository);
  return `${imports}from safetensors.torch import load_file\nfrom torchvision.models import get_model\n\n` +
    `model = get_model(${text(name)}, weights=None, num_classes=${model.numClasses}).eval()\n` +
    `model.load_state_dict(load_file(${path}), strict=True)`;
}

/** A text of Python. */
function text(value: string): string {
  return JSON.stringify(value);
}
