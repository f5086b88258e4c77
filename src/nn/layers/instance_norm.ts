/**
 * Instance normalization.
 *
 * @module
 */

import { InstanceNorm } from "./instance_norm_base.ts";

/**
 * Instance normalization of sequences (Ulyanov et al. 2016): every channel of every one is normalized by its own mean and
 * variance.
 *
 * Shapes: (B, C, L) or (C, L). Keys: `weight`, `bias` if `affine`; `running_mean`, `running_var`, `num_batches_tracked` if
 * `trackRunningStats`.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using norm = new nn.InstanceNorm1d(8, { affine: true });
 * norm.forward(torch.randn([2, 8, 5])).shape; // [2, 8, 5]
 * ```
 */
export class InstanceNorm1d extends InstanceNorm {
  /** 3. */
  protected override get dims(): number {
    return 3;
  }
}

/**
 * Instance normalization of images (Ulyanov et al. 2016): every channel of every one is normalized by its own mean and
 * variance.
 *
 * Shapes: (B, C, H, W) or (C, H, W). Keys: `weight`, `bias` if `affine`; `running_mean`, `running_var`, `num_batches_tracked` if
 * `trackRunningStats`.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using norm = new nn.InstanceNorm2d(8, { affine: true });
 * norm.forward(torch.randn([2, 8, 5, 5])).shape; // [2, 8, 5, 5]
 * ```
 */
export class InstanceNorm2d extends InstanceNorm {
  /** 4. */
  protected override get dims(): number {
    return 4;
  }
}

/**
 * Instance normalization of volumes (Ulyanov et al. 2016): every channel of every one is normalized by its own mean and
 * variance.
 *
 * Shapes: (B, C, D, H, W) or (C, D, H, W). Keys: `weight`, `bias` if `affine`; `running_mean`, `running_var`, `num_batches_tracked` if
 * `trackRunningStats`.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using norm = new nn.InstanceNorm3d(8, { affine: true });
 * norm.forward(torch.randn([2, 8, 3, 5, 5])).shape; // [2, 8, 3, 5, 5]
 * ```
 */
export class InstanceNorm3d extends InstanceNorm {
  /** 5. */
  protected override get dims(): number {
    return 5;
  }
}
