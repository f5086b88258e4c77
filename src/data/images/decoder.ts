/**
 * From the bytes of an image file to the pixels of a part of it.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

import type { ImageSize, TurboJpeg } from "../../../ffi/turbo_jpeg.ts";
import type { RandomSequence } from "../philox.ts";
import { type Cut, type PartSettings, planCut } from "./crop.ts";
import { cutOut, type Pixels, resizePart } from "./resize_part.ts";
import { openSharp, type Sharp, type SharpPipeline } from "./sharp_package.ts";
import { openTurboJpeg } from "./turbo_jpeg.ts";

/** What a decoder is told once. */
export interface DecodeSettings {
  readonly part: PartSettings;
  /** Whether images are turned upright as their EXIF data says. */
  readonly orient: boolean;
  /** Larger images are refused. */
  readonly maxPixels: number;
}

/** From this many times the result's size on, JPEG is decoded at a lower resolution. */
const SHRINK_FROM = 6;

/** Larger images are not decoded as a whole where a part will do. */
const MOST_WHOLE_PIXELS = 2 ** 24;

/** The formats of pixels, not of drawings, that sharp knows. */
const FORMATS = ["jpeg", "png", "webp", "gif", "tiff", "heif"];

/** Decodes images; one for each thread. */
export class Decoder {
  readonly #settings: DecodeSettings;
  readonly #turbo: TurboJpeg | undefined;
  #sharp: Sharp | undefined;
  #memory: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  private constructor(settings: DecodeSettings, turbo: TurboJpeg | undefined) {
    this.#settings = settings;
    this.#turbo = turbo;
  }

  /** A decoder for parts of one kind. */
  static async open(settings: DecodeSettings): Promise<Decoder> {
    return new Decoder(settings, settings.orient ? undefined : await openTurboJpeg());
  }

  /** How many bytes an image gets. */
  get size(): number {
    const { height, width } = this.#settings.part;
    return 3 * height * width;
  }

  /**
   * Decodes an image, takes the part wanted and writes it as three planes of rows.
   *
   * @param bytes The file's contents.
   * @param random Gives what a random part is drawn from, from its beginning.
   * @param into Room for {@linkcode size} bytes.
   * @throws If the file is damaged, too large or no image.
   */
  async decode(
    bytes: Uint8Array<ArrayBuffer>,
    random: () => RandomSequence,
    into: Uint8Array,
  ): Promise<void> {
    if (!this.#decodeJpeg(bytes, random, into)) await this.#decodeAny(bytes, random, into);
  }

  /** Ordinary JPEG; false if it is anything else or damaged, of which sharp may say more. */
  #decodeJpeg(
    bytes: Uint8Array<ArrayBuffer>,
    random: () => RandomSequence,
    into: Uint8Array,
  ): boolean {
    const { part, maxPixels } = this.#settings;
    let image: Pixels | undefined;
    let cut: Cut | undefined;
    const decoded = this.#turbo?.decode(bytes, ({ width, height }) => {
      const pixels = width * height;
      if (pixels > Math.min(maxPixels, MOST_WHOLE_PIXELS)) return undefined;
      cut = planCut(part, width, height, random());
      if (shrinkable(cut)) return undefined;
      this.#checkSize(cut);
      const data = this.#room(3 * pixels);
      image = { data, width, height };
      return data;
    });
    if (!decoded || image === undefined || cut === undefined) return false;
    resizePart(cutOut(image, cut), cut, part, into);
    return true;
  }

  /** Whatever sharp decodes. */
  async #decodeAny(
    bytes: Uint8Array,
    random: () => RandomSequence,
    into: Uint8Array,
  ): Promise<void> {
    const { part, orient, maxPixels } = this.#settings;
    const sharp = this.#sharp ??= await openSharp();
    const options = {
      limitInputPixels: maxPixels,
      failOn: "error",
      ignoreIcc: true,
      autoOrient: orient,
    };
    const { format, size, hasAlpha } = await describe(sharp(bytes, options), orient);
    const cut = planCut(part, size.width, size.height, random());
    this.#checkSize(cut);
    let pipeline = sharp(bytes, options);
    if (format === "jpeg" && !orient && shrinkable(cut)) {
      shrink(pipeline, cut, size);
    } else {
      const { left, top, width, height } = cut;
      if (width !== size.width || height !== size.height) {
        pipeline = pipeline.extract({ left, top, width, height });
      }
    }
    if (hasAlpha) pipeline = pipeline.removeAlpha();
    const { data, info } = await pipeline.toColourspace("srgb").raw().toBuffer({
      resolveWithObject: true,
    });
    resizePart(inColours(data, info), cut, part, into);
  }

  /** An image that is a long line may become far larger than it was. */
  #checkSize({ toWidth, toHeight }: Cut): void {
    const { maxPixels } = this.#settings;
    if (toWidth * toHeight <= Math.max(maxPixels, this.size)) return;
    throw new Error(
      `it would become ${toWidth} x ${toHeight} pixels, more than the pixel limit ${maxPixels}`,
    );
  }

  /** Memory for pixels, used again for each image. */
  #room(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.#memory.length < bytes) this.#memory = new Uint8Array(bytes);
    return this.#memory.subarray(0, bytes);
  }
}

/** What sharp made of an image, with grey repeated. */
function inColours(
  data: Uint8Array,
  { width, height, channels }: { width: number; height: number; channels: number },
): Pixels {
  if (channels === 3) return { data, width, height };
  if (channels !== 1) throw new Error(`it has ${channels} channels`);
  const colours = new Uint8Array(3 * data.length);
  for (let i = 0; i < data.length; i++) colours.fill(data[i], 3 * i, 3 * i + 3);
  return { data: colours, width, height };
}

interface Description {
  readonly format: string;
  readonly size: ImageSize;
  readonly hasAlpha: boolean;
}

/** What any file is. */
async function describe(pipeline: SharpPipeline, orient: boolean): Promise<Description> {
  const { format, width, height, autoOrient, hasAlpha } = await pipeline.metadata();
  if (!FORMATS.includes(format)) throw new Error(`its format is ${format}, which is not taken`);
  return { format, size: orient ? autoOrient : { width, height }, hasAlpha };
}

/** Whether a part is so large that nothing is lost by decoding at a lower resolution. */
function shrinkable({ width, height, toWidth, toHeight }: Cut): boolean {
  return Math.min(width / toWidth, height / toHeight) >= SHRINK_FROM;
}

/**
 * Has the whole image resized so that the part gets about twice the size wanted, which lets the JPEG decoder itself do
 * most of it, and then cuts out, to the nearest pixel.
 */
function shrink(pipeline: SharpPipeline, cut: Cut, size: ImageSize): void {
  const by = Math.min(cut.width / cut.toWidth, cut.height / cut.toHeight) / 2;
  const width = Math.round(size.width / by);
  const height = Math.round(size.height / by);
  const [across, down] = [width / size.width, height / size.height];
  const left = Math.round(cut.left * across);
  const top = Math.round(cut.top * down);
  pipeline.resize(width, height, { fit: "fill", kernel: "linear" }).extract({
    left,
    top,
    width: Math.round((cut.left + cut.width) * across) - left,
    height: Math.round((cut.top + cut.height) * down) - top,
  });
}
