/**
 * RADIO's adaptors out of published weights.
 *
 * @module
 */

import { quote } from "../archive/file_reader.ts";
import { ArgumentError } from "../base/errors.ts";
import { loadWeights, openWeights, type WeightsFile } from "../checkpoints/mod.ts";
import { skipped } from "../nn/init.ts";
import {
  AttentiveHead,
  PlainHead,
  type RadioHead,
  type RadioHeadSizes,
  ResidualHead,
} from "./parts/radio_heads.ts";
import { checkCounts, checkParameterCount } from "./parts/size_checks.ts";
import { RadioAdaptor } from "./radio_adaptor.ts";

/** How {@linkcode loadRadioAdaptor} opens a file. */
export interface LoadRadioAdaptorOptions {
  /** Classes to be left out of a file of PyTorch; see `checkpoints.openWeights`. */
  readonly ignore?: readonly string[];
}

/** Where the heads of a teacher are: on the hub, and in the files of NVIDIA's own training. */
const PLACES = [
  /^(?:.*\.)?adaptors\.([^.]+)\.(head_mlp|feat_mlp)\.(.+)$/,
  /^(?:.*\.)?_(?:heads)\.([^.]+)\.()(.+)$/,
  /^(?:.*\.)?_(?:feature_projections)\.([^.]+)\.()(.+)$/,
];

/**
 * The teachers whose adaptors are in a file of RADIO's weights, in alphabetical order.
 *
 * @throws {FormatError} if the file is damaged or refused.
 */
export function radioAdaptorNames(
  source: string | WeightsFile,
  options: LoadRadioAdaptorOptions = {},
): string[] {
  if (typeof source !== "string") {
    return [...new Set(source.names.flatMap((name) => placeOf(name)?.teacher ?? []))].sort();
  }
  using file = openWeights(source, { ignore: options.ignore });
  return radioAdaptorNames(file);
}

/**
 * Makes the adaptor of a teacher whose weights lie beside RADIO's own in a file, as NVIDIA ships them. Its sizes are read
 * from the shapes. Heads that make several patches out of one (NVIDIA's `upsample_factor`) give these in one row.
 *
 * @param source A file, folder or index of weights, or an open one.
 * @param teacher The teacher, by NVIDIA's name; {@linkcode radioAdaptorNames} has those of a file.
 * @throws {ArgumentError} if the file has no adaptor of this teacher, or one of another architecture.
 * @throws {FormatError} if the file is damaged or refused.
 */
export function loadRadioAdaptor(
  source: string | WeightsFile,
  teacher: string,
  options: LoadRadioAdaptorOptions = {},
): RadioAdaptor {
  if (typeof source !== "string") return load(source, teacher);
  using file = openWeights(source, { ignore: options.ignore });
  return load(file, teacher);
}

interface Place {
  readonly teacher: string;
  readonly head: "head_mlp" | "feat_mlp";
  readonly rest: string;
}

/** What a name in a file is of a teacher's heads; null if it is none. */
function placeOf(name: string): Place | null {
  for (const [i, pattern] of PLACES.entries()) {
    const found = pattern.exec(name);
    if (found === null) continue;
    const [, teacher, head, rest] = found;
    const known = head === "" ? (i === 1 ? "head_mlp" : "feat_mlp") : head;
    return { teacher, head: known as Place["head"], rest };
  }
  return null;
}

function load(file: WeightsFile, teacher: string): RadioAdaptor {
  const adaptor = skipped(() =>
    new RadioAdaptor(teacher, headOf(file, teacher, "head_mlp"), headOf(file, teacher, "feat_mlp"))
  );
  try {
    loadWeights(adaptor, file, {
      rename: (name) => {
        const place = placeOf(name);
        return place?.teacher === teacher ? `${place.head}.${place.rest}` : null;
      },
      prefix: "",
      assign: true,
    });
    return adaptor.eval() as RadioAdaptor;
  } catch (error) {
    adaptor.dispose();
    throw error;
  }
}

/** A head of the sizes that a file's shapes say. */
function headOf(file: WeightsFile, teacher: string, head: Place["head"]): RadioHead {
  const shapes = new Map<string, readonly number[]>();
  for (const name of file.names) {
    const place = placeOf(name);
    if (place?.teacher === teacher && place.head === head) shapes.set(place.rest, file.shape(name));
  }
  if (shapes.size === 0) {
    const known = radioAdaptorNames(file);
    throw new ArgumentError(
      `${file.path} has no adaptor of ${quote(teacher)}; ${
        known.length > 0 ? `it has those of ${known.join(", ")}` : "it has none"
      }.`,
    );
  }
  const count = (prefix: string) =>
    new Set(
      [...shapes.keys()].filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length).split(".")[0]),
    ).size;
  const sizes = (first: string, last: string, inner: number): RadioHeadSizes => {
    const [[hidden, input], [output]] = [first, last].map((name) => matrix(name));
    checkCounts("RadioAdaptor", { input, hidden, output, inner: inner + 1 });
    checkParameterCount("RadioAdaptor", hidden * (input + inner * hidden + output), {
      ...{ input, hidden, output, inner },
    });
    return { input, hidden, output, inner };
  };
  const matrix = (name: string): readonly number[] => {
    const shape = shapes.get(`${name}.weight`);
    if (shape?.length === 2) return shape;
    throw new ArgumentError(
      `${file.path}: the ${head} of ${
        quote(teacher)
      } has no matrix ${name}.weight; it is of another architecture.`,
    );
  };
  if (shapes.has("mlp.fc1.weight")) {
    const depth = count("blocks.");
    checkCounts("RadioAdaptor", { blocks: depth });
    const inner = sizes("mlp.fc1", "mlp.final.2", count("mlp.blocks."));
    return new AttentiveHead(inner, shapes.has("mlp.pre_norm.0.weight"), depth);
  }
  if (shapes.has("final.2.weight")) {
    const inner = sizes("fc1", "final.2", count("blocks."));
    return new ResidualHead(inner, shapes.has("pre_norm.0.weight"));
  }
  return new PlainHead(sizes("fc1", "fc2", count("inner.") / 2));
}
