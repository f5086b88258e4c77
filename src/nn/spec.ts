/**
 * What a module is made of, as plain data.
 *
 * @module
 */

import type { Spec } from "../base/spec.ts";
import type { Module } from "./module.ts";

/**
 * The layers of a module by their names, with their options, the dtypes of its parameters, and which of them are frozen:
 * what decides its results beside the values in its state dict.
 */
export function moduleSpec(module: Module): Spec {
  const layers: Record<string, Spec> = {};
  for (const [name, part] of module.namedModules()) {
    layers[name] = part.toString().split("\n", 1)[0].replace(/\($/, "");
  }
  const dtypes = [...new Set(module.parameters().map(({ dtype }) => dtype))].sort();
  const frozen = module.namedParameters().filter(([, tensor]) => !tensor.requiresGrad)
    .map(([name]) => name);
  return frozen.length === 0 ? { layers, dtypes } : { layers, dtypes, frozen };
}
