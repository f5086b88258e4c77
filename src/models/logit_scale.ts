/**
 * The factor of the logits of a CLIP.
 *
 * @module
 */

import { quote } from "../archive/file_reader.ts";
import { FormatError } from "../base/errors.ts";
import type { WeightsFile } from "../checkpoints/mod.ts";
import { textPlaces } from "./dialects/clip_text.ts";

/**
 * The factor that logits are multiplied with, as a CLIP's weights have it: exp(logit_scale), at most 100 (Radford et al.
 * 2021, section 2.5); null if the file does not say, or says it for several.
 *
 * @throws {FormatError} if what the file has there is no number.
 */
export function logitScaleIn(file: WeightsFile): number | null {
  const names = file.names.filter((name) => /(^|\.)logit_scale$/.test(name));
  if (names.length === 0) return null;
  if (names.length === 1) return scaleOf(file, names[0]);
  const [place, other] = textPlaces(file.names);
  const name = `${place?.root}logit_scale`;
  return other === undefined && names.includes(name) ? scaleOf(file, name) : null;
}

/** What a tensor of one number is as a factor: exp of it, at most 100. */
function scaleOf(file: WeightsFile, name: string): number {
  const shape = file.shape(name);
  const count = shape.reduce((a, b) => a * b, 1);
  using value = count === 1 ? file.tensor(name) : null;
  const number = value === null ? NaN : Number(value.item());
  if (Number.isFinite(number)) return Math.min(100, Math.exp(number));
  throw new FormatError(
    `${quote(name)} in ${file.path} is no number (its shape is [${shape.join(", ")}]${
      value === null ? "" : `, its value ${number}`
    }), and logits are scaled by exp of it.`,
  );
}
