/**
 * Heads from a student to each of its teachers.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { ModuleList } from "../nn/layers/containers.ts";
import { Module } from "../nn/module.ts";
import { constant } from "../torch/constants.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { HeadBank } from "./head_bank.ts";
import type { HeadShape } from "./head_shape.ts";
import { type Featured, seatOf, type WidthGroup, widthGroups } from "./width_groups.ts";

/**
 * A head for each teacher, from the student's features to the teacher's own: what agglomerative models are trained with. The
 * heads to teachers of one width are one batched product. Keys: `banks.<i>.…` for each width.
 */
export class TeacherHeads extends Module {
  /** The teachers by width. */
  readonly groups: readonly WidthGroup[];
  /** The heads of each group. */
  readonly banks: ModuleList;
  /** The width of what goes in. */
  readonly inputDim: number;

  /**
   * Makes a head for each teacher, with random weights.
   *
   * @throws {ArgumentError} if the shape cannot be used.
   */
  constructor(teachers: readonly Featured[], inputDim: number, shape: HeadShape) {
    super();
    this.inputDim = inputDim;
    this.groups = widthGroups(teachers);
    this.banks = new ModuleList(
      this.groups.map(({ width, names: { length } }) =>
        new HeadBank(length, inputDim, width, shape)
      ),
    );
  }

  /** Heads are asked with {@linkcode TeacherHeads.predict}. @ignore */
  override forward(): never {
    throw new ArgumentError("Ask heads for one teacher, with predictFor(name, features).");
  }

  /** What the heads of a group, or of those at `places` in it, make of (B, inputDim): (n, B, width). */
  predict(features: Tensor, group: number, places?: Tensor): Tensor {
    return (this.banks.at(group) as HeadBank).forward(features, places);
  }

  /**
   * What the head to one teacher makes of (B, inputDim): (B, the teacher's width).
   *
   * @throws {ArgumentError} if there is no such teacher.
   */
  predictFor(name: string, features: Tensor): Tensor {
    const { group, bank, place } = this.of(name);
    return scope(() => {
      const places = this.groups[group].names.length === 1
        ? undefined
        : constant([place], { dtype: "int64", device: features.device });
      return bank.forward(features, places).squeeze(0);
    });
  }

  /**
   * Where the head to a teacher is.
   *
   * @throws {ArgumentError} if there is no such teacher. @ignore
   */
  of(name: string): { group: number; bank: HeadBank; place: number } {
    const seat = seatOf(this.groups, name);
    if (seat === null) {
      throw new ArgumentError(
        `There is no head to a teacher "${name}": there are those to ${
          this.groups.flatMap(({ names }) => names).join(", ")
        }.`,
      );
    }
    return { ...seat, bank: this.banks.at(seat.group) as HeadBank };
  }
}
