// Small datasets for tests.
import { ImageDataset, ImageRandom } from "../../src/data/mod.ts";
import { tensor } from "../../src/torch/mod.ts";

/** Images whose every pixel is their own number, so that they can be told apart; classes in turn. */
export function numbered(
  count: number,
  { classes = 2, size = 2, channels = 1, name = "numbered" } = {},
): ImageDataset {
  const pixels = new Uint8Array(count * channels * size * size);
  for (let i = 0; i < count; i++) {
    pixels.fill(i, i * channels * size * size, (i + 1) * channels * size * size);
  }
  using images = tensor(pixels, { shape: [count, channels, size, size] });
  return new ImageDataset({
    images,
    labels: Array.from({ length: count }, (_, i) => i % classes),
    classNames: Array.from({ length: classes }, (_, i) => String(i)),
    name,
  });
}

/** The numbers of images made by {@linkcode numbered}: their first pixels. */
export function numbersOf(
  images: { data(): ArrayLike<number | bigint>; shape: number[] },
): number[] {
  const values = images.data();
  const each = values.length / images.shape[0];
  return Array.from({ length: images.shape[0] }, (_, i) => Number(values[i * each]));
}

/** What transforms draw from for images 0 to `count - 1`. */
export function randomOf(count: number, seed = 1, variant = 0): ImageRandom {
  return new ImageRandom(seed, variant, Array.from({ length: count }, (_, index) => index));
}
