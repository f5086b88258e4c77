/**
 * Those who teach: frozen models, predictive (they give logits in the student's label space) or
 * descriptive (they give features only), and what they say about a fixed set of images, kept.
 *
 * @module
 */

export { type CacheOptions, cacheOutputs, OutputCache } from "./cache.ts";
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
export type { Teacher, TeacherOptions, TeacherOutput } from "./teacher.ts";
export { OnDemand, type Weights } from "./weights.ts";
