/**
 * The images that lists of domains name.
 *
 * @module
 */

import { FormatError } from "../../base/errors.ts";
import type { Split } from "../sources/arrays.ts";
import type { DomainLists } from "./domain_layout.ts";
import { resolveLabels } from "./labels.ts";
import { type ListedImage, readList } from "./listed_images.ts";

/** An image of a domain. */
export interface DomainImage {
  /** The image's path from the root. */
  readonly path: string;
  /** The name of its class. */
  readonly className: string;
  /** What the list is of that names it. */
  readonly part: Split | "all";
}

/**
 * The images of one domain, and the classes of each domain in order.
 *
 * @param domains The domains that are meant.
 * @param areNamed Whether somebody named them; else a text file that lists no images is no domain's.
 * @throws {FormatError} If a list is not as it should be.
 */
export function listedDomain(
  domains: DomainLists,
  domain: string,
  areNamed: boolean,
): [images: readonly DomainImage[], classes: ReadonlyMap<string, readonly string[]>] {
  const classes = new Map<string, readonly string[]>();
  let images: readonly DomainImage[] = [];
  for (const [name, lists] of domains) {
    const found = imagesIn(lists, areNamed || name === domain);
    if (found === null) continue;
    classes.set(name, inOrder(new Set(found.map(({ className }) => className))));
    if (name === domain) images = found;
  }
  return [images, classes];
}

/** The names of the domains that have lists of images. */
export function namesIn(domains: DomainLists): string[] {
  return [...domains].filter(([, lists]) => imagesIn(lists, false) !== null).map(([name]) => name);
}

/** All images of a domain's lists; null if they are no lists of images and need not be. */
function imagesIn(
  lists: ReadonlyMap<Split | "all", string>,
  haveToBe: boolean,
): readonly DomainImage[] | null {
  const read = (): DomainImage[] => {
    const all = [...lists].flatMap(([part, path]) =>
      readList(path, { labels: true }).map((image) => ({ ...image, part }))
    );
    const bare = all.find(({ label }) => label === undefined);
    if (bare !== undefined) throw new FormatError(`${bare.place}: there is no label.`);
    const labelled = all as (Required<ListedImage> & { part: Split | "all" })[];
    const { labels, classNames } = resolveLabels(labelled, undefined, () => {});
    return labelled.map(({ path, part }, i) => ({ path, part, className: classNames[labels[i]] }));
  };
  try {
    return read();
  } catch (error) {
    if (haveToBe || !(error instanceof FormatError)) throw error;
    return null;
  }
}

/** In the order of the alphabet; numbers in that of their size. */
function inOrder(names: ReadonlySet<string>): readonly string[] {
  const sorted = [...names].sort();
  return sorted.every((name) => /^\d+$/.test(name))
    ? sorted.sort((a, b) => Number(a) - Number(b))
    : sorted;
}
