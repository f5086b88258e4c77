/**
 * Threads, devices and memory.
 *
 * @module
 */

import { check, context, frame, native, open, readText } from "../../ffi/native.ts";
import { ArgumentError } from "../base/errors.ts";
import type { Device } from "./device.ts";
import { deviceCode } from "./device_codes.ts";
import { waiting } from "./waits.ts";

/** What {@linkcode memory} counts. */
export interface MemoryUse {
  /** The tensors of this thread that are alive, wherever they lie. */
  tensors: number;
  /** The bytes of tensor memory in use on the device, what autograd holds included. */
  bytes: number;
  /** The most bytes that were in use at once since the start or {@linkcode resetPeakMemory}. */
  peakBytes: number;
  /** The bytes that are free and kept for the next tensors. */
  cachedBytes: number;
}

/**
 * The tensors that are alive and the memory they take.
 *
 * @example
 * ```ts
 * import { torch } from "@apprentice/distill";
 *
 * const before = torch.memory().tensors;
 * torch.scope(() => void torch.ones([10]));
 * console.log(torch.memory().tensors - before); // 0
 * ```
 */
export function memory(device: Device = "cpu"): MemoryUse {
  open();
  check(native.ap_memory(context, deviceCode(device)));
  return { tensors: frame[0], bytes: frame[1], peakBytes: frame[2], cachedBytes: frame[3] };
}

/** Starts counting {@linkcode MemoryUse.peakBytes} anew from what is in use now. */
export function resetPeakMemory(device: Device = "cpu"): void {
  open();
  check(native.ap_memory_reset_peak(context, deviceCode(device)));
}

/** Gives memory that is free and kept for later back to the system. */
export function emptyCache(device: Device = "cpu"): void {
  open();
  check(native.ap_memory_trim(context, deviceCode(device)));
}

/** Sets how many threads one operator may use on the CPU. */
export function setNumThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > 1024) {
    throw new ArgumentError(
      `The number of threads is a whole number from 1 to 1024, got ${count}.`,
    );
  }
  open();
  check(native.ap_threads(context, count));
}

/** How many threads one operator may use on the CPU. */
export function getNumThreads(): number {
  open();
  return check(native.ap_threads(context, 0));
}

/** What the native library says of itself and its libtorch. */
export interface BuildInfo {
  /** libtorch's version, such as `2.13.0`. */
  libtorch: string;
  /** The version of the C interface. */
  abi: number;
  /** Whether this libtorch has CUDA in it. */
  cudaBuilt: boolean;
  /** Whether oneDNN is in it, which makes convolutions fast on the CPU. */
  mkldnn: boolean;
  /** The CPU instructions that libtorch uses, such as `AVX512`. */
  cpu: string;
}

/** What the native library says of itself and its libtorch. */
export function buildInfo(): BuildInfo {
  open();
  return JSON.parse(readText(check(native.ap_build_info(context))));
}

/** What {@linkcode cuda} offers. */
export interface Cuda {
  /** Whether a CUDA device can be used: a CUDA libtorch, a driver and a card. */
  isAvailable(): boolean;
  /** The number of CUDA devices. */
  deviceCount(): number;
  /** Waits until everything asked of a device is done. */
  synchronize(device?: Device): void;
}

/** NVIDIA's GPUs; `deno task doctor` says what is missing where none can be used. */
export const cuda: Cuda = {
  /** Whether a CUDA device can be used: a CUDA libtorch, a driver and a card. `deno task doctor` says what is missing. */
  isAvailable(): boolean {
    return cuda.deviceCount() > 0;
  },
  /** The number of CUDA devices. */
  deviceCount(): number {
    open();
    return check(native.ap_device_count(context, 1));
  },
  /** Waits until everything asked of a device is done. */
  synchronize(device: Device = "cuda"): void {
    open();
    if (waiting !== null && device !== "cpu") waiting("synchronize", []);
    check(native.ap_synchronize(context, deviceCode(device)));
  },
};
