/**
 * How ONNX models are opened.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { DType } from "../torch/dtype.ts";
import type { TokenPooling } from "./foreign_model.ts";
import type { OrtRuntime } from "./onnx_runtime.ts";

/** How `openOnnx` opens a model. */
export interface OpenOnnxOptions {
  /**
   * The tensor that is taken as features: its name; the name of the operation that computes it; or the name of a
   * module of PyTorch, such as `avgpool` or `layer4.1`, for what it returned. Where that cannot be told (a module that is
   * called twice, one that was merged with the next, one of several layers that an activation follows in place), it is an
   * error. In a quantized model it is what the layers after it are given. By default the
   * output that is called `features`, else what goes into the last linear layer before the logits, or without `logits` the
   * first output.
   */
  tap?: string;
  /**
   * The tensor that is taken as logits (B, numClasses): named as a tap, or true for the output that is called `logits`, or
   * the first one. None by default.
   */
  logits?: string | true;
  /** What becomes of tokens (B, N, D): `"class"`, the first, by default. */
  tokens?: TokenPooling;
  /**
   * ONNX Runtime's execution providers, in order of preference; `["cpu"]` by default. What else there is depends
   * on the system and on how the package was installed.
   */
  providers?: readonly string[];
  /** How many threads one operation may use; as many as `torch` by default. */
  threads?: number;
  /** Rows and columns of the image that the widths are measured with, where the model leaves them open; 224 by default. */
  imageSize?: number | readonly [height: number, width: number];
}

/** An output of an ONNX model. */
export interface OnnxOutput {
  /** The output's name. */
  name: string;
  /** The output's dtype; undefined if there is no such dtype here. */
  dtype: DType | undefined;
  /** The output's shape; a name, or `"?"`, for what is not fixed. */
  shape: readonly (number | string)[];
}

/** Refuses options that cannot be used. */
export function checkOptions(options: OpenOnnxOptions, runtime: OrtRuntime): void {
  const { threads, providers = ["cpu"], tokens, imageSize } = options;
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1 || threads > 1024)) {
    throw new ArgumentError(`threads is a whole number from 1 to 1024, got ${threads}.`);
  }
  if (tokens !== undefined && tokens !== "class" && tokens !== "mean") {
    throw new ArgumentError(`tokens is "class" or "mean", got ${JSON.stringify(tokens)}.`);
  }
  for (const size of imageSize === undefined ? [] : [imageSize].flat()) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new ArgumentError(`imageSize is a whole number of at least 1, got ${size}.`);
    }
  }
  const unknown = providers.find((name) => !runtime.providers.includes(name));
  if (unknown !== undefined || providers.length === 0) {
    throw new ArgumentError(
      `There is no execution provider "${unknown}"; this ONNX Runtime knows ${
        runtime.providers.join(", ")
      }.`,
    );
  }
}
