/**
 * Sending what a batch holds to a card.
 *
 * @module
 */

import { call } from "../torch/call.ts";
import type { Device } from "../torch/device.ts";
import { noteRange } from "../torch/known_range.ts";
import { scope } from "../torch/scope.ts";
import { SideStream } from "../torch/side_streams.ts";
import type { Tensor } from "../torch/tensor.ts";
import { recording } from "../torch/waits.ts";

/**
 * A tensor on a device; itself where it lies there already. From the processor it goes through pinned memory, out of which the
 * card copies by itself: nobody waits, and the copy is made while the card still computes what it was asked for before.
 */
export function upload(tensor: Tensor, device: Device): Tensor {
  const from = tensor.device;
  if (device === "cpu" || from !== "cpu") return from === device ? tensor : tensor.to(device);
  return scope(() => send(call("aten::pin_memory", tensor) as Tensor, device));
}

/** The stream of each card that copies are made on. */
const copying: Map<Device, SideStream | null> = new Map();

/** Copies pinned memory to a card, beside what that computes at the moment, where it has streams. */
function send(pinned: Tensor, device: Device): Tensor {
  let side = copying.get(device);
  if (side === undefined) copying.set(device, side = SideStream.of(device));
  if (side === null || recording) return pinned.to({ device, nonBlocking: true });
  // It needs nothing that was asked of the card before, so that it begins at once.
  const moved = side.run(() => pinned.to({ device, nonBlocking: true }), { after: false });
  side.join([moved]);
  return moved;
}

/** How many elements the parts of {@linkcode uploadAll} begin apart, so that kernels read them in wide pieces. */
const GRAIN = 64;

/**
 * Many tensors on a device, in order, those of the processor by one copy for each dtype: a hundred small ones would cost a
 * hundred times what starting a copy takes.
 */
export function uploadAll(tensors: readonly Tensor[], device: Device): Tensor[] {
  const own = tensors.filter((tensor) => tensor.device === "cpu");
  if (device === "cpu" || own.length < 2) return tensors.map((tensor) => upload(tensor, device));
  const moved = new Map<Tensor, Tensor>();
  return scope(() => {
    for (const dtype of new Set(own.map((tensor) => tensor.dtype))) {
      const parts = own.filter((tensor) => tensor.dtype === dtype);
      let length = 0;
      const places = parts.map(({ numel }) => {
        const begin = length;
        length += Math.ceil(numel / GRAIN) * GRAIN;
        return begin;
      });
      const whole = call("aten::empty.memory_format", [length], {
        dtype,
        pin_memory: true,
      }) as Tensor;
      parts.forEach((part, i) => {
        whole.narrow(0, places[i], part.numel).view(part.shape).copy_(part);
      });
      const there = send(whole, device);
      parts.forEach((part, i) => {
        moved.set(part, there.narrow(0, places[i], part.numel).view(part.shape));
      });
    }
    return tensors.map((tensor) => moved.get(tensor) ?? tensor.to(device));
  });
}

/** Class labels on a device, with a note of their range, so that no loss has to look there whether they are classes. */
export function uploadLabels(labels: Tensor, device: Device): Tensor {
  if (labels.device !== "cpu" || labels.numel === 0) return upload(labels, device);
  const [low, high] = scope(() => labels.aminmax().map((end) => end.item()));
  const moved = upload(labels, device);
  noteRange(moved, low, high);
  return moved;
}
