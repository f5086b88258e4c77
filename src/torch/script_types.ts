/**
 * The values that TorchScript takes and gives.
 *
 * @module
 */

import type { Tensor } from "./tensor.ts";

/**
 * What a TorchScript method takes: tensors, numbers, booleans, strings, null for None, arrays for lists and
 * tuples, plain objects for dictionaries; undefined takes the argument's default.
 */
export type ScriptInput =
  | Tensor
  | number
  | boolean
  | string
  | null
  | undefined
  | readonly ScriptInput[]
  | { readonly [key: string]: ScriptInput };

/**
 * What a TorchScript method returns: as {@linkcode ScriptInput}; a named tuple or an object of a class becomes
 * a record of its fields, an enum its value, and the keys of dictionaries become strings.
 */
export type ScriptOutput =
  | Tensor
  | number
  | boolean
  | string
  | null
  | ScriptOutput[]
  | { [key: string]: ScriptOutput };
