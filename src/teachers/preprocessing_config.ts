/**
 * What a repository of a model hub says of its model: architecture, classes, and what is done to images.
 *
 * @module
 */

import { isFacts } from "./configs/facts.ts";
import type { ModelConfig } from "./configs/model_config.ts";
import { isOpenClip, readOpenClip } from "./configs/open_clip.ts";
import { isTimm, readTimm } from "./configs/timm.ts";
import { isTransformers, readTransformers } from "./configs/transformers.ts";

/**
 * Reads the `config.json` of timm or transformers, or OpenCLIP's `open_clip_config.json`. It never throws: what is
 * not said, or cannot be made sense of, is null, and `problems` says why. What is said of images and cannot be so (a
 * standard deviation of 0) is in `faults`.
 *
 * @param config The parsed file.
 * @param preprocessor The parsed `preprocessor_config.json` of transformers, if there is one.
 *
 * @example
 * ```ts ignore
 * import { hub, teachers } from "@apprentice/distill";
 *
 * const { config, preprocessor } = await hub.resolveHub("hf://facebook/dinov2-small");
 * teachers.readModelConfig(config, preprocessor).architecture; // "vit_small_patch14_dinov2"
 * ```
 */
export function readModelConfig(config: unknown, preprocessor?: unknown): ModelConfig {
  const none = preprocessor === null || preprocessor === undefined;
  // Something else than an object says nothing that images need.
  const processor = none ? null : isFacts(preprocessor) ? preprocessor : {};
  if (isFacts(config)) {
    if (isTimm(config)) return readTimm(config);
    if (isOpenClip(config)) return readOpenClip(config);
    if (isTransformers(config)) return readTransformers(config, processor);
  }
  const keys = isFacts(config) ? Object.keys(config).slice(0, 8).join(", ") : typeof config;
  return {
    architecture: null,
    library: null,
    imageSize: null,
    numClasses: null,
    preprocessing: null,
    modelArgs: {},
    problems: [
      config === null || config === undefined
        ? "there is no config.json"
        : `the configuration is not one of timm, transformers or OpenCLIP; it has ${keys}`,
    ],
  };
}
