/**
 * Reading weights as publishers ship them: safetensors and PyTorch's own formats, whole or in several files, without
 * ever running what is in them.
 *
 * @module
 */

export type { DType as StoredDType } from "../base/dtypes.ts";
export * from "./former_names.ts";
export * from "./open.ts";
export * from "./load_weights.ts";
export * from "./weights_dialect.ts";
export * from "./weights_file.ts";
