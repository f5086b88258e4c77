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
  return shareEqual(some, consensus.narrow(1, 0, some.size(2)));
}

/** For each teacher the share of signs (n, B, D) that are those of the consensus (B, D). */
export function shareEqual(signs: Tensor, consensus: Tensor): Tensor {
  // On a CPU what compares and counts booleans is several times as slow.
  const all = signs.size(1) * signs.size(2);
  using differs = signs.sub(consensus).sgn_().abs_();
  using others = differs.sum([1, 2], false, { dtype: "float32" });
  return others.mul(-1).add(all).div(all);
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
  return shareEqual(shuffled, consensus);
}
