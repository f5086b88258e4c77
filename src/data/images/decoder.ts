/**
 * From the bytes of an image file to the pixels of a part of it.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

import type { ImageSize, TurboJpeg } from "../../../ffi/turbo_jpeg.ts";
import type { RandomSequence } from "../philox.ts";
import { turnBack, turnOf } from "./avif_turn.ts";
import { decodeBitmap, isBitmap } from "./bitmap.ts";
import { type Cut, type PartSettings, planCut } from "./crop.ts";
import type { DecodeNotes } from "./decode_watch.ts";
import { opaqueGif } from "./gif_colors.ts";
import { decodePortableMap, isPortableMap } from "./portable_map.ts";
import { cutOut, type Pixels, resizePart } from "./resize_part.ts";
import { openSharp, type Sharp, type SharpPipeline } from "./sharp_package.ts";
import { pixelsOf } from "./sharp_pixels.ts";
import { isYCbCr } from "./tiff_colors.ts";
import { openTurboJpeg } from "./turbo_jpeg.ts";

/** What a decoder is told once. */
export interface DecodeSettings {
  readonly part: PartSettings;
  /** Whether images are turned upright as their files say; TIFF files always are. */
  readonly orient: boolean;
  /** Larger images are refused. */
  readonly maxPixels: number;
  /** After so many seconds, an image is given up. */
  readonly timeLimit: number;
}

/** From this many times the result's size on, JPEG and large images are decoded at a lower resolution. */
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
   * @param notes Told of work that goes on in other threads.
   * @throws If the file is damaged, too large or no image, or decoding takes longer than the time limit.
   */
  async decode(
    bytes: Uint8Array<ArrayBuffer>,
    random: () => RandomSequence,
    into: Uint8Array,
    notes?: DecodeNotes,
  ): Promise<void> {
    if (this.#decodeJpeg(bytes, random, into, notes)) return;
    const { part, maxPixels, timeLimit } = this.#settings;
    const read = isBitmap(bytes)
      ? decodeBitmap
      : isPortableMap(bytes)
      ? decodePortableMap
      : undefined;
    if (read !== undefined) {
      const image = read(bytes, maxPixels);
      return this.#finish(image, planCut(part, image.width, image.height, random()), into);
    }
    // What came before is done in one go: no clock could have stopped it.
    await within(timeLimit, (wanted) => {
      const work = this.#decodeAny(bytes, random, into, () => wanted() && !notes?.closed);
      return notes?.running(work) ?? work;
    });
  }

  /** Cuts a part out of a whole image and resizes it. */
  #finish(image: Pixels, cut: Cut, into: Uint8Array): void {
    this.#checkSize(cut);
    resizePart(cutOut(image, cut), cut, this.#settings.part, into);
  }

  /** Ordinary JPEG; false if it is anything else or damaged, of which sharp may say more. */
  #decodeJpeg(
    bytes: Uint8Array<ArrayBuffer>,
    random: () => RandomSequence,
    into: Uint8Array,
    notes?: DecodeNotes,
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
    // What took so long that the thread was given up is not written: `into` may be another's.
    if (!notes?.closed) resizePart(cutOut(image, cut), cut, part, into);
    return true;
  }

  /** Whatever sharp decodes; once it is not waited for any more, nothing is written, since `into` may be another's. */
  async #decodeAny(
    bytes: Uint8Array,
    random: () => RandomSequence,
    into: Uint8Array,
    wanted: () => boolean,
  ): Promise<void> {
    const { part, orient, maxPixels } = this.#settings;
    const sharp = this.#sharp ??= await openSharp();
    const options = {
      limitInputPixels: maxPixels,
      failOn: "error",
      ignoreIcc: true,
      autoOrient: orient,
    };
    const { format, space, hasAlpha, turned, ...upright } = await describe(sharp(bytes, options));
    // Pillow turns TIFF files while it reads them, and nothing else.
    options.autoOrient ||= format === "tiff";
    const turn = format === "heif" && !orient ? turnOf(bytes) : undefined;
    if (turn !== undefined && (turn.quarters > 0 || turn.mirror !== "none")) {
      const image = turnBack(await pixelsOf(sharp(bytes, options)), turn);
      if (!wanted()) return;
      return this.#finish(image, planCut(part, image.width, image.height, random()), into);
    }
    const size = options.autoOrient ? turned : upright;
    const cut = planCut(part, size.width, size.height, random());
    this.#checkSize(cut);
    const gif = format === "gif" ? opaqueGif(bytes) : undefined;
    let pipeline = sharp(gif?.bytes ?? bytes, options);
    // Of others it takes memory for all pixels before the first is resized, unless sharp resizes them as they come.
    const large = !hasAlpha && size.width * size.height > MOST_WHOLE_PIXELS;
    if ((format === "jpeg" || large) && !options.autoOrient && shrinkable(cut)) {
      shrink(pipeline, cut, size);
    } else {
      const { left, top, width, height } = cut;
      if (width !== size.width || height !== size.height) {
        pipeline = pipeline.extract({ left, top, width, height });
      }
    }
    const pixels = await pixelsOf(pipeline, {
      inks: space === "cmyk",
      ycbcr: format === "tiff" && isYCbCr(bytes),
      outside: gif?.outside,
    });
    if (wanted()) resizePart(pixels, cut, part, into);
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

interface Description extends ImageSize {
  readonly format: string;
  readonly space: string;
  readonly hasAlpha: boolean;
  /** The size once it is turned upright. */
  readonly turned: ImageSize;
}

/** What any file is. */
async function describe(pipeline: SharpPipeline): Promise<Description> {
  const { format, space, hasAlpha, width, height, autoOrient } = await pipeline.metadata();
  if (!FORMATS.includes(format)) throw new Error(`its format is ${format}, which is not taken`);
  return { format, space, hasAlpha, width, height, turned: autoOrient };
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

/** How often it is looked whether the time is up. */
const TICKS = 8;

/** What is said of an image that took too long. */
export function overdueReason(seconds: number): string {
  return `decoding took longer than ${seconds} seconds and was given up`;
}

/**
 * Waits for work, but only for some seconds; the work is told whether it is still wanted. Time in which this thread
 * itself was busy with something else, such as a step of training, counts little: the work may long be done then.
 */
async function within(
  seconds: number,
  work: (wanted: () => boolean) => Promise<void>,
): Promise<void> {
  let ticks = 0;
  let clock: ReturnType<typeof setInterval> | undefined;
  const limit = new Promise<never>((_, reject) => {
    clock = setInterval(() => {
      if (++ticks === TICKS) reject(new Error(overdueReason(seconds)));
    }, 1000 * seconds / TICKS);
  });
  try {
    await Promise.race([work(() => ticks < TICKS), limit]);
  } finally {
    clearInterval(clock);
  }
}
