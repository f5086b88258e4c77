/**
 * Confidences in bins.
 *
 * @module
 */

/** Images whose confidences lie next to each other: a bar of a reliability diagram. */
export interface CalibrationBin {
  /** The bound below, which is not part of the bin (but of the first); of bins of equal mass the least confidence. */
  readonly from: number;
  /** The bound above, which is part of the bin. */
  readonly to: number;
  /** How many images there are. */
  readonly count: number;
  /** The mean of their confidences; NaN where there are none. */
  readonly confidence: number;
  /** Which share of them is right; NaN where there are none. */
  readonly accuracy: number;
}

/** Bins of equal width from 0 to 1; those without images too. */
export function binsByWidth(
  confidences: Float64Array,
  right: Uint8Array,
  count: number,
): CalibrationBin[] {
  const [images, sure, hits] = [0, 1, 2].map(() => new Float64Array(count));
  for (let i = 0; i < confidences.length; i++) {
    const bin = Math.min(count - 1, Math.max(0, Math.ceil(confidences[i] * count) - 1));
    images[bin]++;
    sure[bin] += confidences[i];
    hits[bin] += right[i];
  }
  return Array.from(images, (n, i) => ({
    from: i / count,
    to: (i + 1) / count,
    count: n,
    confidence: sure[i] / n,
    accuracy: hits[i] / n,
  }));
}

/**
 * Bins of equal mass, in the order of confidences, and of equal ones in that of images: the first ones have one more where
 * the images cannot be divided. There are as many as there are images, if these are fewer.
 */
export function binsByMass(
  confidences: Float64Array,
  right: Uint8Array,
  count: number,
): CalibrationBin[] {
  const { length } = confidences;
  const order = Uint32Array.from({ length }, (_, i) => i)
    .sort((a, b) => confidences[a] - confidences[b] || a - b);
  const bins = Math.min(count, length);
  const [least, longer] = [Math.floor(length / bins), length % bins];
  let at = 0;
  return Array.from({ length: bins }, (_, i) => {
    const own = order.subarray(at, at += least + (i < longer ? 1 : 0));
    const mean = (values: ArrayLike<number>) =>
      own.reduce((sum, image) => sum + values[image], 0) / own.length;
    return {
      from: confidences[own[0]],
      to: confidences[own[own.length - 1]],
      count: own.length,
      confidence: mean(confidences),
      accuracy: mean(right),
    };
  });
}
