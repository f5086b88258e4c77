/**
 * Studies over domains in files.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { DomainResult } from "./domain_results.ts";
import type { AnyDomainStudy } from "./domain_study.ts";
import { isDomainStudy } from "./open_domains.ts";
import { readExported } from "./read_exported.ts";
import { runDomains, type RunDomainsOptions } from "./run_domains.ts";

/** How {@linkcode domainsFile} goes. */
export interface DomainsFileOptions extends Omit<RunDomainsOptions, "pairs"> {
  /** Only these pairs, as the command line has them: `Art:Clipart`. */
  pairs?: readonly string[];
}

/**
 * Executes a study over domains that is in a file.
 *
 * @param path A `.ts` file that exports it by default, or a function that makes it.
 * @throws {ArgumentError} if there is something else in it, or a pair is none.
 * @throws as `runDomains` does.
 */
export async function domainsFile(
  path: string,
  { pairs, ...options }: DomainsFileOptions = {},
): Promise<DomainResult> {
  const { value } = await readExported(path);
  const study: unknown = typeof value === "function" ? await value() : value;
  if (!isDomainStudy(study)) {
    throw new ArgumentError(
      `${path} is no study over domains. Export runs.domains({ … }) by default; for recipes and other studies there are ` +
        `train and compare.`,
    );
  }
  const chosen = pairs?.map((text) => pairIn(text, study));
  return await runDomains(study, { ...options, ...(chosen && { pairs: chosen }) });
}

/** A pair as the command line has it. The names of domains may have colons. */
function pairIn(text: string, { domains }: AnyDomainStudy): [string, string] {
  const names = Object.keys(domains);
  for (const source of names) {
    for (const target of names) if (text === `${source}:${target}`) return [source, target];
  }
  throw new ArgumentError(
    `A pair is a source and a target such as ${names[0]}:${names.at(-1)}, of ${
      names.join(", ")
    }; got ${JSON.stringify(text)}.`,
  );
}
