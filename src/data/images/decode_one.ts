/**
 * Single photographs, decoded in this thread.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { ApprenticeError, ArgumentError, FileError, FormatError } from "../../base/errors.ts";
import { passPermission } from "../../base/regular_files.ts";
import { tensor } from "../../torch/creation.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { decodingSequence } from "../image_sequence.ts";
import { partSettings } from "./crop.ts";
import type { ImagePart } from "./image_part.ts";
import { Decoder } from "./decoder.ts";
import type { Photograph } from "./photograph.ts";
import { MOST_FILE_BYTES, MOST_PIXELS, MOST_SECONDS } from "./read_limits.ts";

/**
 * Decodes photographs of any size, a part of each.
 *
 * @param orient Whether they are turned upright as their EXIF data says.
 * @returns uint8 (B, 3, H, W), one for each.
 * @throws {FileError} if a file cannot be read.
 * @throws {FormatError} if one is damaged or no image.
 */
export async function decodePhotographs(
  photographs: readonly Photograph[],
  part: ImagePart,
  orient = false,
): Promise<Tensor> {
  const settings = partSettings(part);
  const decoder = await Decoder.open({
    part: settings,
    orient,
    maxPixels: MOST_PIXELS,
    timeLimit: MOST_SECONDS,
  });
  const pixels = new Uint8Array(decoder.size * photographs.length);
  for (const [i, photograph] of photographs.entries()) {
    const { name, bytes } = await readPhotograph(photograph, i);
    const into = pixels.subarray(i * decoder.size, (i + 1) * decoder.size);
    try {
      await decoder.decode(bytes, () => decodingSequence(0, 0, i), into);
    } catch (cause) {
      // What this package says by itself is not the photograph's fault, such as a library that is missing.
      if (cause instanceof ApprenticeError) throw cause;
      passPermission(cause);
      const reason = (cause as Error).message.trim().replaceAll(/\s*\n\s*/g, "; ");
      throw new FormatError(
        `Cannot decode ${name}: ${reason.replace(/\.$/, "")}. Give a photograph that is whole.`,
        { cause },
      );
    }
  }
  const { height, width } = settings;
  return tensor(pixels, { shape: [photographs.length, 3, height, width] });
}

async function readPhotograph(
  photograph: Photograph,
  index: number,
): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> }> {
  if (photograph instanceof Uint8Array || photograph instanceof ArrayBuffer) {
    const bytes = new Uint8Array(photograph.slice(0));
    return { name: `photograph ${index} (${bytes.length} bytes)`, bytes };
  }
  if (typeof photograph !== "string" && !(photograph instanceof URL)) {
    throw new ArgumentError(
      `A photograph is the path of a file or its bytes, got ${
        photograph === null ? "null" : typeof photograph
      }.`,
    );
  }
  if (photograph instanceof URL ? photograph.protocol !== "file:" : /^https?:/.test(photograph)) {
    throw new ArgumentError(
      `A photograph's URL is one of a file, got ${photograph}. Fetch it and give its bytes.`,
    );
  }
  const path = photograph instanceof URL ? fileURLToPath(photograph) : photograph;
  try {
    const { isFile, size } = await Deno.stat(path);
    // A pipe would be waited for, a device read for ever.
    if (!isFile) throw new Error("it is no regular file");
    if (size > MOST_FILE_BYTES) throw new Error(`it has ${size} bytes`);
    return { name: path, bytes: await Deno.readFile(path) };
  } catch (cause) {
    // A permission that Deno was not given is nothing that is wrong with the file.
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const reason = (cause as Error).message.replace(/\.$/, "");
    throw new FileError(
      `Cannot read ${path}: ${reason}. Check that the file is there and may be read.`,
      { cause },
    );
  }
}
