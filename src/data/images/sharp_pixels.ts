/**
 * The pixels that sharp makes of an image as 8-bit RGB, the way Pillow does it.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

import type { Pixels } from "./resize_part.ts";
import type { SharpPipeline } from "./sharp_package.ts";

/** What sharp cannot be told of an image's colours. */
export interface Colours {
  /** Inks, of which sharp would make colours by a printer's profile. */
  readonly inks?: boolean;
  /** Brightness and colour differences, which sharp takes for red, green and blue. */
  readonly ycbcr?: boolean;
  /** The colour of what is wholly transparent, if that has none of its own. */
  readonly outside?: readonly [red: number, green: number, blue: number];
}

/**
 * Runs a pipeline. Grey is repeated, transparency dropped. That is not left to sharp, whose `removeAlpha` never comes
 * back where colours are Lab.
 *
 * @throws If the image is damaged.
 */
export async function pixelsOf(pipeline: SharpPipeline, colours: Colours = {}): Promise<Pixels> {
  const coloured = colours.inks
    ? pipeline.pipelineColourspace("cmyk").toColourspace("cmyk")
    : pipeline.toColourspace("srgb");
  const { data, info } = await coloured.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels < 1 || channels > 5) throw new Error(`it has ${channels} channels`);
  if (channels === 3 && colours.ycbcr) fromYCbCr(data);
  if (channels === 3) return { data, width, height };
  const pixels = new Uint8Array(3 * width * height);
  if (colours.inks && channels >= 4) fromInks(data, channels, pixels);
  else {
    const grey = channels < 3;
    const { outside } = colours;
    for (let from = 0, to = 0; from < data.length; from += channels, to += 3) {
      if (outside !== undefined && channels === 4 && data[from + 3] === 0) {
        pixels.set(outside, to);
        continue;
      }
      pixels[to] = data[from];
      pixels[to + 1] = data[grey ? from : from + 1];
      pixels[to + 2] = data[grey ? from : from + 2];
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
