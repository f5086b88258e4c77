/**
 * Batch normalization.
 *
 * @module
 */

import { BatchNorm } from "./batch_norm_base.ts";

/**
 * Batch normalization of vectors and sequences (Ioffe and Szegedy 2015).
 *
 * Shapes: (B, C) or (B, C, L). Keys: `weight`, `bias`, `running_mean`, `running_var`,
 * `num_batches_tracked`.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using norm = new nn.BatchNorm1d(8);
 * norm.forward(torch.randn([4, 8])).shape; // [4, 8]
 * ```
 */
export class BatchNorm1d extends BatchNorm {
  /** 2 and 3. */
  protected override get dims(): readonly [number, number] {
    return [2, 3];
  }
}

/**
 * Batch normalization of images (Ioffe and Szegedy 2015): every channel is normalized by its mean and
 * variance over batch and pixels, in evaluation by the running ones.
 *
 * Shapes: (B, C, H, W). Keys: `weight`, `bias`, `running_mean`, `running_var`, `num_batches_tracked`.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using norm = new nn.BatchNorm2d(8);
 * norm.forward(torch.randn([4, 8, 5, 5])).shape; // [4, 8, 5, 5]
 * ```
 */
export class BatchNorm2d extends BatchNorm {
  /** 4. */
  protected override get dims(): readonly [number, number] {
    return [4, 4];
  }
}

/**
 * Batch normalization of volumes (Ioffe and Szegedy 2015): every channel is normalized by its mean and
 * variance over batch and voxels, in evaluation by the running ones.
 *
 * Shapes: (B, C, D, H, W). Keys: `weight`, `bias`, `running_mean`, `running_var`, `num_batches_tracked`.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using norm = new nn.BatchNorm3d(8);
 * norm.forward(torch.randn([4, 8, 2, 5, 5])).shape; // [4, 8, 2, 5, 5]
 * ```
 */
export class BatchNorm3d extends BatchNorm {
  /** 5. */
  protected override get dims(): readonly [number, number] {
    return [5, 5];
  }
}
