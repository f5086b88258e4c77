/**
 * How often teachers agree without looking at the same image.
 *
 * @module
 */

import { arange } from "../torch/creation.ts";
import type { Tensor } from "../torch/tensor.ts";

/** How many of the elements are looked at: a mean over this many of a batch is close. */
const mostElements = 64;

/** A copy of some elements of signs (n, B, D). */
export function someOf(signs: Tensor): Tensor {
  return signs.narrow(2, 0, Math.min(signs.size(2), mostElements)).clone();
}

/** For each teacher the share of some elements (N, B, few) whose sign is the consensus sign (B, D). */
export function someAgreement(some: Tensor, consensus: Tensor): Tensor {
  const agrees = some.eq(consensus.narrow(1, 0, some.size(2)));
  return agrees.mean([1, 2], false, { dtype: "float32" });
}

/**
 * For each teacher the share of elements whose sign is the consensus sign, where teacher i speaks of the image i places on
 * (N). Each teacher's rate of positive signs in each element stays what it is; what goes is what it says of the image.
 *
 * @param signs Some signs of teachers' features (N, B, few).
 */
export function shuffledAgreement(signs: Tensor): Tensor {
  const [n, batch] = signs.shape;
  const { device } = signs;
  const images = arange(batch, { dtype: "int64", device });
  const teachers = arange(n, { dtype: "int64", device }).unsqueeze(1);
  const places = images.unsqueeze(0).add(teachers).remainder(batch).add(teachers.mul(batch));
  const shuffled = signs.flatten(0, 1).indexSelect(0, places.flatten()).reshape([n, batch, -1]);
  const consensus = shuffled.sum(0).sign_();
  return shuffled.eq(consensus).mean([1, 2], false, { dtype: "float32" });
}
