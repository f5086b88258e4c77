/**
 * Teachers by the width of their features.
 *
 * @module
 */

import type { Opinions } from "../teachers/opinions.ts";
import { constant } from "../torch/constants.ts";
import { stack } from "../torch/operators.gen.ts";
import type { Tensor } from "../torch/tensor.ts";
import { upcast } from "./upcast.ts";

/** A teacher, as far as its features go. */
export interface Featured {
  /** The teacher's name. */
  readonly name: string;
  /** The width of its features. */
  readonly featureDim: number;
}

/** Teachers whose features are equally wide: what is computed of them is one product. */
export interface WidthGroup {
  /** The width of the features. */
  readonly width: number;
  /** The teachers' names, in the order of the shelf. */
  readonly names: readonly string[];
}

/** The most teachers of a group: what is computed of more at once is memory that the system has to give anew each time. */
const MOST = 16;

/** Puts teachers of one width together, up to 16 at a time, in the order in which groups begin. */
export function widthGroups(teachers: readonly Featured[]): WidthGroup[] {
  const groups: { width: number; names: string[] }[] = [];
  for (const { name, featureDim } of teachers) {
    const open = groups.find(({ width, names }) => width === featureDim && names.length < MOST);
    if (open === undefined) groups.push({ width: featureDim, names: [name] });
    else open.names.push(name);
  }
  return groups;
}

/** Which of the groups a teacher is in, and its place there; null if it is in none. */
export function seatOf(
  groups: readonly WidthGroup[],
  name: string,
): { group: number; place: number } | null {
  const group = groups.findIndex(({ names }) => names.includes(name));
  return group < 0 ? null : { group, place: groups[group].names.indexOf(name) };
}

/** What the teachers of a group say about a batch. */
export interface GroupFeatures {
  /** Who was heard. */
  readonly names: readonly string[];
  /** The places in the group of those who were heard (n), int64; undefined if all were. */
  readonly places: Tensor | undefined;
  /** The features (n, B, width). */
  readonly features: Tensor;
}

/**
 * The features of those of a group that were heard, in one tensor; null if none was.
 *
 * @param like What is computed with them: its dtype, where that is wider, and its device.
 */
export function stackGroup(
  { names }: WidthGroup,
  opinions: Opinions,
  like: Tensor,
): GroupFeatures | null {
  const heard = names.filter((name) => opinions.names.includes(name));
  if (heard.length === 0) return null;
  const features = stack(
    heard.map((name) => {
      const own = upcast(opinions.of(name).features, like);
      return own.dtype === like.dtype ? own : own.to(like.dtype);
    }),
  );
  const places = heard.length === names.length ? undefined : constant(
    heard.map((name) => names.indexOf(name)),
    { dtype: "int64", device: features.device },
  );
  return { names: heard, places, features };
}
