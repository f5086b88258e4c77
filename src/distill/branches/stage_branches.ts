/**
 * A branch for each stage of a student.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { Backbone } from "../../models/backbone.ts";
import { TokenBackbone } from "../../models/parts/token_stages.ts";
import { Hiera } from "../../models/hiera.ts";
import { Swin } from "../../models/swin.ts";
import { evaluated } from "../../nn/modes.ts";
import type { Module } from "../../nn/module.ts";
import { noGrad } from "../../torch/backward.ts";
import { zeros } from "../../torch/creation.ts";
import { scope } from "../../torch/scope.ts";
import { convBranch } from "./conv_branch.ts";
import { TokenBranch } from "./token_branch.ts";

/** What branches are made of. */
export type BranchShape = "conv" | "tokens";

/** What the branches of a student are built by. */
export interface StageBranchOptions {
  /** Places of the stages that have a branch, from 0. */
  readonly places: readonly number[];
  /** What branches are made of; by the student if null. */
  readonly shape: BranchShape | null;
  /** The number of channels that convolutions end with. */
  readonly width: number;
}

/**
 * Makes a branch to logits for stages of a student, for OFA (Hao et al. 2023, arXiv 2310.19444). Paper and official code have
 * four stages; here a stage that is k before the last has the branch that it would have there, so that fewer do, too (ours).
 *
 * @throws {ArgumentError} if the student has tokens and no view, so that their number is not known.
 */
export function stageBranches(
  student: Backbone,
  { places, shape, width }: StageBranchOptions,
): Module[] {
  if (places.length === 0) return [];
  const { stageDims, featureDim, numClasses } = student;
  const toLast = (place: number) => stageDims.length - 1 - place;
  if ((shape ?? shapeOf(student)) === "conv") {
    return places.map((place) =>
      convBranch({ dim: stageDims[place], halvings: toLast(place), width, numClasses })
    );
  }
  const grids = gridsOf(student);
  return places.map((place) =>
    new TokenBranch({
      dim: stageDims[place],
      grid: grids[place],
      width: featureDim,
      blocks: Math.max(toLast(place), 1),
      numClasses,
    })
  );
}

function shapeOf(student: Backbone): BranchShape {
  const ofTokens = [TokenBackbone, Swin, Hiera].some((kind) => student instanceof kind);
  return ofTokens ? "tokens" : "conv";
}

/** Rows and columns of each stage's map, for images as the student's view makes them. */
function gridsOf(student: Backbone): [rows: number, columns: number][] {
  const { view } = student;
  if (view === null) {
    throw new ArgumentError(
      `OFA has to know how many tokens this ${student.constructor.name} makes of an image: set student.view to ` +
        `{ size, mean, std } of its images before, or the option branchShape to "conv".`,
    );
  }
  const [{ device, dtype }] = student.parameters();
  return evaluated(student, () =>
    noGrad(() =>
      scope(() => {
        const images = zeros([1, view.mean.length, ...view.size], { device, dtype });
        return student.forwardStages(images).stages.map(({ shape: [, , rows, columns] }) =>
          [rows, columns] as [number, number]
        );
      })
    ));
}
