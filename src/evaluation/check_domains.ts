/**
 * Whether domains fit the images.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Domains } from "./domains.ts";

/** Refuses domains that are not one for each image. */
export function checkDomains({ names, of }: Domains, images: number | undefined): void {
  if (images !== undefined && of.length !== images) {
    throw new ArgumentError(
      `There are domains of ${of.length} images, and the data set has ${images}; give one for each.`,
    );
  }
  for (let i = 0; i < of.length; i++) {
    if (Number.isInteger(of[i]) && of[i] >= 0 && of[i] < names.length) continue;
    throw new ArgumentError(
      `Image ${i} is of domain ${of[i]}; there are ${names.length} names of domains.`,
    );
  }
}
