/**
 * Resizing the pixels of one image, by libtorch.
 *
 * Decoding workers load it. There are as many of them as there are cores, so none may have libtorch work with threads
 * of its own; but how many it uses is in parts a setting of the whole process, and not a worker's to change. Therefore
 * all that is asked of libtorch is the operator that resizes bytes, which works in the calling thread only.
 *
 * @module
 */

import { check, context, native } from "../../../ffi/native.ts";
import { call } from "../../torch/call.ts";
import { HANDLE } from "../../torch/handle.ts";
import { empty, tensor } from "../../torch/creation.ts";
import { scope } from "../../torch/scope.ts";
import type { Cut, PartSettings, Rectangle } from "./crop.ts";

/** Pixels of three bytes, row by row. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The pixels of a rectangle alone, moved to the beginning of the memory that the image has. */
export function cutOut({ data, width }: Pixels, part: Rectangle): Pixels {
  const bytes = 3 * part.width;
  for (let row = 0; row < part.height; row++) {
    const from = 3 * ((part.top + row) * width + part.left);
    data.copyWithin(row * bytes, from, from + bytes);
  }
  return { ...part, data: data.subarray(0, part.height * bytes) };
}

/**
 * Resizes the pixels that a cut takes from an image, as Pillow does (to 1 of 255), and writes what is wanted of the
 * result as three planes of rows.
 *
 * @param pixels The cut's part of the image, at any resolution.
 * @param cut How large it becomes, where in that the result begins, whether it is mirrored.
 * @param part The result's size, the kind of interpolation.
 * @param into Room for the result.
 */
export function resizePart(pixels: Pixels, cut: Cut, part: PartSettings, into: Uint8Array): void {
  const { toWidth, toHeight } = cut;
  const whole = toWidth === part.width && toHeight === part.height;
  const planes = whole ? into : new Uint8Array(3 * toHeight * toWidth);
  // Here libtorch would copy, for which it has threads.
  const unchanged = pixels.width === toWidth && pixels.height === toHeight;
  if (unchanged) split(pixels, planes);
  else resize(pixels, cut, part.interpolation, planes);
  if (!whole) cutMiddle(planes, cut, part, into);
  if (cut.flip) mirror(into, part.width);
}

function resize(
  { data, width, height }: Pixels,
  { toWidth, toHeight }: Cut,
  interpolation: PartSettings["interpolation"],
  planes: Uint8Array,
): void {
  scope(() => {
    const image = tensor(data, { shape: [1, height, width, 3] }).permute(0, 3, 1, 2);
    const resized = empty([1, 3, toHeight, toWidth], { dtype: "uint8" });
    const operator = `aten::_upsample_${interpolation}2d_aa.out`;
    call(operator, image, [toHeight, toWidth], false, null, null, resized);
    const into = planes as BufferSource;
    check(native.ap_tensor_to_data(context, resized[HANDLE], into, planes.byteLength));
  });
}

/** Makes one plane of each color. */
function split({ data, width, height }: Pixels, planes: Uint8Array): void {
  const size = width * height;
  for (let to = 0, from = 0; to < size; to++, from += 3) {
    planes[to] = data[from];
    planes[to + size] = data[from + 1];
    planes[to + 2 * size] = data[from + 2];
  }
}

function cutMiddle(
  planes: Uint8Array,
  { toWidth, toHeight, x, y }: Cut,
  { width, height }: PartSettings,
  into: Uint8Array,
): void {
  for (let row = 0; row < 3 * height; row++) {
    const plane = Math.floor(row / height);
    const from = (plane * toHeight + y + row % height) * toWidth + x;
    into.set(planes.subarray(from, from + width), row * width);
  }
}

/** Turns every row around. */
function mirror(planes: Uint8Array, width: number): void {
  for (let row = 0; row < planes.length; row += width) {
    for (let left = row, right = row + width - 1; left < right; left++, right--) {
      const value = planes[left];
      planes[left] = planes[right];
      planes[right] = value;
    }
  }
}
