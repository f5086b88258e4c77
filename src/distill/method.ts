/**
 * What all ways to teach a student share.
 *
 * @module
 */

import { ArgumentError, ShapeError, TrainingError } from "../base/errors.ts";
import type { Classifier } from "../nn/classifier.ts";
import { Module } from "../nn/module.ts";
import { moduleSpec } from "../nn/spec.ts";
import type { Spec } from "../base/spec.ts";
import type { Teacher, TeacherOutput } from "../teachers/teacher.ts";
import type { Tensor } from "../torch/tensor.ts";
import { checkMatrix, countNotFinite } from "./checks.ts";
import { wide } from "./inputs.ts";
import { teacherSpecs } from "./teacher_specs.ts";

/** What a step computed. Nobody has called `backward` yet. */
export interface StepResult {
  /** What to minimize: one element, with its graph. */
  loss: Tensor;
  /** The parts of the loss by name, unweighted and without a graph, for the record. */
  terms: Record<string, Tensor>;
}

/** What a student makes of images. */
export interface StudentOutput {
  /** (B, featureDim) */
  features: Tensor;
  /** (B, numClasses) */
  logits: Tensor;
}

/**
 * A way to teach a student: a module of the student and of all that is trained with it and thrown
 * away afterwards. Its parameters are what the optimizer gets, its state dict what a checkpoint holds. The
 * teachers are no part of it.
 */
export abstract class Method<Input> extends Module {
  /** The student, which is what remains. */
  readonly student: Classifier;
  /** Whether a loss that is not finite is an error; undefined: on the CPU only. */
  readonly #checkFinite: boolean | undefined;
  /** What it is trained on, once that is known. */
  #batches: unknown;

  /**
   * Takes the student in.
   *
   * @throws {ArgumentError} if the student is no classifier. @ignore
   */
  constructor(student: Classifier, checkFinite?: boolean) {
    super();
    if (typeof student?.features !== "function" || typeof student.head?.forward !== "function") {
      throw new ArgumentError(
        `The student of ${new.target.name} must be a Classifier, with features() and a head: ` +
          `both are taught.`,
      );
    }
    this.student = student;
    this.#checkFinite = checkFinite;
  }

  /** The loss of one batch, with its graph; `backward` and the optimizer are the caller's part. */
  abstract step(input: Input): StepResult;

  /** The method's options, all filled in. @ignore */
  protected abstract settings(): Spec;

  /** Who teaches. @ignore */
  protected abstract masters(): readonly Teacher[];

  /**
   * What decides its losses beside its state: its options, the layers of what is trained, the teachers by the fingerprints
   * of their weights, or by what they say where they are functions. A checkpoint keeps it, so that a run is not continued as
   * another one without a word.
   */
  async spec(): Promise<Spec> {
    return {
      name: this.constructor.name,
      options: this.settings(),
      trained: moduleSpec(this),
      teachers: await teacherSpecs(this.masters(), this.#batches),
    };
  }

  /** Told what it is trained on, before it is. */
  meet(batches: unknown): void {
    this.#batches ??= batches;
  }

  /** The student's logits for images (B, C, H, W): (B, numClasses). */
  override forward(images: Tensor): Tensor {
    return this.student.forward(images);
  }

  /** Frees what is trained beside the student. The student and the teachers stay. */
  override dispose(): void {
    for (const child of this.children()) if (child !== this.student) child.dispose();
  }

  /** Puts what is trained beside the student where the student is, in float64 if it is. @ignore */
  protected joinStudent(): void {
    const [parameter] = this.student.parameters();
    if (parameter === undefined) return;
    const { device, dtype } = parameter;
    const target = dtype === "float64" ? { device, dtype } : { device };
    for (const child of this.children()) if (child !== this.student) child.to(target);
  }

  /** The student's features and logits, checked against what it declares. @ignore */
  protected look(images: Tensor, batch: number): StudentOutput {
    const { featureDim, numClasses, head } = this.student;
    const features = this.student.features(images);
    checkStudentPart(features, "features", batch, featureDim, "featureDim");
    const logits = head.forward(features);
    // Without classes there is no head: the logits are the features.
    if (numClasses > 0) checkStudentPart(logits, "logits", batch, numClasses, "numClasses");
    return { features: wide(features), logits: wide(logits) };
  }

  /**
   * Throws if the loss is not finite, naming where that comes from. Reading the loss makes the
   * processor wait for a GPU, so that there it is done only if asked for. @ignore
   */
  protected checkLoss(
    loss: Tensor,
    teachers: readonly Teacher[],
    outputs: readonly TeacherOutput[],
  ): void {
    if (!(this.#checkFinite ?? loss.device === "cpu")) return;
    const value = loss.item();
    if (Number.isFinite(value)) return;
    for (let i = 0; i < outputs.length; i++) {
      for (const [what, part] of Object.entries(outputs[i])) {
        const bad = countNotFinite(part);
        if (bad === 0) continue;
        throw new TrainingError(
          `${bad} of ${part.numel} values are NaN or infinite in the ${what} of teacher "${
            teachers[i].name
          }". Look at its weights and at what its images are normalized by.`,
        );
      }
    }
    throw new TrainingError(
      `The loss is ${value}, while all that the teachers say is finite: the student or what is trained ` +
        `with it has gone out of bounds. Lower the learning rate, clip gradients, or look for NaN in the images.`,
    );
  }
}

function checkStudentPart(
  part: Tensor,
  what: string,
  batch: number,
  width: number,
  declared: string,
): void {
  const [rows, got] = checkMatrix(part, `the student's ${what}`);
  if (rows !== batch || got !== width) {
    throw new ShapeError(
      `The student's ${what} have shape [${rows}, ${got}]; for ${batch} images and its ${declared} of ${width} ` +
        `they must be [${batch}, ${width}].`,
    );
  }
}
