/**
 * Many pre-trained teachers train one small student, on libtorch, without Python.
 *
 * @module
 */

export * as checkpoints from "./src/checkpoints/mod.ts";
export * as data from "./src/data/mod.ts";
export * as distill from "./src/distill/mod.ts";
export * as errors from "./src/base/errors.ts";
export * as evaluation from "./src/evaluation/mod.ts";
export * as hub from "./src/hub/mod.ts";
export * as models from "./src/models/mod.ts";
export * as nn from "./src/nn/mod.ts";
export * as optim from "./src/optim/mod.ts";
export * as runs from "./src/runs/mod.ts";
export * as teachers from "./src/teachers/mod.ts";
export * as torch from "./src/torch/mod.ts";
export * as train from "./src/train/mod.ts";
