/**
 * Those who teach: frozen models, predictive (they give logits in the student's label space) or
 * descriptive (they give features only), and what they say about a fixed set of images, kept.
 *
 * @module
 */

export { type CacheOptions, cacheOutputs, OutputCache } from "./cache.ts";
export { type CardOptions, type TeacherCard, teacherCard } from "./card.ts";
export { load, type LoadTeacherOptions } from "./load.ts";
export {
  type FaultyFact,
  type ModelConfig,
  type PreprocessingFaults,
  type PublishedPreprocessing,
  readModelConfig,
} from "./preprocessing_config.ts";
export { OnnxModel, type OnnxOutput, openOnnx, type OpenOnnxOptions } from "./onnx.ts";
export { classifierOfOnnx, featuresOfOnnx } from "./from_onnx.ts";
export {
  classifierOfScript,
  featuresOfScript,
  type ScriptTap,
  type ScriptTaps,
} from "./from_script.ts";
export type { ForeignClassifier, ForeignModel, TokenPooling } from "./foreign_model.ts";
export { Ensemble, ensemble } from "./ensemble.ts";
export {
  descriptive,
  type DescriptiveFromFunction,
  type DescriptiveFromModel,
  DescriptiveTeacher,
} from "./descriptive.ts";
export {
  predictive,
  type PredictiveFromFunction,
  type PredictiveFromModel,
  PredictiveTeacher,
} from "./predictive.ts";
export { pool, type PoolOptions, TeacherPool } from "./pool.ts";
export { type Preprocessing, Preprocessor } from "./preprocessing.ts";
export type { Teacher, TeacherFacts, TeacherOptions, TeacherOutput } from "./teacher.ts";
export { OnDemand, type Weights } from "./weights.ts";
