/**
 * Short texts that stand for the contents of tensors.
 *
 * @module
 */

import { crc32Of, crc32Text } from "../base/crc32.ts";
import { rawBytes } from "./data_transfer.ts";
import type { Tensor } from "./tensor.ts";

/** Elements that are copied at a time. */
const PART = 2 ** 24;

/** The CRC-32 of a tensor's bytes, part by part, so that no second copy of a large one is made. */
function tensorChecksum(tensor: Tensor, before = 0): number {
  const rows = tensor.shape[0] ?? 0;
  if (tensor.numel <= PART || rows < 2) return crc32Of(rawBytes(tensor), before);
  const step = Math.max(1, Math.floor(PART / (tensor.numel / rows)));
  let sum = before;
  for (let at = 0; at < rows; at += step) {
    using part = tensor.detach().narrow(0, at, Math.min(step, rows - at));
    sum = crc32Of(rawBytes(part), sum);
  }
  return sum;
}

/** A short text that stands for the names, dtypes, shapes and values of tensors. */
export function fingerprintTensors(tensors: Readonly<Record<string, Tensor>>): string {
  let sum = 0;
  for (const name of Object.keys(tensors).sort()) {
    const { dtype, shape } = tensors[name];
    sum = crc32Of(new TextEncoder().encode(`${name} ${dtype} [${shape}]`), sum);
    sum = tensorChecksum(tensors[name], sum);
  }
  return crc32Text(sum);
}
