/**
 * How many images a second a card asks a network about.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { gpuOf } from "./gpu_of.ts";
import type { ComputeDType } from "./gpus.ts";
import type { PlanMachines, PlannedNetwork } from "./plan_types.ts";

/** Images a second on one card. */
export type Speed = (network: PlannedNetwork, compute: ComputeDType) => number;

/**
 * The speed of networks: 2 A operations an image at a part of the card's peak. Where some were measured, these are as fast as
 * measured, and the others reach the part of the peak that these reach in the middle.
 *
 * @throws {ArgumentError} if a speed is no number above 0, or of an architecture that is not among the networks.
 */
export function speedOf(
  networks: readonly PlannedNetwork[],
  { gpu, compute, efficiency, measured }: Pick<
    Required<PlanMachines>,
    "gpu" | "compute" | "efficiency" | "measured"
  >,
): Speed {
  const { teraflops } = gpuOf(gpu);
  const most = ({ multiplyAdds }: PlannedNetwork, dtype: ComputeDType): number =>
    teraflops[dtype] * 1e12 / (2 * Math.max(1, multiplyAdds));
  const reached: number[] = [];
  for (const [architecture, speed] of Object.entries(measured)) {
    const network = networks.find((one) => one.architecture === architecture);
    if (network === undefined || !(speed > 0 && speed < Infinity)) {
      throw new ArgumentError(
        `What was measured is images a second of an architecture of the teachers, such as ${
          networks[0].architecture
        }=500; got ` +
          `${architecture}=${speed}.`,
      );
    }
    reached.push(speed / most(network, compute));
  }
  const part = reached.length === 0 ? efficiency : middleOf(reached);
  return (network, dtype) => {
    const own = dtype === compute ? measured[network.architecture] : undefined;
    return own ?? part * most(network, dtype);
  };
}

function middleOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
