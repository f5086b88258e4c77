/**
 * The FastViTs, by name.
 *
 * @module
 */

import type { BuildOptions, ModelEntry } from "./entry.ts";
import { FastVit, type FastVitOptions } from "./fastvit.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

function fastvit(
  depths: readonly number[],
  dim: number,
  mlpRatio: number,
  others: Omit<FastVitOptions, keyof BuildOptions | "depths" | "dims" | "mlpRatio"> = {},
): Build {
  const dims = depths.map((_, i) => dim * 2 ** i);
  return (options) => new FastVit({ ...options, depths, dims, mlpRatio, ...others });
}

const attends = { attention: 1 };
const clip = { attention: 1, squeezed: 2, activated: true };
const clip2 = { attention: 2, activated: true, large: true };

/** The registry's FastViTs. */
export const fastVit: readonly ModelEntry[] = [
  ...timmEntries(
    "Vasu, Gabriel, Zhu, Tuzel, Ranjan: FastViT: A fast hybrid vision transformer using structural " +
      "reparameterization, ICCV 2023",
    {
      fastvit_t8: fastvit([2, 2, 4, 2], 48, 3),
      fastvit_t12: fastvit([2, 2, 6, 2], 64, 3),
      fastvit_s12: fastvit([2, 2, 6, 2], 64, 4),
      fastvit_sa12: fastvit([2, 2, 6, 2], 64, 4, attends),
      fastvit_sa24: fastvit([4, 4, 12, 4], 64, 4, attends),
      fastvit_sa36: fastvit([6, 6, 18, 6], 64, 4, attends),
      fastvit_ma36: fastvit([6, 6, 18, 6], 76, 4, attends),
    },
  ),
  ...timmEntries(
    "Vasu, Pouransari, Faghri, Vemulapalli, Tuzel: MobileCLIP: Fast image-text models through multi-modal " +
      "reinforced training, CVPR 2024",
    {
      fastvit_mci0: fastvit([2, 6, 10, 2], 64, 3, clip),
      fastvit_mci1: fastvit([4, 12, 20, 4], 64, 3, clip),
      fastvit_mci2: fastvit([4, 12, 24, 4], 80, 3, clip),
      fastvit_mci3: fastvit([2, 12, 24, 4, 2], 96, 4, clip2),
      fastvit_mci4: fastvit([2, 12, 24, 4, 4], 128, 4, clip2),
    },
  ),
];
