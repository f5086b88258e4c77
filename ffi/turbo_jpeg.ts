/**
 * libjpeg-turbo, where it can be found by its name: installed, or loaded already by something else.
 *
 * @module
 */

const LIBRARY = "libturbojpeg.so.0";

// From turbojpeg.h.
const PIXELS_RGB = 0;
const COLORS_KNOWN = 2;
const EXACT = 4096;
const LIMIT_SCANS = 32768;

const symbols = {
  tjInitDecompress: { parameters: [], result: "pointer" },
  tjDestroy: { parameters: ["pointer"], result: "i32" },
  tjDecompressHeader3: {
    parameters: ["pointer", "buffer", "usize", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  tjDecompress2: {
    parameters: ["pointer", "buffer", "usize", "buffer", "i32", "i32", "i32", "i32", "i32"],
    result: "i32",
  },
} as const;

/** The size of an image. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Decodes JPEG. */
export class TurboJpeg {
  readonly #library: Deno.DynamicLibrary<typeof symbols>["symbols"];
  /** Width, height, subsampling, colors. */
  readonly #header: Int32Array<ArrayBuffer> = new Int32Array(4);
  readonly #fields: Int32Array<ArrayBuffer>[] = [0, 1, 2, 3].map((i) => this.#header.subarray(i));

  private constructor(library: Deno.DynamicLibrary<typeof symbols>["symbols"]) {
    this.#library = library;
  }

  /** Opens it; undefined where it is not found. */
  static find(): TurboJpeg | undefined {
    try {
      return new TurboJpeg(Deno.dlopen(LIBRARY, symbols).symbols);
    } catch {
      return undefined;
    }
  }

  /**
   * Decodes an image if it is JPEG in gray or colors and undamaged, and `room` wants it.
   *
   * @param bytes The file's contents.
   * @param room Is told the size and gives memory for three bytes a pixel, or undefined.
   * @returns Whether it was decoded.
   */
  decode(
    bytes: Uint8Array<ArrayBuffer>,
    room: (size: ImageSize) => Uint8Array<ArrayBuffer> | undefined,
  ): boolean {
    if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return false;
    const { tjInitDecompress, tjDestroy, tjDecompressHeader3, tjDecompress2 } = this.#library;
    const handle = tjInitDecompress();
    if (handle === null) return false;
    try {
      const length = BigInt(bytes.length);
      const [first, second, third, fourth] = this.#fields;
      const found = tjDecompressHeader3(handle, bytes, length, first, second, third, fourth);
      const [width, height, , colors] = this.#header;
      if (found !== 0 || colors > COLORS_KNOWN || width < 1 || height < 1) return false;
      const pixels = room({ width, height });
      if (pixels === undefined || pixels.length < 3 * width * height) return false;
      const [pitch, flags] = [0, EXACT | LIMIT_SCANS];
      const done = tjDecompress2(
        handle,
        bytes,
        length,
        pixels,
        width,
        pitch,
        height,
        PIXELS_RGB,
        flags,
      );
      // The decoder says -1 of slight damage, too: sharp knows better what can be had of the image.
      return done === 0;
    } finally {
      tjDestroy(handle);
    }
  }
}
