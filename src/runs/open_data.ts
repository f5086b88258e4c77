/**
 * The data sets that a recipe names.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { specText } from "../base/spec.ts";
import * as data from "../data/mod.ts";
import type { Batch, Dataset, ImagePart, LabelledBatch, UnlabelledBatch } from "../data/mod.ts";
import { DecodedImages } from "../data/images/decoded_images.ts";
import { ImageFiles } from "../data/images/image_files.ts";
import type { DataRecipe, TogetherRecipe } from "./data_recipe.ts";
import { rememberDomains } from "./domains_of.ts";
import { plain } from "./plain.ts";
import { presentClasses } from "./same_classes.ts";
import { type OpenedData, type Selectable, selectData } from "./select_data.ts";
import type { SelectionRecipe } from "./selection_recipe.ts";

/** Opens data sets, each once, and disposes of them together. */
export class DataOpener implements Disposable {
  readonly #owned = new DisposableStack();
  readonly #loaded: Map<string, Promise<OpenedData>> = new Map();
  readonly #chosen: Map<string, OpenedData> = new Map();

  /**
   * The data set that an entry of a recipe describes.
   *
   * @param at Where the entry is, for messages: `data.train`.
   * @param learned As {@linkcode DataOpener.labelled} has it.
   * @throws {ArgumentError} if it cannot be selected from as the recipe says.
   * @throws {FileError} if files are missing; {FormatError} if they are damaged or hold no images.
   */
  async open(
    recipe: DataRecipe,
    at: string,
    learned?: readonly string[] | null,
  ): Promise<OpenedData> {
    const { select = [], ...source } = recipe;
    let dataset = await this.#source(recipe, at);
    let key = JSON.stringify(source);
    if (learned && ("folder" in recipe || "list" in recipe || "shards" in recipe)) {
      key += JSON.stringify(learned);
      dataset = this.#chosen.get(key) ?? this.#known(dataset, learned);
      this.#chosen.set(key, dataset);
    }
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
   * @param learned The classes that somebody knows: image files whose own are all among them get these, so that a class of
   * which there is no image shifts no label.
   * @throws {ArgumentError} if it has none.
   */
  async labelled(
    recipe: DataRecipe,
    at: string,
    learned?: readonly string[] | null,
  ): Promise<OpenedData & Dataset<LabelledBatch>> {
    const dataset = await this.open(recipe, at, learned);
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

  /** The same images as they are: the middle of photographs of which a random part is seen. */
  asTheyAre<B extends Batch>(dataset: Dataset<B>): Dataset<B> {
    if (!(dataset instanceof DecodedImages)) return dataset;
    const { part } = dataset.options;
    if (part?.kind !== "random") return dataset;
    const { size, interpolation } = part;
    const middle: ImagePart = { kind: "center", size, ...(interpolation && { interpolation }) };
    return this.#own(dataset.take(dataset.length, { part: middle })) as Dataset<B>;
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

  /** Images in the label space that somebody knows; as they are if it lacks a class of theirs. */
  #known(dataset: OpenedData, learned: readonly string[]): OpenedData {
    if (!(dataset instanceof ImageFiles)) return dataset;
    if (specText([...dataset.classNames]) === specText([...learned])) return dataset;
    const known = new Set(learned);
    const areKnown = presentClasses(dataset).every((name) => known.has(name));
    return areKnown ? this.#own(dataset.withClasses(learned)) : dataset;
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
      const { mnist, mnistM, uciDigits, fashionMnist, cifar10 } = data;
      const load = { mnist, mnistM, uciDigits, fashionMnist, cifar10 };
      return await load[recipe.dataset](recipe.split ?? "train");
    }
    if ("cifar100" in recipe) {
      const { cifar100: folder, split = "train", labels } = recipe;
      return await data.cifar100(split, { folder, labels });
    }
    const { part, workers, onError } = recipe;
    const reading = plain({ part: part && plain(part) as ImagePart, workers, onError });
    if ("folder" in recipe) return new data.ImageFolder(recipe.folder, reading);
    if ("list" in recipe) {
      const { list, root } = recipe;
      return new data.ImageList(list, { ...reading, ...(root && { root }) });
    }
    if ("domains" in recipe) {
      const { domains, domain, split, lists, among } = recipe;
      return data.domainImages(domains, domain, { ...reading, ...plain({ split, lists, among }) });
    }
    if ("shards" in recipe) return new data.TarShards(recipe.shards as string[], reading);
    if ("images" in recipe) return data.images(recipe.images, reading);
    throw new ArgumentError("A data recipe names no source.");
  }

  #select(dataset: OpenedData, selection: SelectionRecipe, at: string): OpenedData {
    const from = dataset as Selectable;
    const chosen = selectData(from, selection);
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

/** What images of several data sets are made the same by. */
function together({ size, channels }: TogetherRecipe): data.JoinOptions {
  return plain({ size, channels });
}
