/**
 * The data sets that a recipe names.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as data from "../data/mod.ts";
import type { Batch, Dataset, ImagePart, LabelledBatch, UnlabelledBatch } from "../data/mod.ts";
import type { DataRecipe, SelectionRecipe, TogetherRecipe } from "./data_recipe.ts";
import { rememberDomains } from "./domains_of.ts";
import { plain } from "./plain.ts";

/** A data set, and what it says of its classes. */
export type OpenedData = Dataset<Batch> & {
  readonly classNames?: readonly string[];
  readonly imageShape?: readonly [number, number, number];
};

/** What data sets can do of what a recipe selects by. */
interface Selectable {
  readonly length?: number;
  take?(count: number): OpenedData;
  subset?(indices: Int32Array): OpenedData;
  split?(sizes: readonly number[], options: { seed?: number }): OpenedData[];
  balancedSubset?(perClass: number, seed: number): OpenedData;
  stratifiedSubset?(fraction: number, seed: number): OpenedData;
  ofClasses?(
    classes: readonly (string | number)[],
    options: { relabel?: boolean; name?: string },
  ): OpenedData;
  coarse?(
    groups: Readonly<Record<string, readonly (string | number)[]>>,
    options: { name?: string },
  ): OpenedData;
  mislabelled?(share: number, options: { seed?: number; to?: "random" | "next" }): OpenedData;
  unlabelled?(options: { seed?: number }): OpenedData;
}

/** Opens data sets, each once, and disposes of them together. */
export class DataOpener implements Disposable {
  readonly #owned = new DisposableStack();
  readonly #loaded: Map<string, Promise<OpenedData>> = new Map();
  readonly #chosen: Map<string, OpenedData> = new Map();

  /**
   * The data set that an entry of a recipe describes.
   *
   * @param at Where the entry is, for messages: `data.train`.
   * @throws {ArgumentError} if it cannot be selected from as the recipe says.
   * @throws {FileError} if files are missing; {FormatError} if they are damaged or hold no images.
   */
  async open(recipe: DataRecipe, at: string): Promise<OpenedData> {
    const { select = [], ...source } = recipe;
    let dataset = await this.#source(recipe, at);
    let key = JSON.stringify(source);
    for (const [i, selection] of select.entries()) {
      // Teachers choose from one pool: it is divided once, and there is one copy of it.
      key += JSON.stringify(selection);
      dataset = this.#chosen.get(key) ?? this.#select(dataset, selection, `${at}.select[${i}]`);
      this.#chosen.set(key, dataset);
    }
    return dataset;
  }

  /**
   * The data set that an entry describes, which has to have labels.
   *
   * @throws {ArgumentError} if it has none.
   */
  async labelled(recipe: DataRecipe, at: string): Promise<OpenedData & Dataset<LabelledBatch>> {
    const dataset = await this.open(recipe, at);
    if (dataset.classNames !== undefined) return dataset as Dataset<LabelledBatch>;
    throw new ArgumentError(
      `${at} has no labels, and labels are needed there. Give a folder, a list or shards with labels, and do not select ` +
        `unlabelled.`,
    );
  }

  /** The data set that an entry describes, without labels: those that it has are taken away. */
  async unlabelled(recipe: DataRecipe, at: string): Promise<OpenedData & Dataset<UnlabelledBatch>> {
    const dataset = await this.open(recipe, at);
    if (dataset.classNames === undefined) return dataset as Dataset<UnlabelledBatch>;
    const free = (dataset as Selectable).unlabelled?.({});
    if (free === undefined) throw new ArgumentError(`${at} cannot be used without its labels.`);
    return this.#own(free) as Dataset<UnlabelledBatch>;
  }

  #own<T>(dataset: T): T {
    if (dataset && typeof (dataset as unknown as Disposable)[Symbol.dispose] === "function") {
      this.#owned.use(dataset as unknown as Disposable);
    }
    return dataset;
  }

  async #source(recipe: DataRecipe, at: string): Promise<OpenedData> {
    const { select: _, ...source } = recipe;
    const key = JSON.stringify(source);
    const known = this.#loaded.get(key) ??
      this.#load(source as DataRecipe, at).then((dataset) => this.#own(dataset));
    this.#loaded.set(key, known);
    return await known;
  }

  async #all(recipes: readonly DataRecipe[], at: string): Promise<data.ImageDataset[]> {
    const parts: OpenedData[] = [];
    for (const [i, part] of recipes.entries()) parts.push(await this.open(part, `${at}[${i}]`));
    return parts as unknown as data.ImageDataset[];
  }

  async #load(recipe: DataRecipe, at: string): Promise<OpenedData> {
    // Together only if they are of one kind, which these functions find out themselves.
    if ("join" in recipe) {
      return data.joinDatasets(await this.#all(recipe.join, `${at}.join`), together(recipe));
    }
    if ("concatenate" in recipe) {
      const parts = await this.#all(recipe.concatenate, `${at}.concatenate`);
      return rememberDomains(data.concatenateDatasets(parts, together(recipe)), parts);
    }
    if ("dataset" in recipe) {
      const load = { mnist: data.mnist, fashionMnist: data.fashionMnist, cifar10: data.cifar10 };
      return await load[recipe.dataset](recipe.split ?? "train");
    }
    const { part, workers, onError } = recipe;
    const reading = plain({ part: part && plain(part) as ImagePart, workers, onError });
    if ("folder" in recipe) return new data.ImageFolder(recipe.folder, reading);
    if ("list" in recipe) {
      const { list, root } = recipe;
      return new data.ImageList(list, { ...reading, ...(root && { root }) });
    }
    if ("shards" in recipe) return new data.TarShards(recipe.shards as string[], reading);
    if ("images" in recipe) return data.images(recipe.images, reading);
    throw new ArgumentError("A data recipe names no source.");
  }

  #select(dataset: OpenedData, selection: SelectionRecipe, at: string): OpenedData {
    const from = dataset as Selectable;
    const chosen = choose(from, selection);
    if (chosen !== undefined) return this.#own(chosen);
    throw new ArgumentError(
      `${at}: ${Object.keys(selection)[0]} cannot be selected from ${
        dataset.classNames === undefined ? "images without labels" : "this kind of data set"
      }.`,
    );
  }

  /** Frees all data sets. */
  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}

function choose(from: Selectable, selection: SelectionRecipe): OpenedData | undefined {
  if ("take" in selection) return from.take?.(selection.take);
  if ("split" in selection) {
    const { split, part, seed } = selection;
    if (part >= split.length) {
      throw new ArgumentError(`There is no part ${part} of ${split.length}; the first is 0.`);
    }
    const parts = from.split?.(split, { seed });
    parts?.forEach((other, i) => i !== part && (other as Partial<Disposable>)[Symbol.dispose]?.());
    return parts?.[part];
  }
  if ("perClass" in selection) {
    return from.balancedSubset?.(selection.perClass, selection.seed ?? 0);
  }
  if ("repeat" in selection) {
    const length = from.length ?? 0;
    return from.subset?.(
      Int32Array.from({ length: selection.repeat * length }, (_, i) => i % length),
    );
  }
  if ("fraction" in selection) {
    return from.stratifiedSubset?.(selection.fraction, selection.seed ?? 0);
  }
  if ("classes" in selection) {
    const { classes, relabel, name } = selection;
    return from.ofClasses?.(classes, { relabel, ...(name && { name }) });
  }
  if ("coarse" in selection) {
    const { coarse, name } = selection;
    // What stands for a recipe knows no order of an object's entries, and labels are numbers of groups.
    const groups = Object.entries(coarse).sort(([a], [b]) => a < b ? -1 : 1);
    return from.coarse?.(Object.fromEntries(groups), { ...(name && { name }) });
  }
  if ("mislabel" in selection) {
    const { mislabel, seed, to } = selection;
    return from.mislabelled?.(mislabel, { seed, to });
  }
  return from.unlabelled?.({ seed: selection.seed });
}

/** What images of several data sets are made the same by. */
function together({ size, channels }: TogetherRecipe): data.JoinOptions {
  return plain({ size, channels });
}
