/**
 * What licenses of teachers and initial weights mean for a student.
 *
 * @module
 */

import type { License, Origin } from "./provenance.ts";

/** Licenses that let what is made of a work be licensed anew, the one that asks for most first. */
const FREE: readonly string[] = [
  "apache-2.0",
  "cc-by-4.0",
  "bsd-3-clause",
  "bsd-2-clause",
  "bsd",
  "mit",
  "isc",
  "cc0-1.0",
  "unlicense",
];

/** What a card says of licenses. */
export interface LicenseStatement {
  /** The license to state; null where none can be stated by what is known. */
  readonly license: string | null;
  /** Whether there is anybody whose license matters. */
  readonly hasOrigins: boolean;
  /** Names of those whose license is not known. */
  readonly unknown: readonly string[];
  /** Licenses that reserve rights, with who has them. */
  readonly reserved: readonly { readonly license: License; readonly name: string }[];
}

/** All that were published by somebody: of what a recipe made, those that it was made of. */
export function published(origins: readonly Origin[]): Origin[] {
  return origins.flatMap((origin) =>
    origin.origins.length > 0 || isTrainedHere(origin) ? published(origin.origins) : [origin]
  );
}

/** Whether a recipe trained a network, of nobody's weights but those in {@linkcode Origin.origins}. */
export function isTrainedHere({ source }: Origin): boolean {
  return source.startsWith("recipe ");
}

/** What can be said of a student's license by what is known of others'. */
export function licenseStatement(origins: readonly Origin[]): LicenseStatement {
  const all = published(origins);
  const unknown = all.filter(({ license }) => license === null).map(({ name }) => name);
  const reserved = all.flatMap(({ name, license }) =>
    license === null || namesIn(license).every((one) => FREE.includes(one))
      ? []
      : [{ name, license }]
  );
  const names = all.flatMap(({ license }) => license === null ? [] : namesIn(license));
  const known = unknown.length === 0 && reserved.length === 0;
  return {
    license: known ? FREE.find((one) => names.includes(one)) ?? null : null,
    hasOrigins: all.length > 0,
    unknown: [...new Set(unknown)],
    reserved,
  };
}

function namesIn({ name }: License): string[] {
  return name.toLowerCase().split(/,\s*/);
}
