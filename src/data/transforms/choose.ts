/**
 * Different things done to different images of one batch.
 *
 * @module
 */

import { cat } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { indicesBeside } from "./indices_beside.ts";

/** Changes some images of a batch; `rows` says which of them they are. Sizes and dtype stay. */
export type PartTransform = (images: Tensor, rows: readonly number[]) => Tensor;

/**
 * Applies to each image one of several transforms: those that get the same one together.
 *
 * @param choices For each image the transform's number; one without a transform leaves it as it is.
 */
export function applyChosen(
  images: Tensor,
  choices: ArrayLike<number>,
  transforms: readonly (PartTransform | undefined)[],
): Tensor {
  const count = choices.length;
  const groups: number[][] = transforms.map(() => []);
  for (let row = 0; row < count; row++) {
    if (transforms[choices[row]] !== undefined) groups[choices[row]].push(row);
  }
  const used = groups.flatMap((rows, number) => rows.length === 0 ? [] : [{ rows, number }]);
  if (used.length === 0) return images;
  if (used[0].rows.length === count) return transforms[used[0].number]!(images, used[0].rows);
  return scope(() => {
    const changed = used.map(({ rows, number }) => {
      const part = images.indexSelect(0, indicesBeside(Int32Array.from(rows), images));
      return transforms[number]!(part, rows);
    });
    // Behind the images themselves come the changed ones, group by group.
    const places = Int32Array.from({ length: count }, (_, row) => row);
    let at = count;
    for (const { rows } of used) for (const row of rows) places[row] = at++;
    return cat([images, ...changed]).indexSelect(0, indicesBeside(places, images));
  });
}
