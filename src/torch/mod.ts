/**
 * Tensors and autograd: libtorch, by PyTorch's names in camelCase.
 *
 * @module
 */

export * from "./backward.ts";
export { type Argument, call, type NamedArguments, type Result } from "./call.ts";
export type { TensorCore } from "./core.ts";
export * from "./creation.ts";
export type { NestedArray } from "./data_transfer.ts";
export type { Device } from "./device.ts";
export { type DType, isComplex, isFloatingPoint, type TypedArray } from "./dtype.ts";
export type { MemoryFormat, Reduction } from "./frame_arguments.ts";
export { type Index, Slice, slice } from "./indexing.ts";
// These two come before the generated ones of the same name.
export { klDiv, nllLoss } from "./losses.ts";
export * from "./memory.ts";
export * from "./operators.gen.ts";
export { Generator, getRngState, manualSeed, setRngState } from "./random.ts";
export {
  loadSafetensors,
  loadSafetensorsMetadata,
  type LoadSafetensorsOptions,
  saveSafetensors,
  type SaveSafetensorsOptions,
} from "./safetensors.ts";
export { Float, float, type Scalar } from "./scalar.ts";
export { keep, Scope, scope } from "./scope.ts";
export {
  loadScript,
  type LoadScriptOptions,
  ScriptModule,
  type ScriptToOptions,
} from "./script.ts";
export type { ScriptInput, ScriptOutput } from "./script_values.ts";
export { Tensor, type ToOptions } from "./tensor.ts";
