/**
 * Where in a TorchScript module features and logits are.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { ScriptModule } from "../torch/script_module.ts";
import type { ScriptOutput } from "../torch/script_types.ts";
import type { TokenPooling } from "./foreign_model.ts";
import { findModule } from "./module_names.ts";
import { isContainer, type ScriptPlace, tensorsIn } from "./script_outputs.ts";

/**
 * Where in a TorchScript module a tensor is to be had: the name of a method; a key or an index of what `forward` returns;
 * the name of a module in it, such as `layer4.1` or `avgpool`, for what that returned; or one of these with a path into
 * nested results. A text that is several of these is the first of them.
 */
export type ScriptTap = string | number | {
  /** The method to run; `forward` by default. */
  readonly method?: string;
  /** The module in it that is looked at while `forward` runs. */
  readonly module?: string;
  /** The keys and indices that lead to the tensor in what the method or the module returns. */
  readonly at?: string | number | readonly (string | number)[];
};

/** Which tensors of a TorchScript module are features and logits. */
export interface ScriptTaps {
  /**
   * The features; by default what `forward` returns, if there is one tensor in it, or the one that is called `features`,
   * `pooler_output`, `image_embeds`, `embeddings` or `last_hidden_state`; of a classifier the logits if there is none.
   */
  tap?: ScriptTap;
  /**
   * The logits (B, numClasses), for a classifier; by default what `forward` returns, if there is one tensor in it, or the
   * one that is called `logits`.
   */
  logits?: ScriptTap;
  /** What becomes of tokens (B, N, D): `"class"`, the first, by default. */
  tokens?: TokenPooling;
  /** Channels, rows and columns of the image that the widths are measured with. */
  imageShape: readonly [channels: number, height: number, width: number];
}

/** What results are called that are one thing in everybody's words, the better one first. */
const usualNames = {
  features: ["features", "pooler_output", "image_embeds", "embeddings", "last_hidden_state"],
  logits: ["logits"],
} as const;

/**
 * Finds the place that a user means.
 *
 * @param tap What the user says of it.
 * @param what What is looked for, where the user says nothing.
 * @param look Runs `forward`, to see what it returns, and passes that on.
 * @returns The place; undefined where nothing is said and what is returned has several tensors, none of them called so.
 * @throws {ArgumentError} if there is no such method or module.
 */
export function findPlace(
  module: ScriptModule,
  tap: ScriptTap | undefined,
  what: keyof typeof usualNames,
  look: <T>(see: (output: ScriptOutput) => T) => T,
): ScriptPlace | undefined {
  if (typeof tap === "object") return explicitPlace(module, tap);
  if (typeof tap === "number") return { method: "forward", at: [tap] };
  if (tap !== undefined && module.methods.includes(tap)) return { method: tap, at: [] };
  const isTensor = /-> Tensor$/.test(module.schema("forward"));
  if (tap === undefined) {
    if (isTensor) return { method: "forward", at: [] };
    return look((output) => {
      if (tensorsIn(output).length < 2) return { method: "forward", at: [] };
      const names = Array.isArray(output) ? [] : Object.keys(output as object);
      const name = usualNames[what].find((one) => names.includes(one));
      return name === undefined ? undefined : { method: "forward", at: [name] };
    });
  }
  const isKey = !isTensor && look((output) => isContainer(output) && Object.hasOwn(output, tap));
  const found = isKey ? undefined : findModule(module.modules, tap);
  if (found === undefined) return { method: "forward", at: [tap] };
  return { method: "forward", module: found, at: [] };
}

function explicitPlace(
  module: ScriptModule,
  { method, module: inner, at = [] }: Exclude<ScriptTap, string | number>,
): ScriptPlace {
  const path = typeof at === "object" ? at : [at];
  if (inner === undefined) {
    module.schema(method ?? "forward"); // throws if there is no such method
    return { method: method ?? "forward", at: path };
  }
  if (method !== undefined && method !== "forward") {
    throw new ArgumentError(
      `A tap names a method or a module, got the method "${method}" and the module "${inner}": modules are looked at ` +
        "while forward runs.",
    );
  }
  const found = findModule(module.modules, inner);
  // An unknown one is refused, with the names of others, when it is looked at.
  return { method: "forward", module: found ?? inner, at: path };
}
