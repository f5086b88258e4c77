/**
 * Names that other publishers give the parameters of our networks.
 *
 * @module
 */

import type { Module } from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { clipDialects } from "./clip.ts";
import { convnextDialects } from "./convnext.ts";
import type { Dialect } from "./dialect.ts";
import { swinDialects } from "./swin.ts";
import { vitDialects } from "./vit.ts";

export { clipDialects } from "./clip.ts";
export { convnextDialects } from "./convnext.ts";
export type { Dialect } from "./dialect.ts";
export { swinDialects } from "./swin.ts";
export { vitDialects } from "./vit.ts";

/** All dialects. Of several that recognise the same keys the first is right if the model's own are not known. */
export const dialects: readonly Dialect[] = [
  ...clipDialects,
  ...vitDialects,
  ...convnextDialects,
  ...swinDialects,
];

/** A model that fits a state dict of the same network for images of another size to itself. */
export interface AdaptsState {
  /** The state dict fitted to this model; what fits already is passed on as it is. */
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor>;
}

/**
 * A state dict of any publisher as one of `model`: by its names, and with its position embedding interpolated to the
 * model's image size. What nobody recognises is passed on as it is.
 */
export function translateFor(
  model: Module,
  state: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const keys = new Set(Object.keys(state));
  const own = new Set(Object.keys(model.stateDict()));
  const dialect = dialects.find((one) => one.recognises(keys, own));
  const translated = dialect ? dialect.translate(state) : { ...state };
  return adapts(model) ? model.adaptState(translated) : translated;
}

function adapts(model: Module): model is Module & AdaptsState {
  return typeof (model as Partial<AdaptsState>).adaptState === "function";
}
