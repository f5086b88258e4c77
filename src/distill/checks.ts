/**
 * What the methods and losses ask of the tensors they are given: checked here, so that a mistake is
 * reported by the teacher's name and the values, not by an operator deep inside.
 *
 * @module
 */

import {
  ArgumentError,
  DeviceError,
  DTypeError,
  ShapeError,
  TrainingError,
} from "../base/errors.ts";
import { noGrad } from "../torch/backward.ts";
import { isFloatingPoint } from "../torch/dtype.ts";
import { Tensor } from "../torch/tensor.ts";

const list = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** What a list of teachers' tensors is called in messages. */
export type Naming = (index: number) => string;

/** Names teachers by their own names where there are any, else by their place in the list. */
export function naming(what: string, names?: readonly string[]): Naming {
  return (index) =>
    names?.[index] === undefined
      ? `the ${what} of teacher ${index}`
      : `the ${what} of teacher "${names[index]}"`;
}

/** Refuses what is not a floating-point matrix (B, width) with at least one row and column. */
export function checkMatrix(tensor: Tensor, name: string): [rows: number, width: number] {
  if (!(tensor instanceof Tensor)) {
    throw new ArgumentError(`A tensor (B, width) is needed for ${name}, got ${typeof tensor}.`);
  }
  const shape = tensor.shape;
  if (shape.length !== 2) {
    throw new ShapeError(
      `A matrix (B, width) is needed for ${name}, got shape ${
        list(shape)
      }. Pool or flatten it to one row per image.`,
    );
  }
  const [rows, width] = shape;
  if (rows < 1 || width < 1) {
    throw new ShapeError(
      `There is nothing in ${name}: its shape is ${
        list(shape)
      }. Give batches of at least one image.`,
    );
  }
  const dtype = tensor.dtype;
  if (!isFloatingPoint(dtype)) {
    throw new DTypeError(
      `Floating-point numbers are needed for ${name}, got ${dtype}. Convert it with to("float32").`,
    );
  }
  return [rows, width];
}

/** Refuses a list of teachers' matrices that is empty or whose parts differ in shape, dtype or device. */
export function checkMatrices(
  tensors: readonly Tensor[],
  what: string,
  names?: readonly string[],
): [rows: number, width: number] {
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw new ArgumentError(
      `No teacher's ${what} were given: give an array with one tensor (B, width) per teacher.`,
    );
  }
  const name = naming(what, names);
  const [rows, width] = checkMatrix(tensors[0], name(0));
  for (let i = 1; i < tensors.length; i++) {
    checkMatrix(tensors[i], name(i));
    checkLike(tensors[i], name(i), tensors[0], name(0));
  }
  return [rows, width];
}

/** Refuses two tensors that differ in shape, dtype or device. */
export function checkLike(a: Tensor, aName: string, b: Tensor, bName: string): void {
  const shapes = [a.shape, b.shape];
  if (shapes[0].length !== shapes[1].length || shapes[0].some((n, i) => n !== shapes[1][i])) {
    throw new ShapeError(
      `The shapes must be equal: ${list(shapes[0])} is that of ${aName}, ${
        list(shapes[1])
      } that of ${bName}.`,
    );
  }
  checkDevice(a, aName, b, bName);
  if (a.dtype !== b.dtype) {
    throw new DTypeError(
      `The dtypes must be equal: ${a.dtype} is that of ${aName}, ${b.dtype} that of ${bName}. Convert one with to().`,
    );
  }
}

/** Refuses labels that are not one number per image; what they are is looked at by the loss. */
export function checkLabels(labels: Tensor, batch: number): void {
  if (!(labels instanceof Tensor)) {
    throw new ArgumentError(`Labels are a tensor (B), got ${typeof labels}.`);
  }
  const shape = labels.shape;
  if (shape.length !== 1 || shape[0] !== batch) {
    throw new ShapeError(`${batch} images need labels of shape [${batch}], got ${list(shape)}.`);
  }
}

/** Refuses two tensors that lie on different devices. */
export function checkDevice(a: Tensor, aName: string, b: Tensor, bName: string): void {
  if (a.device !== b.device) {
    throw new DeviceError(
      `One device is needed: ${a.device} holds ${aName}, ${b.device} holds ${bName}. Move one with to().`,
    );
  }
}

/** Refuses weights that are not one finite, non-negative number per teacher, or that are all zero. */
export function checkWeights(weights: readonly number[], teachers: number): void {
  if (!Array.isArray(weights) || weights.length !== teachers) {
    throw new ArgumentError(
      `${teachers} teachers need ${teachers} weights, got ${
        Array.isArray(weights) ? weights.length : typeof weights
      }.`,
    );
  }
  for (let i = 0; i < teachers; i++) checkNumber(weights[i], `the weight of teacher ${i}`);
  if (weights.every((weight) => weight === 0)) {
    throw new ArgumentError(
      `All ${teachers} weights are 0, so that there is nothing to average. Give at least one a positive weight.`,
    );
  }
}

/** Refuses what is not a finite number of at least 0. */
export function checkNumber(value: number, name: string): void {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    throw new ArgumentError(
      `A finite number of at least 0 is needed for ${name}, got ${value}.`,
    );
  }
}

/** Refuses a method all of whose terms have weight 0. */
export function checkTeaches(method: string, weights: Readonly<Record<string, number>>): void {
  if (Object.values(weights).some((weight) => weight !== 0)) return;
  throw new ArgumentError(
    `Nothing is learnt from ${method}: ${
      Object.keys(weights).join(", ")
    } are 0. Give one a positive weight.`,
  );
}

/** The error where none of some teachers was heard. */
export function nobodyLeft(which: string, names: readonly string[], others: string): TrainingError {
  return new TrainingError(
    `No teacher ${which} is left: of ${
      names.join(", ")
    } none was heard. Mend one, or use ${others} only.`,
  );
}

/** Refuses a temperature that is not a finite number above 0. */
export function checkTemperature(value: number): void {
  if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) {
    throw new ArgumentError(`A temperature is a finite number above 0, got ${value}.`);
  }
}

/** Refuses a choice that is not one of those there are. */
export function checkChoice(value: string, choices: readonly string[], name: string): void {
  if (!choices.includes(value)) {
    throw new ArgumentError(
      `${name} is one of ${choices.map((c) => `"${c}"`).join(", ")}, got ${
        typeof value === "string" ? `"${value}"` : value
      }.`,
    );
  }
}

/** How many elements of a tensor are NaN or infinite. Waits for the device. */
export function countNotFinite(tensor: Tensor): number {
  return noGrad(() => {
    using finite = tensor.isfinite();
    using count = finite.sum();
    return finite.numel - count.item();
  });
}

/** Throws for the first tensor that holds a NaN or an infinity, naming it and how many there are. */
export function refuseNotFinite(tensors: readonly Tensor[], name: Naming): void {
  for (let i = 0; i < tensors.length; i++) {
    const bad = countNotFinite(tensors[i]);
    if (bad > 0) {
      throw new TrainingError(
        `${bad} of ${tensors[i].numel} values are NaN or infinite in ${
          name(i)
        }. Look at that teacher's weights and at what its images are normalized by.`,
      );
    }
  }
}
