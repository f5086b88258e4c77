/**
 * Where a model comes from, as plain data: what goes along when it leaves in another format.
 *
 * @module
 */

import type { Spec } from "../base/spec.ts";
import { VERSION } from "../base/version.ts";
import type { View } from "../data/view.ts";
import { sharedPath } from "./shared_paths.ts";

/** A license, and who says so. */
export interface License {
  /** The license's short name: `"apache-2.0"`. */
  readonly name: string;
  /** Who says that it is this one. */
  readonly from: string;
}

/** A network that a model has something of: a teacher, or the weights that it began with. */
export interface Origin {
  /** The network's name. */
  readonly name: string;
  /** What the network was to the model. */
  readonly role: "teacher" | "voting teacher" | "initial weights";
  /** The place that it was loaded from: `hf://org/name`, a name of the registry, a path, or the recipe that it was trained by. */
  readonly source: string;
  /** The architecture; null if that is not known. */
  readonly architecture: string | null;
  /** What stands for all that decides what it says; null if that is not known. */
  readonly fingerprint: string | null;
  /** The license; null if none is known. */
  readonly license: License | null;
  /** The networks that it has something of itself, where a recipe made it. */
  readonly origins: readonly Origin[];
}

/** A model and how it did on test images. */
export interface MeasuredModel {
  /** The model's name. */
  readonly name: string;
  /** The model's kind: the student, or a teacher of some kind. */
  readonly kind: string;
  /** The number of trained values. */
  readonly parameters: number;
  /** How many test images it was shown; null if none. */
  readonly images: number | null;
  /** The share of them that it named right; null if it has no classes or was shown none. */
  readonly accuracy: number | null;
}

/** Where a model comes from. */
export interface Provenance {
  /** The run's name, the file's, or the architecture's. */
  readonly name: string;
  /** The architecture, by its publisher's name; the name of the class where the model was not made by this package. */
  readonly architecture: string;
  /** The options that it was made with; null where it was not made by this package. */
  readonly options: Readonly<Record<string, Spec | undefined>> | null;
  /** The number of classes; 0 for features only. */
  readonly numClasses: number;
  /** The width of the features. */
  readonly featureDim: number;
  /** The number of trained values. */
  readonly parameters: number;
  /** The names of the classes; null if they are not known. */
  readonly classNames: readonly string[] | null;
  /** What the model wants of images; null if that is not known. */
  readonly view: View | null;
  /** The recipe as resolved; null if there was none, or it is not known. */
  readonly recipe: Readonly<Record<string, Spec | undefined>> | null;
  /** What stands for the recipe; null if there is none. */
  readonly fingerprint: string | null;
  /** Teachers and initial weights; empty if there were none, or they are not known. */
  readonly origins: readonly Origin[];
  /** The manifest of teachers, as the run wrote it; null if there is none. */
  readonly manifest: readonly Spec[] | null;
  /** Student and teachers on test images; null if nothing was measured. */
  readonly results: readonly MeasuredModel[] | null;
  /** The versions that the run was made with; null if they are not known. */
  readonly versions: Readonly<Record<string, Spec | undefined>> | null;
  /** When the run was done, as `2026-01-31T14:25:01.000Z`; null if that is not known. */
  readonly date: string | null;
}

/** What a file's metadata says of it: {@linkcode briefProvenance}, as text. */
export function provenanceMetadata(provenance: Provenance): { provenance: string } {
  return { provenance: JSON.stringify(briefProvenance(provenance)) };
}

/**
 * The part of it that fits into a file's metadata: no names of classes, no recipe, no folders of this machine.
 *
 * @example
 * ```ts ignore
 * const text = JSON.stringify(briefProvenance(provenance));
 * ```
 */
export function briefProvenance(provenance: Provenance): Record<string, Spec> {
  const { name, architecture, numClasses, featureDim, parameters, fingerprint, date } = provenance;
  const student = provenance.results?.find(({ kind }) => kind === "student");
  return {
    name,
    architecture,
    numClasses,
    featureDim,
    parameters,
    fingerprint,
    date,
    package: `@apprentice/distill ${provenance.versions?.apprentice ?? VERSION}`,
    method: (provenance.recipe?.method as { name?: string } | undefined)?.name ?? null,
    accuracy: student?.accuracy ?? null,
    testImages: student?.images ?? null,
    origins: provenance.origins.map(({ name, role, source, license }) => ({
      name,
      role,
      source: sharedPath(source),
      license: license?.name ?? null,
    })),
  };
}
