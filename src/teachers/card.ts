/**
 * What there is to know of a teacher, at a glance.
 *
 * @module
 */

import { zeros } from "../torch/creation.ts";
import type { Device } from "../torch/device.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { checkPositive } from "../base/check_whole.ts";
import type { View } from "../data/view.ts";
import type { Teacher } from "./teacher.ts";
import type { TeacherFacts } from "./teacher_options.ts";

/** Options of {@linkcode teacherCard}. */
export interface CardOptions {
  /** The images to look at; one black one of the teacher's own size by default. */
  images?: Tensor;
  /** Where to look, if no images are given; the CPU by default. */
  device?: Device;
  /** How many times the images are looked at, after a first one that is not counted; 5 by default. */
  rounds?: number;
}

/** A teacher's card. Make one with {@linkcode teacherCard}. */
export interface TeacherCard extends TeacherFacts {
  /** The teacher's name. */
  readonly name: string;
  /** Whether the teacher votes on the student's classes. */
  readonly kind: Teacher["kind"];
  /** The width of its features. */
  readonly featureDim: number;
  /** The number of classes: of a predictive teacher the student's, else those it was published with. */
  readonly numClasses?: number;
  /** How many of the student's classes a predictive teacher knows; absent if it knows all. */
  readonly knownClasses?: number;
  /** What the teacher wants of pixels; null if it takes them as they are. */
  readonly view: View | null;
  /** Milliseconds for an image, at the best. */
  readonly msPerImage: number;
  /** How many images were looked at at once. */
  readonly batch: number;
}

/**
 * Runs a teacher on an image and says what there is to know of it.
 *
 * @example
 * ```ts
 * import { teachers } from "@apprentice/distill";
 *
 * const teacher = teachers.descriptive({
 *   name: "pixels",
 *   features: (images) => images.flatten(1),
 *   featureDim: 12,
 *   view: { size: [2, 2], mean: [0, 0, 0], std: [1, 1, 1] },
 * });
 * teachers.teacherCard(teacher).featureDim; // 12
 * ```
 */
export function teacherCard(teacher: Teacher, options: CardOptions = {}): TeacherCard {
  const { rounds = 5, device } = options;
  checkPositive(rounds, "The number of rounds of a teacher's card");
  return scope(() => {
    const { view } = teacher;
    const [height, width] = view?.size ?? [224, 224];
    const channels = view?.mean.length ?? 3;
    const images = options.images ??
      zeros([1, channels, height, width], { dtype: view ? "uint8" : "float32", device });
    const batch = images.shape[0];
    let best = Infinity;
    for (let round = 0; round <= rounds; round++) {
      const start = performance.now();
      // Reading a number waits for the device.
      scope(() => void teacher.run(images).features.sum().item());
      if (round > 0) best = Math.min(best, performance.now() - start);
    }
    return {
      ...teacher.facts,
      name: teacher.name,
      kind: teacher.kind,
      featureDim: teacher.featureDim,
      ...(teacher.numClasses !== null && { numClasses: teacher.numClasses }),
      ...(teacher.labelMap?.isWhole === false && { knownClasses: teacher.labelMap.known.length }),
      view,
      msPerImage: best / batch,
      batch,
    };
  });
}
