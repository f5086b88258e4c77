/**
 * How data sets of several domains lie on disk: a folder for each domain with a folder for each class, or lists.
 *
 * @module
 */

import { ArgumentError, FormatError } from "../../base/errors.ts";
import { unknownName } from "../../base/options.ts";
import { listed } from "../listed.ts";
import type { Split } from "../sources/arrays.ts";
import { IMAGE_EXTENSIONS } from "./image_extensions.ts";
import { FolderScan } from "./folder_scan.ts";

/** How many classes a message names. */
const NAMED = 5;
/** A domain's list, of all its images or of a split. */
const LIST = /^(.+?)(?:_(train|test))?\.txt$/;

/** The folders of domains, each with the folders of its classes in order. */
export type DomainFolders = ReadonlyMap<string, readonly string[]>;

/** The lists of domains, each by what it is a list of. */
export type DomainLists = ReadonlyMap<string, ReadonlyMap<Split | "all", string>>;

/**
 * The folders below a root that hold folders: those of domains.
 *
 * @throws {FileError} If the root is not there or cannot be listed.
 */
export function domainFolders(root: string): DomainFolders {
  const { folders } = new FolderScan(root, IMAGE_EXTENSIONS, false);
  const found = folders.map((name): [string, readonly string[]] => [
    name,
    new FolderScan(`${root}/${name}`, IMAGE_EXTENSIONS, false).folders,
  ]);
  return new Map(found.filter(([, classes]) => classes.length > 0));
}

/**
 * The lists in a folder: `Art.txt`, or `clipart_train.txt` and `clipart_test.txt`.
 *
 * @throws {FileError} If the folder is not there or cannot be listed.
 */
export function domainLists(folder: string): DomainLists {
  const found = new Map<string, Map<Split | "all", string>>();
  for (const name of new FolderScan(folder, [".txt"], false).top()) {
    const [, domain, split = "all"] = LIST.exec(name) ?? [];
    if (domain === undefined) continue;
    const lists = found.get(domain) ?? new Map<Split | "all", string>();
    found.set(domain, lists.set(split as Split | "all", `${folder}/${name}`));
  }
  return found;
}

/**
 * The domains that are meant: all, or those that are named.
 *
 * @throws {ArgumentError} If there is no such domain; the message names the nearest.
 */
export function chosenDomains<T>(
  root: string,
  found: ReadonlyMap<string, T>,
  domain: string,
  among: readonly string[] | undefined,
): ReadonlyMap<string, T> {
  if (found.size === 0) {
    throw new FormatError(
      `${root} holds no domains: there is neither a folder with a folder for each class, nor a list such as Art.txt.`,
    );
  }
  for (const name of [domain, ...among ?? []]) {
    if (!found.has(name)) throw unknownName(root, "domain", name, [...found.keys()]);
  }
  if (among === undefined) return found;
  if (!among.includes(domain)) {
    throw new ArgumentError(`${root}: among has ${among.join(", ")}, and not ${domain} itself.`);
  }
  return new Map(among.map((name) => [name, found.get(name)!]));
}

/**
 * The classes that all domains have, by name.
 *
 * @throws {FormatError} If they differ; the message lists which domain lacks what.
 */
export function commonClasses(
  root: string,
  classes: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const all = new Set([...classes.values()].flat());
  const lacking = [...classes].flatMap(([domain, own]) => {
    const missing = [...all.difference(new Set(own))];
    return missing.length === 0 ? [] : [`${domain} has no ${listed(missing, NAMED)}`];
  });
  if (lacking.length === 0) return [...classes.values()][0];
  throw new FormatError(
    `${root}: the domains do not have the same classes: ${
      lacking.join("; ")
    }. Give the folders the same names in each ` +
      `domain, or say with among which domains are meant.`,
  );
}
