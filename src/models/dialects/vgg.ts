/**
 * torchvision's names of VGGs: for {@linkcode Vgg}.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

const LAYERS = ["pre_logits.fc1", "pre_logits.fc2", "head.fc"];

const ofTorchvision: readonly Rule[] = LAYERS.map((name, i) => [
  new RegExp(`^classifier\\.${3 * i}\\.`),
  `${name}.`,
]);

const toTorchvision: readonly Rule[] = LAYERS.map((name, i) => [
  new RegExp(`^${name.replaceAll(".", "\\.")}\\.`),
  `classifier.${3 * i}.`,
]);

/** A state dict with torchvision's names, whose large layers are fully connected. */
export function torchvisionVgg(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const result = translated(state, toTorchvision);
  for (const layer of [0, 3]) {
    const name = `classifier.${layer}.weight`;
    if (Object.hasOwn(result, name)) result[name] = result[name].flatten(1);
  }
  return result;
}

/** The dialect that becomes timm's names. */
export const vggDialects: readonly Dialect[] = [{
  name: "torchvision's VGG",
  recognizes: (keys, own) =>
    (own === undefined || own.has("pre_logits.fc1.weight")) &&
    hasEndings(keys, "features.0.weight", "classifier.0.weight", "classifier.3.weight"),
  translate(state) {
    const result = translated(state, ofTorchvision);
    for (
      const [name, side] of [["pre_logits.fc1.weight", 7], ["pre_logits.fc2.weight", 1]] as const
    ) {
      const weight = result[name];
      if (weight?.ndim === 2 && weight.size(1) % side ** 2 === 0) {
        result[name] = weight.unflatten(1, [-1, side, side]);
      }
    }
    return result;
  },
}];
