/**
 * The head that teachers' features are customized by.
 *
 * @module
 */

import { Linear } from "../nn/layers/linear.ts";
import { evaluated } from "../nn/modes.ts";
import type { Classifier } from "../nn/classifier.ts";
import { Module } from "../nn/module.ts";
import type { Tensor } from "../torch/tensor.ts";

/** Which head: the student's own, or a random one that stays as it is or learns with the projection. */
export type BorrowedHeadKind = "student" | "random" | "trained";

/** All kinds of head. */
export const BORROWED_HEADS = ["student", "random", "trained"] as const;

/** A head for customized features: the student's own, which is only borrowed, or another one for the ablation. */
export class BorrowedHead extends Module {
  /** The random head; null where the student's is borrowed. */
  readonly own: Linear | null;
  readonly #student: Classifier;
  readonly #learns: boolean;

  /** Borrows the head of a student, or makes one of the same size. */
  constructor(student: Classifier, kind: BorrowedHeadKind) {
    super();
    // The student is no part of what is thrown away.
    this.#student = student;
    this.#learns = kind === "trained";
    this.own = kind === "student"
      ? null
      : new Linear(student.featureDim, student.numClasses).requiresGrad_(this.#learns);
  }

  /** What learns with the projection. */
  learning(): Tensor[] {
    return this.#learns ? this.own!.parameters() : [];
  }

  /** Logits (B, C) of features (B, D) while a projection learns: only a head that learns with it gets gradients. */
  override forward(features: Tensor): Tensor {
    return this.#learns ? this.own!.forward(features) : this.logitsOf(features);
  }

  /** Logits (B, C) of features (B, D), without gradients for the head's parameters, and without changing its buffers. */
  logitsOf(features: Tensor): Tensor {
    const head = this.own ?? this.#student.head;
    const trained = head.parameters().filter((parameter) => parameter.requiresGrad);
    for (const parameter of trained) parameter.requiresGrad = false;
    try {
      return evaluated(head, () => head.forward(features));
    } finally {
      for (const parameter of trained) parameter.requiresGrad = true;
    }
  }
}
