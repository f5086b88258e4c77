/**
 * Photographs whose subject is one of ImageNet's classes, from Python packages; see `packages.ts`.
 *
 * @module
 */

import sharp from "npm:sharp@^0.34.5";
import { applyView, type View } from "../../src/data/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { wheelFolder } from "../../src/setup/wheel_files.ts";
import { PACKAGES } from "./packages.ts";

/** A photograph and what is on it. */
export interface Photograph {
  /** Its file's name. */
  readonly name: string;
  /** Its file. */
  readonly path: string;
  /** The classes that name its subject; more than one where ImageNet divides what a look cannot. */
  readonly classes: readonly number[];
  /** Whether the label that was published with it does not fit what is to be seen. */
  readonly doubtful?: boolean;
}

/** What is on scikit-image's photographs. */
const SKIMAGE: Record<string, number[]> = {
  "chelsea.png": [281, 282, 285], // tabby, tiger cat, Egyptian cat
  "coffee.png": [967], // espresso
  "rocket.jpg": [657, 744], // missile; projectile
};

/** The window of a church is labelled a prayer mat, and ibises spoonbills; there are no ibises in ImageNet. */
const DOUBTFUL = ["imagenet_12_741.jpg", "imagenet_14_129.jpg"];

/**
 * All photographs, fetched the first time: foolbox's 20, with the labels in their names, and three of
 * scikit-image's.
 */
export async function photographs(): Promise<Photograph[]> {
  const found: Photograph[] = [];
  const foolbox = `${await wheelFolder(PACKAGES.foolbox)}/foolbox/data`;
  for (const { name } of Deno.readDirSync(foolbox)) {
    const label = Number(name.match(/^imagenet_\d+_(\d+)\.jpg$/)![1]);
    const doubtful = DOUBTFUL.includes(name);
    found.push({ name, path: `${foolbox}/${name}`, classes: [label], doubtful });
  }
  const skimage = `${await wheelFolder(PACKAGES.skimage)}/skimage/data`;
  for (const [name, classes] of Object.entries(SKIMAGE)) {
    found.push({ name, path: `${skimage}/${name}`, classes });
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * A photograph as a model wants it, (1, 3, height, width): the square in its middle, of the part of its shorter side
 * that `cropFraction` says, resized and normalized. That is how EfficientNet's publisher evaluates.
 */
export async function prepare(path: string, view: View): Promise<Tensor> {
  // Color profiles are left alone, as where such models were trained.
  const { data, info } = await sharp(path, { ignoreIcc: true }).removeAlpha().toColourspace("srgb")
    .raw().toBuffer({ resolveWithObject: true });
  return torch.scope(() => {
    const { width, height, channels } = info;
    const pixels = torch.tensor(new Uint8Array(data)).reshape([1, height, width, channels]);
    const side = Math.round(Math.min(width, height) * (view.cropFraction ?? 1));
    const middle = pixels
      .narrow(1, (height - side) >> 1, side)
      .narrow(2, (width - side) >> 1, side);
    return applyView(middle, view);
  });
}

/** The names of ImageNet's classes, by number. */
export async function classNames(): Promise<string[]> {
  const folder = `${await wheelFolder(PACKAGES.timm)}/timm/data/_info`;
  const lines = (name: string): string[] =>
    Deno.readTextFileSync(`${folder}/${name}`).trimEnd().split("\n");
  const lemmas = new Map(
    lines("imagenet_synset_to_lemma.txt").map((line) => line.split("\t") as [string, string]),
  );
  return lines("imagenet_synsets.txt").map((synset) => lemmas.get(synset)!.split(",")[0]);
}
