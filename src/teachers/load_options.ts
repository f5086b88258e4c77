/**
 * How teachers are loaded.
 *
 * @module
 */

import type { View } from "../data/view.ts";
import type { ResolveHubOptions } from "../hub/mod.ts";
import type { Device } from "../torch/device.ts";
import type { DType } from "../torch/dtype.ts";
import type { TokenPooling } from "./foreign_model.ts";
import type { LabelOptions } from "./label_options.ts";
import type { ScriptTap } from "./script_taps.ts";
import type { ReadingOptions } from "./from_weights.ts";

/** How `load` makes a teacher. What is absent is as its publisher says. */
export interface LoadTeacherOptions extends ReadingOptions, LabelOptions {
  /**
   * `"descriptive"` (the default): only its features are used. `"predictive"`: its classes are the student's, or some of
   * them, and it gives logits too.
   */
  kind?: "descriptive" | "predictive";
  /** The teacher's name; its place by default. */
  name?: string;
  /**
   * The architecture of a file of weights, by its name in `models.list()`, where neither file nor folder tells. Given
   * it, of a TorchScript file only the weights are read, and its program is not run.
   */
  architecture?: string;
  /** The number of classes of its head. */
  numClasses?: number;
  /** What the teacher wants of pixels: what is given here counts more than what its publisher says. */
  view?: Partial<View>;
  /**
   * Where the features are. Of an ONNX model a tensor, the operation that computes it, or a module's name; of a
   * TorchScript module a method, a place in what `forward` returns, or the name of a module in it.
   */
  tap?: ScriptTap;
  /** Where the logits are, of an ONNX model or a TorchScript module; what it returns as `logits` or first by default. */
  logits?: ScriptTap;
  /** What becomes of tokens (B, N, D) of an ONNX model or a TorchScript module; `"class"`, the first, by default. */
  tokens?: TokenPooling;
  /** Where the teacher runs; the CPU by default. ONNX models run where ONNX Runtime does. */
  device?: Device;
  /** What a model built here computes in; float32 by default. */
  dtype?: DType;
  /** How the weights of a model built here lie in memory: convolutions on a card are often faster with `"channelsLast"`. */
  memoryFormat?: "contiguous" | "channelsLast";
  /** How the hub is asked: token, cache, progress. */
  hub?: ResolveHubOptions;
}
