/**
 * Teachers from files, folders and the hub.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { checkViewParts } from "../data/check_view.ts";
import { isHubSpec, parseHubSpec } from "../hub/mod.ts";
import { isSaved } from "../models/saved.ts";
import type { DescriptiveTeacher } from "./descriptive.ts";
import { fileKind } from "./file_kind.ts";
import { find } from "./find_place.ts";
import { teacherFromSaved } from "./from_saved.ts";
import { teacherFromWeights } from "./from_weights.ts";
import { fromOnnx, fromScript } from "./load_foreign.ts";
import type { LoadTeacherOptions } from "./load_options.ts";
import type { PredictiveTeacher } from "./predictive.ts";
import type { Teacher } from "./teacher.ts";
import { weightsSource } from "./weights_source.ts";

/**
 * Makes a teacher of what a publisher ships: a name of timm's with or without its tag
 * (`vit_small_patch16_dinov3.lvd1689m`), whose weights the hub has; a repository of the hub (`hf://org/name`), a folder with a
 * `config.json`, a file of weights, a model that `models.save` wrote, the folder of a run with its student or one that was exported, a TorchScript file (`.pt`) or an ONNX model (`.onnx`). Given raw images, it
 * resizes and normalizes them as its publisher did.
 *
 * Architecture, classes and view are read from the `config.json` of timm, transformers or OpenCLIP beside the
 * weights; without one the file's name must begin with the architecture's, as torchvision's files do. TorchScript
 * and ONNX files say nothing of their view: without `view` it is ImageNet's at 224 pixels, or at the
 * size that an ONNX model is fixed to. An ONNX model that takes whole numbers normalizes pixels itself: it is given
 * bytes from 0 to 255, resized.
 *
 * A TorchScript file is a program, which is run (see `torch.loadScript`): only if it is given itself, not if it
 * turns up in a repository, and not if `architecture` is given. An ONNX model is one of operations only: it reads and
 * starts nothing, and takes as much time and memory as whoever made it wants, also while it is opened. Weights are data.
 *
 * The file is checked here, and loaded when the teacher is first asked; `release()` frees it until then.
 *
 * @throws {ArgumentError} if the architecture is not known, the weights are another one's, or the publisher says of images
 * what cannot be meant and `view` does not say what is.
 * @throws {FormatError} if a file is damaged or refused.
 * @throws {HubError} if the hub refuses, has no such repository, or cannot be reached.
 *
 * @example
 * ```ts
 * import { models, teachers, torch } from "@apprentice/distill";
 *
 * const folder = Deno.makeTempDirSync();
 * using published = models.create("resnet20");
 * torch.saveSafetensors(`${folder}/resnet20-c1fa5.safetensors`, published.stateDict());
 *
 * using teacher = await teachers.load(`${folder}/resnet20-c1fa5.safetensors`);
 * const images = torch.zeros([2, 48, 48, 3], { dtype: "uint8" });
 * teacher.run(images).features.shape; // [2, 64]
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export function load(
  spec: string,
  options: LoadTeacherOptions & { kind: "predictive" },
): Promise<PredictiveTeacher>;
/** A descriptive teacher. */
export function load(
  spec: string,
  options?: LoadTeacherOptions & { kind?: "descriptive" },
): Promise<DescriptiveTeacher>;
/** A teacher of the kind that the options say. */
export function load(spec: string, options?: LoadTeacherOptions): Promise<Teacher>;
export async function load(spec: string, options: LoadTeacherOptions = {}): Promise<Teacher> {
  const { kind = "descriptive" } = options;
  if (kind !== "descriptive" && kind !== "predictive") {
    throw new ArgumentError(`A teacher is "descriptive" or "predictive", got "${kind}".`);
  }
  if (options.view !== undefined) checkViewParts(options.view);
  if (!isHubSpec(spec) && options.architecture === undefined && isSaved(spec)) {
    refusePlaces(spec, options);
    return teacherFromSaved(spec, options);
  }
  const place = await find(spec, options);
  // A student that was exported says all of itself, of an architecture that is in no publisher's list too.
  if (place.path.isFile && options.architecture === undefined && isSaved(place.path.name)) {
    refusePlaces(spec, options);
    return teacherFromSaved(place.path.name, { ...options, name: place.name });
  }
  const is = place.path.isFile ? fileKind(place.path.name) : "weights";
  if (is === "onnx") return await fromOnnx(place, options);
  // A program is run only if its user chose that very file, not because a repository holds one.
  const chosen = !isHubSpec(spec) || parseHubSpec(spec).path !== "";
  if (is === "torchscript" && chosen && options.architecture === undefined) {
    return fromScript(place, options);
  }
  refusePlaces(spec, options);
  return teacherFromWeights(weightsSource(place, options));
}

/** Refuses options that say where features and logits are, for a model that is built here: it has its own. */
function refusePlaces(spec: string, options: LoadTeacherOptions): void {
  const name = (["tap", "logits", "tokens"] as const).find((one) => options[one] !== undefined);
  if (name === undefined) return;
  throw new ArgumentError(
    `The option ${name} is for files that are programs, TorchScript and ONNX; ${spec} holds weights, whose features are ` +
      "those of its architecture. Leave it out.",
  );
}
