/**
 * Teachers: frozen models, predictive (they vote on the student's classes, or some of them) or descriptive (they give features
 * only); shelves that ask them, and a store of what they said.
 *
 * @module
 */

export * from "./card.ts";
export * from "./describe_card.ts";
export * from "./load.ts";
export * from "./load_options.ts";
export * from "./configs/model_config.ts";
export * from "./preprocessing_config.ts";
export * from "./onnx.ts";
export type { OnnxOutput, OpenOnnxOptions } from "./onnx_options.ts";
export * from "./from_onnx.ts";
export * from "./from_script.ts";
export type { ScriptTap, ScriptTaps } from "./script_taps.ts";
export * from "./foreign_model.ts";
export * from "./ensemble.ts";
export * from "./descriptive.ts";
export * from "./predictive.ts";
export * from "./open_vocabulary/class_texts.ts";
export * from "./open_vocabulary/embed_options.ts";
export * from "./open_vocabulary/embed_texts.ts";
export * from "./open_vocabulary/open_vocabulary.ts";
export * from "./open_vocabulary/read_class_texts.ts";
export * from "./open_vocabulary/save_text_embeddings.ts";
export * from "./open_vocabulary/text_embeddings.ts";
export type { LabelOptions } from "./label_options.ts";
export * from "./opinions.ts";
export * from "./shelf.ts";
export * from "./store/mod.ts";
export * from "./teacher.ts";
export * from "./teacher_options.ts";
export * from "./weights.ts";
