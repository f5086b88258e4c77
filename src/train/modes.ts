/**
 * The modes that modules are trained in.
 *
 * @module
 */

import { Method } from "../distill/mod.ts";
import { Module } from "../nn/mod.ts";
import type { Trainable } from "./stage.ts";

/**
 * Puts what is trained into training mode. What its user put into evaluation mode stays so where it is a part of a model
 * that is in training mode; a model that is in evaluation mode as a whole was only looked at before.
 */
export function startTraining(method: Trainable): void {
  const held = modelsOf(method).filter((model) => model.training)
    .flatMap((model) => model.modules().filter((module) => !module.training));
  method.train();
  for (const module of held) module.training = false;
}

/** The models of a method: the student and what is beside it. */
function modelsOf(method: Trainable): Module[] {
  const [whole] = method instanceof Module ? [method] : method.modules?.() ?? [];
  if (whole === undefined) return [];
  return whole instanceof Method ? whole.children() : [whole];
}
