/**
 * What corrupts photographs of 32 pixels, as in CIFAR-10-C.
 *
 * D. Hendrycks, T. Dietterich: Benchmarking neural network robustness to common corruptions and perturbations (ICLR 2019,
 * arXiv 1903.12261), with the severities that its authors publish for CIFAR. Bytes are cut to whole numbers, as there.
 *
 * @module
 */

import { tensor } from "../../torch/creation.ts";
import { conv2d, reflectionPad2d, replicationPad2d } from "../../torch/operators.gen.ts";
import type { Tensor } from "../../torch/tensor.ts";
import type { ImageRandom } from "../image_random.ts";
import { brightest, inFloat } from "./color_values.ts";
import { imageSizes } from "./image_sizes.ts";

/** Corrupts images as strongly as a severity from 1 to 5 says. */
type Corrupt = (images: Tensor, severity: number, random: ImageRandom) => Tensor;

/** Standard deviations of the noise, of values from 0 to 1. */
const NOISE = [0.04, 0.06, 0.08, 0.09, 0.1];
/** Standard deviations of the bell curve, in pixels. */
const BELL = [0.4, 0.6, 0.7, 0.8, 1];
/** The disk's radius in pixels, and the deviation of what smooths its edge. */
const DISK: readonly (readonly [radius: number, edge: number])[] = [
  [0.3, 0.4],
  [0.4, 0.5],
  [0.5, 0.6],
  [1, 0.2],
  [1.5, 0.1],
];
/** What is left of the distance from an image's mean color. */
const CONTRAST = [0.75, 0.5, 0.4, 0.3, 0.15];
/** What is left of a side. */
const SIDE = [0.95, 0.9, 0.85, 0.75, 0.65];

/** The corruptions by name. */
export const CORRUPTIONS = {
  gaussianNoise(images, severity, random) {
    const { count, channels, height, width } = imageSizes(images, "gaussianNoise", random);
    const values = normals(random, channels * height * width);
    const scale = NOISE[severity - 1] * brightest(images);
    return inFloat(images, (floats) => {
      const shape = [count, channels, height, width];
      const noise = tensor(values, { shape, device: floats.device }).mul_(scale);
      return floats.add(noise.to(floats.dtype));
    });
  },
  gaussianBlur(images, severity) {
    const sigma = BELL[severity - 1];
    return filtered(images, bell(sigma, Math.floor(4 * sigma + 0.5)), replicationPad2d);
  },
  defocusBlur(images, severity) {
    return filtered(images, disk(...DISK[severity - 1]), reflectionPad2d);
  },
  contrast(images, severity) {
    return inFloat(images, (floats) => {
      // Row by row, then the rows, so that an image is summed alike in every batch.
      const { height, width } = imageSizes(floats, "contrast");
      const mean = floats.sum([3], true).sum([2], true).div_(height * width);
      return floats.sub(mean).mul_(CONTRAST[severity - 1]).add_(mean);
    });
  },
  pixelate(images, severity) {
    const { height, width } = imageSizes(images, "pixelate");
    const small = (side: number) => Math.max(1, Math.floor(side * SIDE[severity - 1]));
    const coarse = boxResized(images, small(height), small(width));
    return boxResized(coarse, height, width);
  },
} as const satisfies Record<string, Corrupt>;

/** Normally distributed numbers for the images of a batch, so many for each (Box and Muller). */
function normals(random: ImageRandom, perImage: number): Float32Array<ArrayBuffer> {
  const even = perImage + perImage % 2;
  const drawn = random.draw(even);
  const values = new Float32Array(random.count * perImage);
  for (let image = 0; image < random.count; image++) {
    for (let i = 0; i < perImage; i += 2) {
      const at = image * even + i;
      const radius = Math.sqrt(-2 * Math.log(1 - drawn[at]));
      const angle = 2 * Math.PI * drawn[at + 1];
      const to = image * perImage + i;
      values[to] = radius * Math.cos(angle);
      if (i + 1 < perImage) values[to + 1] = radius * Math.sin(angle);
    }
  }
  return values;
}

/** A square of weights, its rows one after the other. */
type Kernel = readonly (readonly number[])[];

/** A bell curve of two directions, whose weights sum to 1. */
function bell(sigma: number, radius: number): Kernel {
  const curve = Array.from(
    { length: 2 * radius + 1 },
    (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = curve.reduce((a, b) => a + b);
  return curve.map((y) => curve.map((x) => y * x / sum ** 2));
}

/** A disk whose edge a bell curve of three pixels smooths. */
function disk(radius: number, sigma: number): Kernel {
  const reach = Math.floor(radius) + 1;
  const places = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
  const isInside = (y: number, x: number) => y ** 2 + x ** 2 <= radius ** 2 ? 1 : 0;
  const area = places.flatMap((y) => places.map((x) => isInside(y, x))).reduce<number>(
    (a, b) => a + b,
    0,
  );
  const smooth = bell(sigma, 1);
  const near = [-1, 0, 1];
  return places.map((y) =>
    places.map((x) =>
      near.flatMap((dy) => near.map((dx) => smooth[dy + 1][dx + 1] * isInside(y + dy, x + dx)))
        .reduce((a, b) => a + b) / area
    )
  );
}

/** Every channel weighed by a symmetric kernel. */
function filtered(
  images: Tensor,
  kernel: Kernel,
  pad: (images: Tensor, sides: readonly number[]) => Tensor,
): Tensor {
  const { count, channels, height, width } = imageSizes(images, "corrupt");
  const side = (kernel.length - 1) / 2;
  return inFloat(images, (floats) => {
    const { device, dtype } = floats;
    const shape = [1, 1, kernel.length, kernel.length];
    const weights = tensor(Float32Array.from(kernel.flat()), { shape, device }).to(dtype);
    const planes = pad(floats.reshape(count * channels, 1, height, width), Array(4).fill(side));
    return conv2d(planes, weights).reshape(count, channels, height, width);
  });
}

/** Images in another size, each pixel the mean of those that its box holds, as Pillow's `BOX` computes it. */
function boxResized(images: Tensor, rows: number, columns: number): Tensor {
  const { height, width } = imageSizes(images, "pixelate");
  const bytes = brightest(images) === 255;
  // Pillow rounds after each of the two directions.
  const whole = (floats: Tensor) => bytes ? floats.add_(0.5).floor_() : floats;
  return inFloat(images, (floats) => {
    const { device, dtype } = floats;
    const across = boxes(width, columns, device).to(dtype);
    const down = boxes(height, rows, device).to(dtype);
    const narrow = whole(floats.matmul(across.transpose(0, 1)));
    return whole(down.matmul(narrow));
  });
}

/** What each of `to` pixels is made of in `from` pixels: (to, from), whose rows sum to 1. */
function boxes(from: number, to: number, device: Tensor["device"]): Tensor {
  const scale = from / to;
  const support = Math.max(scale, 1) / 2;
  const weights = new Float32Array(to * from);
  for (let pixel = 0; pixel < to; pixel++) {
    const center = (pixel + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(from, Math.trunc(center + support + 0.5));
    const inside = Array.from({ length: end - first }, (_, i) => first + i).filter((at) => {
      const distance = (at - center + 0.5) / (2 * support);
      return distance > -0.5 && distance <= 0.5;
    });
    for (const at of inside) weights[pixel * from + at] = 1 / inside.length;
  }
  return tensor(weights, { shape: [to, from], device });
}
