/**
 * How a teacher's classes are told to be the student's.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { LabelMap } from "../data/label_map.ts";
import { matchClasses, type MatchOptions } from "../data/match_classes.ts";

/** Which of the student's classes a teacher votes on. Without any of it they are the student's, in the same order. */
export interface LabelOptions {
  /**
   * The student's classes, the label space of all that vote: their names, or how many there are. A teacher whose classes have
   * names finds them by name among these, in whatever order.
   */
  readonly labelSpace?: readonly string[] | number;
  /**
   * What each of the teacher's classes is, in the teacher's order: the student's class by its number, or by its name in
   * `labelSpace`; null for one that the student does not have.
   */
  readonly classes?: readonly (number | null)[] | readonly (string | null)[];
  /** What the student calls classes of the teacher that have another name, by the teacher's name of each; null for none. */
  readonly renameClasses?: MatchOptions["rename"];
  /** What becomes of other classes that the student does not have: an error that lists them, by default, or nothing. */
  readonly otherClasses?: MatchOptions["others"];
}

/** The label options alone of what may have others beside. */
export function labelOptionsOf(
  { labelSpace, classes, renameClasses, otherClasses }: LabelOptions,
): LabelOptions {
  return { labelSpace, classes, renameClasses, otherClasses };
}

/** The classes that a teacher votes on. */
export interface Labels {
  /** The map into the student's classes; null where they are the same in the same order. */
  readonly labelMap: LabelMap | null;
  /** The names of the student's classes; null if the options do not tell them. */
  readonly space: readonly string[] | null;
}

/**
 * The map that options say.
 *
 * @param teacher The teacher's name.
 * @param count The number of its own classes, K.
 * @param names Their names, where they are known.
 * @throws {ArgumentError} if `classes` is not as long, what a class is cannot be told, or the map cannot be made.
 */
export function matchLabels(
  teacher: string,
  count: number,
  names: readonly string[] | null,
  { labelSpace, classes, renameClasses: rename, otherClasses: others }: LabelOptions,
): Labels {
  const who = `Teacher "${teacher}"`;
  if (names !== null && names.length !== count) {
    throw new ArgumentError(
      `${who} has ${count} classes, and ${names.length} ${
        names.length === 1 ? "name" : "names"
      } for them: ${names.join(", ")}.`,
    );
  }
  const space = typeof labelSpace === "object" ? labelSpace : null;
  if (space === null && (rename !== undefined || others !== undefined)) {
    throw new ArgumentError(
      `${who}: classes are renamed and dropped by name. Give labelSpace, the names of the student's classes.`,
    );
  }
  const match = { rename, others, who };
  const is = (map: LabelMap): Labels => ({ labelMap: map.isIdentity ? null : map, space });
  if (classes !== undefined) {
    if (!Array.isArray(classes) || classes.length !== count) {
      throw new ArgumentError(
        `${who} has ${count} classes, and classes says of ${
          Array.isArray(classes) ? classes.length : typeof classes
        } what they are: got [${classes}]. Say it of each, null for one that the student does not have.`,
      );
    }
    return is(mapOf(classes, space, sizeOf(labelSpace) ?? count, match));
  }
  if (space !== null && names !== null) return is(LabelMap.byName(names, space, match));
  const wanted = sizeOf(labelSpace) ?? count;
  if (wanted === count) return { labelMap: null, space };
  throw new ArgumentError(
    `${who} has ${count} classes${
      names === null ? " without names" : ""
    }, the student ${wanted}. Give classes: for ` +
      `each of the teacher's classes, in its order, the ${
        space === null ? "number" : "name or number"
      } of the student's, or null.`,
  );
}

function sizeOf(labelSpace: LabelOptions["labelSpace"]): number | undefined {
  return typeof labelSpace === "object" ? labelSpace.length : labelSpace;
}

/** A map by what is said of each class. */
function mapOf(
  classes: readonly (number | string | null)[],
  space: readonly string[] | null,
  numClasses: number,
  match: MatchOptions,
): LabelMap {
  const { who } = match;
  const named = classes.filter((one): one is string => typeof one === "string");
  if (named.length === 0) {
    return new LabelMap(classes as readonly (number | null)[], numClasses, who);
  }
  if (named.length < classes.filter((one) => one !== null).length) {
    throw new ArgumentError(`${who}: classes has names and numbers; give one or the other.`);
  }
  if (space === null) {
    throw new ArgumentError(
      `${who}: classes has names. Give labelSpace too, the names of the student's classes, or numbers.`,
    );
  }
  const numbers = matchClasses(named, space, match).values();
  const joint = classes.map((one) => one === null ? null : numbers.next().value!);
  return new LabelMap(joint, numClasses, who);
}
