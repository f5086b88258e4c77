/**
 * What the doctor says of CUDA, and what it advises.
 *
 * @module
 */

import type { Libtorch } from "../../ffi/libtorch.ts";
import { installNvidia } from "../../ffi/nvidia.ts";
import { setupAdvice, setupCommand } from "../../ffi/setup_advice.ts";
import { type CudaReport, neededDriver } from "./cuda.ts";
import { FETCHED_CUDA, hasCudaWheel } from "./cuda_wheel.ts";
import { packagesOf } from "./nvidia_libraries.ts";

/** The lines about the driver, the cards and NVIDIA's libraries. */
export function cudaRows(cuda: CudaReport): [string, string][] {
  const lines = [describeDriver(cuda), ...cuda.cards];
  const folders = Map.groupBy(
    cuda.libraries.filter(({ path }) => path !== null),
    ({ path }) => path!.replace(/\/?[^/]*$/, ""),
  );
  for (const [folder, libraries] of folders) {
    const names = libraries.map(({ name, reached }) =>
      reached ? name : `${name} (loaded beforehand)`
    );
    lines.push(`${names.join(", ")} in ${folder}`);
  }
  for (const { name, path, package: project } of cuda.libraries) {
    if (path === null) lines.push(`${name} is missing; ${project} has it`);
  }
  return lines.map((line) => ["", line]);
}

function describeDriver({ driver, driverCuda, libtorchCuda, newEnough }: CudaReport): string {
  const built = libtorchCuda === null ? "" : `libtorch is built for CUDA ${libtorchCuda}`;
  if (driver === null && driverCuda === null) {
    return "no NVIDIA driver loaded" +
      (built && `; ${built}, which needs driver ${neededDriver(libtorchCuda)} or newer`);
  }
  const runs = driverCuda === null ? "" : ` runs CUDA up to ${driverCuda}`;
  const verdict = newEnough === null
    ? ""
    : newEnough
    ? ", new enough"
    : `, too old: it needs driver ${neededDriver(libtorchCuda)} or newer`;
  return `NVIDIA driver${driver === null ? "" : ` ${driver}`}${runs}` +
    (built && `; ${built}${verdict}`);
}

/** What is to be done so that the GPU can be used; empty if it can, or there is none. */
export function cudaNext(
  { cuda, libtorch }: { cuda: CudaReport; libtorch: Libtorch | null },
): string[] {
  const missing = cuda.libraries.filter(({ path }) => path === null);
  if (missing.length > 0 && libtorch) return [installNvidia(packagesOf(missing, libtorch))];
  if (cuda.available) return [];
  if (cuda.newEnough === false) return [updateDriver(cuda, cuda.libtorchCuda!)];
  if (cuda.cards.length === 0 || libtorch?.variant !== "cpu") return [];
  const fetched = `${FETCHED_CUDA.major}.${FETCHED_CUDA.minor}`;
  const runs = cuda.driverCuda === null || Number.parseInt(cuda.driverCuda) >= FETCHED_CUDA.major;
  if (hasCudaWheel() && !runs) return [`To use the GPU: ${updateDriver(cuda, fetched)}`];
  const command = setupCommand();
  if (hasCudaWheel() && command !== null) {
    return [`To use the GPU, have libtorch for CUDA fetched: ${command} --cuda`];
  }
  return [
    "To use the GPU, set LIBTORCH to a build of libtorch for CUDA (the torch folder of `pip install torch`, for one). " +
    `${setupAdvice()}.`,
  ];
}

function updateDriver({ driverCuda }: CudaReport, needed: string): string {
  return `Install NVIDIA driver ${
    neededDriver(needed)
  } or newer for CUDA ${needed}, or set LIBTORCH to a build for CUDA ` +
    `${driverCuda} or older.`;
}
