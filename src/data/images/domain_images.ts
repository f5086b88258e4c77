/**
 * The images of one of several domains that have the same classes.
 *
 * @module
 */

import { FormatError } from "../../base/errors.ts";
import { say } from "../../base/progress.ts";
import type { Split } from "../sources/arrays.ts";
import { chosenDomains, commonClasses, domainFolders, domainLists } from "./domain_layout.ts";
import { listedDomain, namesIn } from "./domain_lists.ts";
import { FileSource } from "./file_source.ts";
import { ImageFiles } from "./image_files.ts";
import { ImageFolder } from "./image_folder.ts";
import type { ImageReadOptions } from "./read_options.ts";

/** Options of {@linkcode domainImages}. */
export interface DomainImagesOptions extends ImageReadOptions {
  /** The images that the domain's list of this split names; all of the domain by default. */
  split?: Split;
  /** The folder with the domains' lists; by default the root, and only where a split is asked for or there are no folders. */
  lists?: string;
  /** The domains that have the same classes; all that there are by default. */
  among?: readonly string[];
  /** What messages call it; the domain's name by default. */
  name?: string;
  /** Told what is left out (default: a line on standard error). */
  onNotice?: (notice: string) => void;
}

/**
 * The images of one domain, as OfficeHome and DomainNet come.
 *
 * - **Folders**: `Art/Alarm_Clock/00001.jpg`, a folder for each domain and in it one for each class.
 * - **Lists**: `Art.txt`, or `clipart_train.txt` and `clipart_test.txt`, with `clipart/aircraft_carrier/1.jpg 0` on each line, the
 *   paths from the root. They count where there is a `split` or `lists`, or where there are no folders.
 *
 * Classes are matched by name, whatever numbers lists give them: in the order of the alphabet, the same in every domain. Where
 * folders do not tell the names, numbers are the names.
 *
 * @param root The folder with the domains.
 * @param domain Which of them, such as `Art`.
 * @param options Which part of each image is wanted, and where lists lie.
 * @throws {FileError} If a folder or a list is not there or cannot be read.
 * @throws {FormatError} If there are no domains, their classes differ (which the message lists), or a list is not as it should
 * be.
 * @throws {ArgumentError} If there is no such domain, or an option is not usable.
 *
 * @example
 * ```ts ignore
 * import { data } from "@apprentice/distill";
 *
 * using source = data.domainImages("OfficeHome", "Art");
 * using target = data.domainImages("OfficeHome", "Real World");
 * const [test, train] = target.stratifiedSplit(0.2);
 * ```
 */
export function domainImages(
  root: string,
  domain: string,
  options: DomainImagesOptions = {},
): ImageFiles {
  const { split, lists, among, name = domain, onNotice = say, ...reading } = options;
  if (split === undefined && lists === undefined) {
    const folders = domainFolders(root);
    if (folders.size > 0) {
      const classes = chosenDomains(root, folders, domain, among);
      const classNames = commonClasses(root, classes);
      const own = { ...reading, classNames, name, onNotice };
      return new ImageFolder(`${root}/${domain}`, own);
    }
  }
  const found = domainLists(lists ?? root);
  const domains = chosenDomains(lists ?? root, found, domain, among);
  const part = split ?? (found.get(domain)!.has("all") ? "all" : undefined);
  if (split !== undefined && !found.get(domain)!.has(split)) {
    throw new FormatError(
      `${
        lists ?? root
      } has no list ${domain}_${split}.txt. Write one, or leave split out and divide the domain by a ` +
        `selection such as a fraction of each class and the rest.`,
    );
  }
  const [images, classes] = listedDomain(domains, domain, among !== undefined);
  const classNames = commonClasses(root, classes);
  const numbers = new Map(classNames.map((name, number) => [name, number]));
  const wanted = images.filter((image) => part === undefined || image.part === part);
  const source = new FileSource(root, wanted.map(({ path }) => path));
  const labels = wanted.map(({ className }) => numbers.get(className)!);
  return new ImageFiles({ source, labels, classNames, name }, reading);
}

/**
 * The names of the domains below a root, in the order of the alphabet.
 *
 * @param root The folder with the domains, in folders or lists.
 * @throws {FileError} If it is not there or cannot be read.
 *
 * @example
 * ```ts ignore
 * data.domainNames("OfficeHome"); // ["Art", "Clipart", "Product", "Real World"]
 * ```
 */
export function domainNames(root: string): string[] {
  const folders = domainFolders(root);
  return folders.size > 0 ? [...folders.keys()] : namesIn(domainLists(root));
}
