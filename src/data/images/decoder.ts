/**
 * From the bytes of an image file to the pixels of a part of it.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { default as Sharp, Sharp as Pipeline } from "npm:sharp@^0.34.5";
import type { RandomSequence } from "../philox.ts";
import { type Cut, type PartSettings, planCut } from "./crop.ts";
import { type JpegHeader, readJpegHeader } from "./jpeg_header.ts";
import { Resampler } from "./resample.ts";

/** What a decoder is told once. */
export interface DecodeSettings {
  readonly part: PartSettings;
  /** Whether images are turned upright as their EXIF data says. */
  readonly orient: boolean;
  /** Larger images are refused. */
  readonly maxPixels: number;
  /** Whether ordinary JPEG is decoded by libjpeg-turbo's fast, less exact method. */
  readonly fastJpeg: boolean;
}

/** From this many times the result's size on, JPEG is decoded at a lower resolution. */
const SHRINK_FROM = 6;

/** Larger images are not decoded as a whole where a part will do. */
const MOST_WHOLE_PIXELS = 2 ** 24;

/** The formats of pixels, not of drawings, that sharp knows. */
const FORMATS = ["jpeg", "png", "webp", "gif", "tiff", "heif"];

interface Turbo {
  decompressSync(image: Buffer, into: Buffer, options: { format: number }): unknown;
  readonly FORMAT_RGB: number;
}

/** Decodes images; one for each thread. */
export class Decoder {
  readonly #settings: DecodeSettings;
  readonly #turbo: Turbo | undefined;
  readonly #resampler: Resampler = new Resampler();
  #sharp: typeof Sharp | undefined;

  private constructor(settings: DecodeSettings, turbo: Turbo | undefined) {
    this.#settings = settings;
    this.#turbo = turbo;
  }

  /** A decoder for parts of one kind. */
  static async open(settings: DecodeSettings): Promise<Decoder> {
    return new Decoder(settings, settings.fastJpeg ? await openTurbo() : undefined);
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
  async decode(bytes: Uint8Array, random: () => RandomSequence, into: Uint8Array): Promise<void> {
    if (!this.#decodeFast(bytes, random, into)) await this.#decodeAny(bytes, random, into);
  }

  /** Ordinary JPEG, for a good half of what sharp costs; false if it is anything else or damaged. */
  #decodeFast(bytes: Uint8Array, random: () => RandomSequence, into: Uint8Array): boolean {
    const turbo = this.#turbo;
    const { part, orient, maxPixels } = this.#settings;
    if (turbo === undefined || orient) return false;
    const header = ordinaryJpeg(bytes);
    if (header === undefined) return false;
    const { width, height } = header;
    const pixels = width * height;
    if (pixels > Math.min(maxPixels, MOST_WHOLE_PIXELS)) return false;
    const cut = planCut(part, width, height, random());
    if (shrinkable(cut)) return false;
    const source = this.#resampler.source(3 * pixels);
    try {
      turbo.decompressSync(asBuffer(bytes), asBuffer(source), { format: turbo.FORMAT_RGB });
    } catch {
      // Let sharp say what is wrong, or decode it none the less.
      return false;
    }
    this.#resampler.resample(width, height, cut, part.interpolation, into, part.width, part.height);
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
      failOn: "error" as const,
      ignoreIcc: true,
      autoOrient: orient,
    };
    const { format, size, hasAlpha } = (orient ? undefined : describeJpeg(bytes)) ??
      await describe(sharp(bytes, options), orient);
    const cut = planCut(part, size.width, size.height, random());
    let pipeline = sharp(bytes, options);
    let rest = cut;
    if (format === "jpeg" && !orient && shrinkable(cut)) {
      rest = shrink(pipeline, cut, size);
    } else {
      const { left, top, width, height } = cut;
      if (width !== size.width || height !== size.height) {
        pipeline = pipeline.extract({ left, top, width, height });
      }
      rest = { ...cut, left: 0, top: 0 };
    }
    if (hasAlpha) pipeline = pipeline.removeAlpha();
    const { data, info } = await pipeline.toColourspace("srgb").raw().toBuffer({
      resolveWithObject: true,
    });
    this.#takeIn(data, info);
    const { interpolation } = part;
    this.#resampler.resample(
      info.width,
      info.height,
      rest,
      interpolation,
      into,
      part.width,
      part.height,
    );
  }

  #takeIn(data: Uint8Array, info: { width: number; height: number; channels: number }): void {
    const pixels = info.width * info.height;
    const source = this.#resampler.source(3 * pixels);
    if (info.channels === 3) return source.set(data);
    if (info.channels !== 1) throw new Error(`it has ${info.channels} channels`);
    for (let i = 0; i < pixels; i++) source.fill(data[i], 3 * i, 3 * i + 3);
  }
}

/** The header of a JPEG file of bytes in grey or in three colours. */
function ordinaryJpeg(bytes: Uint8Array): JpegHeader | undefined {
  const header = readJpegHeader(bytes);
  if (header === undefined || header.bits !== 8 || header.width * header.height === 0) {
    return undefined;
  }
  return header.components === 1 || header.components === 3 ? header : undefined;
}

interface Description {
  readonly format: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly hasAlpha: boolean;
}

/** What an ordinary JPEG file is, without the cost of asking sharp. */
function describeJpeg(bytes: Uint8Array): Description | undefined {
  const size = ordinaryJpeg(bytes);
  return size && { format: "jpeg", size, hasAlpha: false };
}

/** What any file is. */
async function describe(pipeline: Pipeline, orient: boolean): Promise<Description> {
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
 * most of it, and then cuts out. Returns what is left to do, in fractions of pixels.
 */
function shrink(pipeline: Pipeline, cut: Cut, size: Description["size"]): Cut {
  const by = Math.min(cut.width / cut.toWidth, cut.height / cut.toHeight) / 2;
  const width = Math.round(size.width / by);
  const height = Math.round(size.height / by);
  const [across, down] = [width / size.width, height / size.height];
  const [left, top] = [cut.left * across, cut.top * down];
  const [right, bottom] = [left + cut.width * across, top + cut.height * down];
  const [column, row] = [Math.floor(left), Math.floor(top)];
  pipeline.resize(width, height, { fit: "fill", kernel: "linear" }).extract({
    left: column,
    top: row,
    width: Math.min(width, Math.ceil(right)) - column,
    height: Math.min(height, Math.ceil(bottom)) - row,
  });
  return {
    ...cut,
    left: left - column,
    top: top - row,
    width: right - left,
    height: bottom - top,
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

/** libjpeg-turbo, where there is a build of it for this system. */
async function openTurbo(): Promise<Turbo | undefined> {
  try {
    const module = await import("npm:@julusian/jpeg-turbo@^3.0.1");
    return module.default as unknown as Turbo;
  } catch {
    return undefined;
  }
}

async function openSharp(): Promise<typeof Sharp> {
  let sharp: typeof Sharp;
  try {
    sharp = (await import("npm:sharp@^0.34.5")).default;
  } catch (error) {
    throw new Error(`npm:sharp cannot be loaded (${(error as Error).message})`, { cause: error });
  }
  // The workers are the threads, and no image is asked for twice.
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}
