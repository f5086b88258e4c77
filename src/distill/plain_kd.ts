/**
 * Plain knowledge distillation, the first baseline.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Classifier } from "../nn/classifier.ts";
import type { Spec } from "../base/spec.ts";
import type { Teacher } from "../teachers/teacher.ts";
import { scope } from "../torch/scope.ts";
import { checkChoice, checkTemperature } from "./checks.ts";
import { checkImages, outputsOf, refuseLabels } from "./inputs.ts";
import type { UnlabelledInput } from "./step_inputs.ts";
import { kdLoss, type KdOptions } from "./losses.ts";
import { Method, type StepResult } from "./method.ts";
import { checkTeachers } from "./check_teachers.ts";

/** Options of {@linkcode PlainKD}. */
export interface PlainKDOptions extends KdOptions {
  /** Who is taught. */
  student: Classifier;
  /** Who teaches; of descriptive ones no use is made. */
  teachers: readonly Teacher[];
  /** As in `Uniform`. */
  checkFinite?: boolean;
}

/**
 * Knowledge distillation (Hinton et al. 2015) without labels: the student's prediction against the mean
 * of the predictive teachers', `kdLoss`. The baseline "KD" of UNIFORM (arXiv 2508.19498). Its term is `kd`.
 *
 * @example
 * ```ts
 * import { distill, type nn, type teachers, torch } from "@apprentice/distill";
 *
 * function firstLoss(student: nn.Classifier, masters: teachers.Teacher[]): number {
 *   const method = new distill.PlainKD({ student, teachers: masters, temperature: 4 });
 *   return method.step({ images: torch.rand([32, 1, 28, 28]) }).loss.item();
 * }
 * ```
 */
export class PlainKD extends Method<UnlabelledInput> {
  /** Who teaches, in the order of `teacherOutputs`. */
  readonly teachers: readonly Teacher[];
  readonly #options: Required<KdOptions>;
  readonly #predictive: readonly number[];

  /**
   * Takes a student and its teachers in.
   *
   * @throws {ArgumentError} if none of the teachers is predictive, or an option is out of its range.
   * @throws {ShapeError} if a predictive teacher has another number of classes than the student.
   */
  constructor(options: PlainKDOptions) {
    super(options.student, options.checkFinite);
    const { student, teachers, temperature = 4, average = "probabilities" } = options;
    checkTeachers("PlainKD", student, teachers);
    checkTemperature(temperature);
    checkChoice(average, ["probabilities", "logits"], "average");
    this.teachers = [...teachers];
    this.#options = { temperature, average };
    this.#predictive = teachers.flatMap(({ kind }, i) => kind === "predictive" ? [i] : []);
    if (this.#predictive.length === 0) {
      throw new ArgumentError(
        `PlainKD needs at least one predictive teacher, and all ${teachers.length} are descriptive.`,
      );
    }
  }

  /**
   * The loss of a batch of images without labels.
   *
   * @throws As `Uniform.step` does.
   */
  override step(input: UnlabelledInput): StepResult {
    refuseLabels(input, "PlainKD");
    const batch = checkImages(input.images, "The images of PlainKD");
    return scope(() => {
      const { images, raw, teacherOutputs } = input;
      const asked = this.#predictive.map((i) => this.teachers[i]);
      const given = teacherOutputs?.length === this.teachers.length
        ? this.#predictive.map((i) => teacherOutputs[i])
        : teacherOutputs;
      const outputs = outputsOf(asked, { images, raw, teacherOutputs: given });
      const { logits } = this.look(images, batch);
      const loss = kdLoss(logits, outputs.map((output) => output.logits!), this.#options);
      this.checkLoss(loss, asked, outputs);
      return { loss, terms: { kd: loss.detach() } };
    });
  }

  /** @ignore */
  protected override settings(): Spec {
    return { ...this.#options };
  }

  /** @ignore */
  protected override masters(): readonly Teacher[] {
    return this.teachers;
  }
}
