/**
 * Image files below a folder, some of others, and several together.
 *
 * @module
 */

import type { ImageBytes } from "./image_bytes.ts";
import type { ImageSource } from "./image_source.ts";

/** Image files below a folder. */
export class FileSource implements ImageSource {
  readonly #root: string;
  readonly #paths: readonly string[];

  /**
   * @param root The folder; empty if the paths stand by themselves.
   * @param paths From there on.
   */
  constructor(root: string, paths: readonly string[]) {
    this.#root = root === "" || root.endsWith("/") ? root : `${root}/`;
    this.#paths = paths;
  }

  get length(): number {
    return this.#paths.length;
  }

  bytes(image: number): ImageBytes {
    return { path: this.describe(image) };
  }

  describe(image: number): string {
    const path = this.#paths[image];
    return path.startsWith("/") ? path : this.#root + path;
  }
}

/** Some images of another source. */
export class PickedSource implements ImageSource {
  readonly #source: ImageSource;
  readonly #picks: Int32Array;

  constructor(source: ImageSource, picks: Int32Array) {
    this.#source = source;
    this.#picks = picks;
  }

  get length(): number {
    return this.#picks.length;
  }

  bytes(image: number): ImageBytes {
    return this.#source.bytes(this.#picks[image]);
  }

  describe(image: number): string {
    return this.#source.describe(this.#picks[image]);
  }
}

/** The images of several sources, one source after the other. */
export class JoinedSource implements ImageSource {
  readonly #sources: readonly ImageSource[];
  /** Where each source begins, and after the last the end of all. */
  readonly #starts: number[] = [0];

  constructor(sources: readonly ImageSource[]) {
    this.#sources = sources;
    for (const { length } of sources) this.#starts.push(this.#starts.at(-1)! + length);
  }

  get length(): number {
    return this.#starts.at(-1)!;
  }

  bytes(image: number): ImageBytes {
    const [source, at] = this.#find(image);
    return source.bytes(at);
  }

  describe(image: number): string {
    const [source, at] = this.#find(image);
    return source.describe(at);
  }

  #find(image: number): [source: ImageSource, image: number] {
    let [low, high] = [0, this.#sources.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle] <= image) low = middle;
      else high = middle - 1;
    }
    return [this.#sources[low], image - this.#starts[low]];
  }
}
