/**
 * Which of the student's classes a teacher knows.
 *
 * @module
 */

import { checkPositive } from "../base/check_whole.ts";
import { ArgumentError, ShapeError } from "../base/errors.ts";
import type { Spec } from "../base/spec.ts";
import { constant } from "../torch/constants.ts";
import { full } from "../torch/creation.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { knownColumns } from "./known_columns.ts";
import { matchClasses, type MatchOptions } from "./match_classes.ts";

/**
 * A map from the K classes of a teacher to the C classes of its student's label space: which of these it knows, and which
 * of its own each of them is.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * const space = ["bag", "boot", "coat", "shirt"];
 * const map = data.LabelMap.byName(["shirt", "tee", "boot"], space, { rename: { tee: null } });
 * map.known; // [1, 3]
 * map.apply(torch.tensor([[5, 6, 7]])).toArray(); // [[-Infinity, 7, -Infinity, 5]]
 * ```
 */
export class LabelMap {
  /** The number of classes of the label space, C. */
  readonly numClasses: number;
  /** The number of the teacher's own classes, K. */
  readonly ownClasses: number;
  /** The classes of the label space that the teacher knows, ascending. */
  readonly known: readonly number[];
  /** For each of {@linkcode LabelMap.known} the teacher's own class. */
  readonly own: readonly number[];

  /**
   * Maps by numbers.
   *
   * @param classes For each of the teacher's classes, in its order, the one of the label space; null for one that the
   * label space does not have.
   * @param numClasses The number of classes of the label space, C.
   * @param who Who has the classes, to begin messages with.
   * @throws {ArgumentError} if a number is none of the classes, two of the teacher's are one of ours, or none is any.
   */
  constructor(
    classes: readonly (number | null)[],
    numClasses: number,
    who = "The teacher",
  ) {
    checkPositive(numClasses, "The number of classes of a label space");
    const own = new Map<number, number>();
    classes.forEach((joint, place) => {
      if (joint === null) return;
      if (!Number.isSafeInteger(joint) || joint < 0 || joint >= numClasses) {
        throw new ArgumentError(
          `${who}: its class ${place} is said to be class ${joint} of the label space, which has the classes 0 to ` +
            `${numClasses - 1}: got [${
              classes.join(", ")
            }]. Give null for a class that it does not have.`,
        );
      }
      const other = own.get(joint);
      if (other !== undefined) {
        throw new ArgumentError(
          `${who}: its classes ${other} and ${place} are both said to be class ${joint} of the label space: got ` +
            `[${classes.join(", ")}]. Give null for one of them.`,
        );
      }
      own.set(joint, place);
    });
    if (own.size === 0) {
      throw new ArgumentError(
        `${who} knows none of the ${numClasses} classes of the label space, so that it cannot vote.`,
      );
    }
    this.numClasses = numClasses;
    this.ownClasses = classes.length;
    this.known = Object.freeze([...own.keys()].sort((a, b) => a - b));
    this.own = Object.freeze(this.known.map((joint) => own.get(joint)!));
  }

  /**
   * Maps by the names of classes; their order may differ.
   *
   * @param own The names of the teacher's classes, in its order.
   * @param space The names of the label space's.
   * @throws {ArgumentError} if one of the teacher's classes is in the label space under no name, two are one of ours, or
   * none is any; the message lists what does not match, each with the nearest name.
   */
  static byName(
    own: readonly string[],
    space: readonly string[],
    options: MatchOptions = {},
  ): LabelMap {
    return new LabelMap(matchClasses(own, space, options), space.length, options.who);
  }

  /** Whether the teacher knows all classes of the label space. */
  get isWhole(): boolean {
    return this.known.length === this.numClasses;
  }

  /** Whether the teacher has these classes in their own order and no others, so that nothing is to be mapped. */
  get isIdentity(): boolean {
    return this.isWhole && this.ownClasses === this.numClasses &&
      this.own.every((own, joint) => own === joint);
  }

  /**
   * Puts logits in the label space.
   *
   * @param logits (B, K), the teacher's own.
   * @returns (B, C): -Infinity at classes that it does not know, whose probability is 0 in any softmax.
   * @throws {ShapeError} if there are not K columns.
   */
  apply(logits: Tensor): Tensor {
    const { shape, dtype, device } = logits;
    if (shape.length !== 2 || shape[1] !== this.ownClasses) {
      throw new ShapeError(
        `The map of ${this.ownClasses} classes takes logits (B, ${this.ownClasses}), got [${
          shape.join(", ")
        }].`,
      );
    }
    return scope(() => {
      const known = knownColumns(logits, this.own);
      if (this.isWhole) return known;
      const all = full([shape[0], this.numClasses], -Infinity, { dtype, device });
      return all.indexCopy_(1, constant(this.known, { dtype: "int64", device }), known);
    });
  }

  /** For each class of the label space the teacher's own; null for one that it does not know. */
  spec(): Spec {
    const own: (number | null)[] = new Array(this.numClasses).fill(null);
    this.known.forEach((joint, i) => own[joint] = this.own[i]);
    return own;
  }
}
