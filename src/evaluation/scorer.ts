/**
 * What can be evaluated.
 *
 * @module
 */

import type { Module } from "../nn/module.ts";
import type { Tensor } from "../torch/tensor.ts";

/** What is looked at: a model, or a function from images (B, C, H, W) to scores (B, classes). */
export type Scorer = Module | ((images: Tensor) => Tensor);
