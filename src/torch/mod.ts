/**
 * Tensors and autograd: libtorch, by PyTorch's names in camelCase.
 *
 * @module
 */

export * from "./backward.ts";
export * from "./call.ts";
export * from "./tensor_core.ts";
export * from "./creation.ts";
export * as cuda from "./cuda/mod.ts";
export * from "./nested_array.ts";
export * from "./device.ts";
export * as distributed from "./distributed/mod.ts";
export * from "./dtype.ts";
export * from "./argument_types.ts";
export * from "./slice.ts";
// These two come before the generated ones of the same name.
export * from "./losses.ts";
export * from "./memory.ts";
export * from "./operators.gen.ts";
export * from "./random.ts";
export * from "./safetensors.ts";
export * from "./scalar.ts";
export * from "./scope.ts";
export * from "./script.ts";
export * from "./script_module.ts";
export * from "./script_types.ts";
export * from "./synchronizations.ts";
export * from "./tensor.ts";
