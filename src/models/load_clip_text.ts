/**
 * CLIP's text towers out of published weights.
 *
 * @module
 */

import { quote } from "../archive/file_reader.ts";
import { ArgumentError } from "../base/errors.ts";
import { loadWeights, openWeights, type WeightsFile } from "../checkpoints/mod.ts";
import { skipped } from "../nn/init.ts";
import type { ClipTextOptions } from "./clip_text.ts";
import { ClipTextTower } from "./clip_text.ts";
import { clipTextDialects, textName, type TextPlace, textPlaces } from "./dialects/clip_text.ts";

/** How {@linkcode loadClipText} makes a text tower. What is absent is told by the file. */
export interface LoadClipTextOptions extends Pick<ClipTextOptions, "heads" | "activation"> {
  /** What the names of the tower, or of the whole CLIP, begin with, where a file has several. */
  prefix?: string;
  /** Classes to be left out of a file of PyTorch; see `checkpoints.openWeights`. */
  ignore?: readonly string[];
}

/**
 * Makes the text tower of a CLIP whose weights are in a file, as OpenAI, OpenCLIP and transformers ship them: the
 * file that the image tower is loaded from has it, too. Its sizes are read from the shapes; the number of heads is that
 * of all of OpenAI's, one for each 64 of the width. The activation is in no file: give it where it is not OpenAI's.
 *
 * @param source A file, folder or index of weights, or an open one.
 * @throws {ArgumentError} if the file has no text tower, has several, or one of another architecture.
 * @throws {FormatError} if the file is damaged or refused.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
 * using published = new models.ClipTextTower({ vocabSize: 600, dim: 64, depth: 2, embedDim: 24 });
 * torch.saveSafetensors(path, published.stateDict());
 *
 * using tower = models.loadClipText(path, { activation: "gelu" });
 * tower.embedDim; // 24
 * Deno.removeSync(path);
 * ```
 */
export function loadClipText(
  source: string | WeightsFile,
  options: LoadClipTextOptions = {},
): ClipTextTower {
  if (typeof source !== "string") return load(source, options);
  using file = openWeights(source, { ignore: options.ignore });
  return load(file, options);
}

function load(
  file: WeightsFile,
  { heads, activation, prefix }: LoadClipTextOptions,
): ClipTextTower {
  const place = placeIn(file, prefix);
  const sizes = sizesOf(file, place);
  const tower = skipped(() => new ClipTextTower({ ...sizes, heads, activation }));
  try {
    loadWeights(tower, file, {
      rename: (name) => textName(place, name),
      prefix: "",
      dialects: clipTextDialects,
      assign: true,
    });
    return tower.eval() as ClipTextTower;
  } catch (error) {
    tower.dispose();
    throw error;
  }
}

function placeIn(file: WeightsFile, prefix: string | undefined): TextPlace {
  const all = textPlaces(file.names);
  // What stands before the image tower's names stands before both.
  const wanted = prefix?.replace(/(^|\.)visual\.$/, "$1");
  const places = wanted === undefined || wanted === ""
    ? all
    : all.filter((place) => place.prefix === wanted || place.root === wanted);
  const here = places.length > 1 ? places.filter((place) => place.root === (wanted ?? "")) : places;
  if (here.length === 1) return here[0];
  const shown = file.names.slice(0, 6).map(quote).join(", ");
  if (all.length === 0) {
    throw new ArgumentError(
      `${file.path} has no text tower of a CLIP: none of its tensors is called token_embedding.weight; it has ${shown}, ` +
        `…. Give the file of the whole CLIP, or embeddings of texts that were made before.`,
    );
  }
  const prefixes = all.map((one) => quote(one.prefix));
  throw new ArgumentError(
    `${file.path} has ${all.length} text towers, under the names ${
      prefixes.join(", ")
    }. Choose one, such as ` +
      `{ prefix: ${prefixes[0]} }.`,
  );
}

/** The sizes of a tower, by the shapes of its parameters. */
function sizesOf(file: WeightsFile, place: TextPlace): ClipTextOptions {
  const { prefix, ofTransformers } = place;
  const [table, positions, blocks, fc1, projection] = ofTransformers
    ? [
      "text_model.embeddings.token_embedding.weight",
      "text_model.embeddings.position_embedding.weight",
      "text_model.encoder.layers.",
      "0.mlp.fc1.weight",
      "text_projection.weight",
    ]
    : [
      "token_embedding.weight",
      "positional_embedding",
      "transformer.resblocks.",
      "0.mlp.c_fc.weight",
      "text_projection",
    ];
  const matrix = (name: string): readonly number[] => {
    const shape = file.names.includes(prefix + name) ? file.shape(prefix + name) : null;
    if (shape?.length === 2 && shape.every((size) => size > 0)) return shape;
    throw new ArgumentError(
      `The text tower in ${file.path} is none of OpenAI's or OpenCLIP's CLIP: ${
        quote(prefix + name)
      } ${
        shape === null ? "is not there" : `is [${shape.join(", ")}], no matrix`
      }. Make embeddings of texts with its ` +
        `publisher's code, and give those.`,
    );
  };
  const [vocabSize, dim] = matrix(table);
  const [contextLength] = matrix(positions);
  const [hidden] = matrix(blocks + fc1);
  const projected = matrix(projection);
  const numbers = file.names.filter((name) => name.startsWith(prefix + blocks))
    .map((name) => Number.parseInt(name.slice(prefix.length + blocks.length)));
  return {
    vocabSize,
    contextLength,
    dim,
    depth: new Set(numbers).size,
    // The tower cuts off what is behind the point, which rounding may have made one less.
    mlpRatio: (hidden + 0.5) / dim,
    embedDim: projected[ofTransformers ? 0 : 1],
  };
}
