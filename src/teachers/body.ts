/**
 * What computes behind a teacher.
 *
 * @module
 */

import { Classifier } from "../nn/classifier.ts";
import { ScriptModule } from "../torch/script_module.ts";
import { OnnxModel } from "./onnx.ts";
import type { Teacher } from "./teacher.ts";
import { OnDemand } from "./weights.ts";

/** What computes behind a teacher. */
export type TeacherBody = Classifier | ScriptModule | OnnxModel;

/** The network or program behind a teacher, loaded if it is not in memory; null if it is a function. */
export function bodyOf({ model, weights }: Teacher): TeacherBody | null {
  const body: unknown = model ?? (weights instanceof OnDemand ? weights.get() : null);
  const isKnown = body instanceof Classifier || body instanceof ScriptModule ||
    body instanceof OnnxModel;
  return isKnown ? body : null;
}
