/**
 * The pixels that sharp makes of an image as 8-bit RGB, the way Pillow does it.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

import type { Pixels } from "./resize_part.ts";
import type { SharpPipeline } from "./sharp_package.ts";

/** What sharp cannot be told of an image's colors. */
export interface Colors {
  /** Inks, of which sharp would make colors by a printer's profile. */
  readonly inks?: boolean;
  /** Brightness and color differences, which sharp takes for red, green and blue. */
  readonly ycbcr?: boolean;
  /** The color of what is wholly transparent, if that has none of its own. */
  readonly outside?: readonly [red: number, green: number, blue: number];
}

/**
 * Runs a pipeline. Gray is repeated, transparency dropped. That is not left to sharp, whose `removeAlpha` never comes
 * back where colors are Lab.
 *
 * @throws If the image is damaged.
 */
export async function pixelsOf(pipeline: SharpPipeline, colors: Colors = {}): Promise<Pixels> {
  const colored = colors.inks
    ? pipeline.pipelineColourspace("cmyk").toColourspace("cmyk")
    : pipeline.toColourspace("srgb");
  const { data, info } = await colored.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels < 1 || channels > 5) throw new Error(`it has ${channels} channels`);
  if (channels === 3 && colors.ycbcr) fromYCbCr(data);
  if (channels === 3) return { data, width, height };
  const pixels = new Uint8Array(3 * width * height);
  if (colors.inks && channels >= 4) fromInks(data, channels, pixels);
  else {
    const gray = channels < 3;
    const { outside } = colors;
    for (let from = 0, to = 0; from < data.length; from += channels, to += 3) {
      if (outside !== undefined && channels === 4 && data[from + 3] === 0) {
        pixels.set(outside, to);
        continue;
      }
      pixels[to] = data[from];
      pixels[to + 1] = data[gray ? from : from + 1];
      pixels[to + 2] = data[gray ? from : from + 2];
    }
  }
  return { data: pixels, width, height };
}

/** Cyan, magenta, yellow and black as if they were nothing but the lack of red, green, blue and light. */
function fromInks(data: Uint8Array, channels: number, pixels: Uint8Array): void {
  for (let from = 0, to = 0; from < data.length; from += channels) {
    const light = 255 - data[from + 3];
    for (let ink = 0; ink < 3; ink++) {
      pixels[to++] = light - Math.round(data[from + ink] * light / 255);
    }
  }
}

/** JFIF's conversion, in place. */
function fromYCbCr(data: Uint8Array): void {
  const byte = (value: number) => Math.max(0, Math.min(255, Math.round(value)));
  for (let at = 0; at < data.length; at += 3) {
    const [y, blue, red] = [data[at], data[at + 1] - 128, data[at + 2] - 128];
    data[at] = byte(y + 1.402 * red);
    data[at + 1] = byte(y - 0.344136 * blue - 0.714136 * red);
    data[at + 2] = byte(y + 1.772 * blue);
  }
}
