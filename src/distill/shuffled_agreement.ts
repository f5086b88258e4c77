/**
 * How often teachers agree without looking at the same image.
 *
 * @module
 */

import { sharers } from "../nn/sharers.ts";
import { arange } from "../torch/creation.ts";
import type { Tensor } from "../torch/tensor.ts";
import { gatherRows } from "./processes.ts";

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

/** For each teacher the share of signs (n, B, D) that are those of the consensus (B, D), float64. */
export function shareEqual(signs: Tensor, consensus: Tensor): Tensor {
  // On a CPU what compares and counts booleans is several times as slow.
  const all = signs.size(1) * signs.size(2);
  using differs = signs.sub(consensus).sgn_().abs_();
  using others = differs.sum([1, 2], false, { dtype: "float32" });
  // Shares of parts of a batch are to give that of the whole.
  return others.to("float64").mul(-1).add(all).div(all);
}

/**
 * For each teacher the share of elements whose sign is the consensus sign, where teacher i speaks of the image i places on
 * (N). Each teacher's rate of positive signs in each element stays what it is; what goes is what it says of the image. Where
 * processes share a batch, i places on in the whole batch.
 *
 * @param own Some signs of teachers' features (N, B, few).
 */
export function shuffledAgreement(own: Tensor): Tensor {
  const signs = ofAllProcesses(own);
  const [n, batch] = signs.shape;
  const { device } = signs;
  const images = arange(batch, { dtype: "int64", device });
  const teachers = arange(n, { dtype: "int64", device }).unsqueeze(1);
  const places = images.unsqueeze(0).add(teachers).remainder(batch).add(teachers.mul(batch));
  const shuffled = signs.flatten(0, 1).indexSelect(0, places.flatten()).reshape([n, batch, -1]);
  const consensus = shuffled.sum(0).sign_();
  return shareEqual(shuffled, consensus);
}

/** The signs for all images of the batch at hand. */
function ofAllProcesses(signs: Tensor): Tensor {
  const group = sharers() ?? null;
  if (group === null) return signs;
  // A sign needs no more than a byte.
  const [all] = gatherRows([signs.to("int8").transpose(0, 1)], group);
  return all.transpose(0, 1).to(signs.dtype);
}
