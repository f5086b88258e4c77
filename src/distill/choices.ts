/**
 * Counting which classes voters chose, on the device.
 *
 * @module
 */

import { cat } from "../torch/operators.gen.ts";
import type { Tensor } from "../torch/tensor.ts";

/** How many comparisons are in memory at a time: they take 16 MB. */
const AT_A_TIME = 2 ** 24;

/**
 * On how many images each two voters chose the same class, of what each chose (N, B), -1 where it did not vote: (N, N). Nobody
 * agrees on an image without voting on it.
 */
export function pairsAlike(choices: Tensor): Tensor {
  const [voters, images] = choices.shape;
  // What did not vote is one number on the left, another one on the right.
  const others = choices.maskedFill(choices.lt(0), -2).unsqueeze(0);
  const step = Math.max(1, Math.floor(AT_A_TIME / (voters * images)));
  const rows: Tensor[] = [];
  for (let from = 0; from < voters; from += step) {
    const some = choices.narrow(0, from, Math.min(step, voters - from)).unsqueeze(1);
    rows.push(some.eq(others).sum(2));
  }
  return cat(rows);
}

/** For each voter on how many images it was one of 1, 2, ... N who voted: (N, N), of whether each voted (N, B). */
export function turnouts(voted: Tensor): Tensor {
  const [voters, images] = voted.shape;
  const places = voted.sum(0).sub(1).clampMin(0).to("int64").unsqueeze(1);
  // A column for each number of voters, with 1 for each image that as many voted on.
  const byCount = voted.newZeros([images, voters]).scatter(1, places, 1);
  return voted.matmul(byCount);
}
