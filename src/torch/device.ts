/**
 * Devices, by PyTorch's names: `"cpu"`, `"cuda"`, `"cuda:1"`.
 *
 * @module
 */

/** Where a tensor lies. `"cuda"` is the current CUDA device. */
export type Device = "cpu" | "cuda" | `cuda:${number}`;
